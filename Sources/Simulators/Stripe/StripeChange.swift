extension StripeAccount {
    /// Does something to an object of one of the collections, chosen by seed, in that second.
    ///
    /// - Returns: what was done, to others too where one change takes another; nothing if there is no object to do
    ///   it to.
    mutating func change(
        _ action: SimulatedChange.Action,
        in collections: [StripeCollection],
        now: Int,
        _ traps: StripeTraps
    ) -> [SimulatedChange] {
        var dice = begin(now)
        var candidates = collections
        if action == .deleted { candidates.removeAll { !$0.hasDeletes } }
        while !candidates.isEmpty {
            let collection = candidates.remove(at: dice(candidates.count))
            let changes =
                switch action {
                case .created: create(collection, &dice, traps)
                case .updated: update(collection, &dice, traps)
                case .deleted: delete(collection, &dice, traps)
                case .merged: [SimulatedChange]()
                }
            if !changes.isEmpty { return changes }
        }
        return []
    }

    // MARK: Creating

    private mutating func create(
        _ collection: StripeCollection,
        _ dice: inout SeededDice,
        _ traps: StripeTraps
    ) -> [SimulatedChange] {
        var changes: [SimulatedChange] = []
        let object = make(collection, &dice, traps, &changes)
        if dice.strikes(traps.shortLived), canDelete(object) { changes.append(remove(object, traps)) }
        return changes
    }

    /// Creates an object, and before it what it needs.
    private mutating func make(
        _ collection: StripeCollection,
        _ dice: inout SeededDice,
        _ traps: StripeTraps,
        _ changes: inout [SimulatedChange]
    ) -> StripeObject {
        var birth = StripeBirth(created: time)
        switch collection {
        case .customers, .products: break
        case .prices:
            birth.parent = any(.products, &dice, traps, &changes)
        case .charges:
            birth.customer = any(.customers, &dice, traps, &changes)
        case .subscriptions:
            birth.customer = any(.customers, &dice, traps, &changes)
            birth.parent = any(.prices, &dice, traps, &changes) { $0.isRecurring(price: $1) }
        case .invoices where dice(3) > 0:
            let subscription = any(.subscriptions, &dice, traps, &changes)
            birth.parent = subscription
            birth.customer = world.customer(.subscriptions, subscription)
        case .invoices:
            birth.customer = any(.customers, &dice, traps, &changes)
        case .refunds:
            let charge = find(.charges, &dice) { $0.refundable($1) > 0 }
            // A new charge may have failed: then the charge is what was created.
            guard let charge = charge ?? refundable(make(.charges, &dice, traps, &changes)) else {
                return StripeObject(collection: .charges, index: world.count(.charges) - 1)
            }
            let rest = refundable(charge)
            birth.parent = charge
            birth.amount = dice(2) == 0 ? rest : max(1, rest / 3)
        }
        let object = add(birth, to: collection)
        changes.append(describe(.created, object))
        if collection == .refunds {
            tell("refund.created", object, before: nil, traps)
            refund(birth, traps)
            return object
        }
        if collection == .charges {
            tell("charge.\(world.status(ofCharge: object.index))", object, before: nil, traps)
        } else {
            tell("\(collection.eventPrefix).created", object, before: nil, traps)
        }
        return object
    }

    private func refundable(_ charge: StripeObject) -> Int? {
        refundable(charge.index) > 0 ? charge.index : nil
    }

    /// What of a charge can be refunded yet.
    private func refundable(_ charge: Int) -> Int {
        let edit = edit(StripeObject(collection: .charges, index: charge))
        guard world.status(.charges, charge, edit) == "succeeded" else { return 0 }
        return world.amount(ofCharge: charge)
            - (edit.members["amount_refunded"].flatMap { Int($0) } ?? world.amountRefunded(ofCharge: charge))
    }

    /// A refund changes its charge too.
    private mutating func refund(_ birth: StripeBirth, _ traps: StripeTraps) {
        let charge = StripeObject(collection: .charges, index: birth.parent ?? 0)
        let before = edit(charge)
        let rest = refundable(charge.index) - birth.amount
        var after = before
        after.members["amount_refunded"] = String(world.amount(ofCharge: charge.index) - rest)
        after.members["refunded"] = rest == 0 ? "true" : "false"
        set(charge, after)
        // One action, two events of one object.
        tell("charge.refunded", charge, before: before, traps)
        tell("charge.updated", charge, before: before, traps)
    }

    /// An object that is there; a new one if there is none.
    private mutating func any(
        _ collection: StripeCollection,
        _ dice: inout SeededDice,
        _ traps: StripeTraps,
        _ changes: inout [SimulatedChange],
        where isGood: (StripeWorld, Int) -> Bool = { _, _ in true }
    ) -> Int {
        if let found = find(collection, &dice, where: { isGood($0.world, $1) }) { return found }
        while true {
            let object = make(collection, &dice, traps, &changes)
            if isGood(world, object.index) { return object.index }
        }
    }

    // MARK: Updating

    private mutating func update(
        _ collection: StripeCollection,
        _ dice: inout SeededDice,
        _ traps: StripeTraps
    ) -> [SimulatedChange] {
        let recent = touched.filter { $0.collection == collection && !edit($0).isDeleted }
        let index =
            recent.isEmpty || dice(2) == 0
            ? find(collection, &dice) { _, _ in true } : recent[dice(recent.count)].index
        guard let index else { return [] }
        let object = StripeObject(collection: collection, index: index)
        let before = edit(object)
        var update = StripeUpdate(world: world, object: object, edit: before, time: time, change: changes)
        let types = update.make(&dice)
        set(object, update.edit)
        for type in types { tell(type, object, before: before, traps) }
        var done = [describe(.updated, object)]
        if dice.strikes(traps.shortLived), canDelete(object) { done.append(remove(object, traps)) }
        return done
    }

    // MARK: Deleting

    private mutating func delete(
        _ collection: StripeCollection,
        _ dice: inout SeededDice,
        _ traps: StripeTraps
    ) -> [SimulatedChange] {
        let recent = touched.filter { $0.collection == collection && canDelete($0) }
        let index =
            recent.isEmpty || dice(2) == 0
            ? find(collection, &dice) { $0.canDelete(StripeObject(collection: collection, index: $1)) }
            : recent[dice(recent.count)].index
        guard let index else { return [] }
        return [remove(StripeObject(collection: collection, index: index), traps)]
    }

    /// Deletes that object, where it can be deleted.
    mutating func remove(
        _ collection: StripeCollection,
        _ index: Int,
        now: Int,
        _ traps: StripeTraps
    ) -> SimulatedChange? {
        let object = StripeObject(collection: collection, index: index)
        guard canDelete(object) else { return nil }
        _ = begin(now)
        return remove(object, traps)
    }

    private mutating func remove(_ object: StripeObject, _ traps: StripeTraps) -> SimulatedChange {
        let before = edit(object)
        var after = before
        if object.collection == .subscriptions {
            // A canceled subscription stays.
            after.members["status"] = #""canceled""#
            after.members["canceled_at"] = String(time)
            after.members["ended_at"] = String(time)
            after.members["cancellation_details"] =
                #"{"comment":null,"feedback":null,"reason":"cancellation_requested"}"#
        } else {
            after.isDeleted = true
        }
        set(object, after)
        tell("\(object.collection.eventPrefix).deleted", object, before: before, traps)
        return describe(.deleted, object)
    }

    private func canDelete(_ object: StripeObject) -> Bool {
        let edit = edit(object)
        if edit.isDeleted { return false }
        let isFirst = object.index < world.records
        return switch object.collection {
        case .customers: true
        case .products:
            !world.hasPrices(product: object.index) && !pricedProducts.contains(object.index)
        // What a product or a subscription refers to stays.
        case .prices: !world.isRecurring(price: object.index) && !(isFirst && object.index % 3 == 0)
        case .subscriptions:
            !["canceled", "incomplete_expired"].contains(
                world.status(.subscriptions, object.index, edit)
            )
        case .invoices: world.status(.invoices, object.index, edit) == "draft"
        case .charges, .refunds: false
        }
    }

    // MARK: Choosing

    /// A living object of a kind: some at random, then all.
    private func find(
        _ collection: StripeCollection,
        _ dice: inout SeededDice,
        where isGood: (StripeAccount, Int) -> Bool
    ) -> Int? {
        let count = world.count(collection)
        guard count > 0 else { return nil }
        func isFound(_ index: Int) -> Bool {
            !edit(StripeObject(collection: collection, index: index)).isDeleted && isGood(self, index)
        }
        for _ in 0..<64 {
            let index = dice(count)
            if isFound(index) { return index }
        }
        let start = dice(count)
        for step in 0..<count where isFound((start + step) % count) { return (start + step) % count }
        return nil
    }

    private func describe(_ action: SimulatedChange.Action, _ object: StripeObject) -> SimulatedChange {
        SimulatedChange(
            action: action,
            stream: object.collection.rawValue,
            id: world.id(object.collection, object.index)
        )
    }
}

extension StripeCollection {
    /// What the types of its events begin with.
    var eventPrefix: String { self == .subscriptions ? "customer.subscription" : object }

    /// Whether an event of the type `….deleted` can come.
    var hasDeletes: Bool { self != .charges && self != .refunds }
}
