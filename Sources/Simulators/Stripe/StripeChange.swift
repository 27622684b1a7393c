extension StripeAccount {
    /// Does something to an object of one of the collections, chosen by seed, in that second.
    ///
    /// `mayBeSilent` is whether it may be something of which no event tells.
    ///
    /// - Returns: what was done, to others too where one change takes another; nothing if there is no object to do
    ///   it to.
    mutating func change(
        _ action: SimulatedChange.Action,
        in collections: [StripeCollection],
        mayBeSilent: Bool,
        now: Int,
        _ traps: StripeTraps
    ) -> [SimulatedChange] {
        var dice = begin(now)
        let mayBeSilent = dice.strikes(traps.silent) || mayBeSilent
        var candidates = collections
        if action == .deleted { candidates.removeAll { !$0.hasDeletes } }
        if action == .created, !mayBeSilent { candidates.removeAll { !$0.tellsOfNew } }
        while !candidates.isEmpty {
            let collection = candidates.remove(at: dice(candidates.count))
            let changes =
                switch action {
                case .created: create(collection, &dice, traps)
                case .updated: update(collection, mayBeSilent: mayBeSilent, &dice, traps)
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
    mutating func make(
        _ collection: StripeCollection,
        _ dice: inout SeededDice,
        _ traps: StripeTraps,
        _ changes: inout [SimulatedChange]
    ) -> StripeObject {
        var birth = StripeBirth(created: time)
        switch collection {
        case .customers, .products, .coupons, .taxRates, .transfers: break
        case .prices, .plans:
            birth.parent = any(.products, &dice, traps, &changes)
        case .paymentIntents, .checkoutSessions, .setupIntents, .invoiceItems:
            birth.customer = any(.customers, &dice, traps, &changes)
        case .promotionCodes:
            birth.parent = any(.coupons, &dice, traps, &changes)
        case .disputes:
            birth.parent = disputed(&dice, traps, &changes)
        case .applicationFees:
            birth.parent = any(.charges, &dice, traps, &changes)
        case .invoicePayments, .creditNotes:
            let invoice =
                find(.invoices, &dice) { account, index in
                    account.world.status(
                        .invoices,
                        index,
                        account.edit(StripeObject(collection: .invoices, index: index))
                    ) != "draft"
                } ?? any(.invoices, &dice, traps, &changes)
            birth.parent = invoice
            birth.customer = world.customer(.invoices, invoice)
        case .payouts:
            birth.transaction = move(.payouts)
        case .balanceTransactions: break
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
        if collection == .refunds { birth.transaction = move(.refunds) }
        if collection == .charges, world.status(ofNewCharge: world.count(.charges)) == "succeeded" {
            birth.transaction = move(.charges)
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
        } else if collection.tellsOfNew {
            tell("\(collection.eventPrefix).created", object, before: nil, traps)
        }
        return object
    }

    /// A charge for a dispute: one that says already that it is disputed, or one that does from now on, of which no
    /// event tells.
    private mutating func disputed(
        _ dice: inout SeededDice,
        _ traps: StripeTraps,
        _ changes: inout [SimulatedChange]
    ) -> Int {
        let isNew = dice.strikes(traps.silent)
        if !isNew, let charge = find(.charges, &dice, where: { $0.world.isDisputed(charge: $1) }) {
            return charge
        }
        let charge = any(.charges, &dice, traps, &changes)
        let object = StripeObject(collection: .charges, index: charge)
        var after = edit(object)
        guard isNew, !world.isDisputed(charge: charge), after.members["disputed"] == nil else {
            return charge
        }
        after.members["disputed"] = "true"
        set(object, after)
        changes.append(describe(.updated, object))
        return charge
    }

    /// The balance moves by the object of a collection that comes next.
    private mutating func move(_ collection: StripeCollection) -> Int {
        let source = StripeObject(collection: collection, index: world.count(collection))
        return add(StripeBirth(created: time, source: source), to: .balanceTransactions).index
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
        mayBeSilent: Bool,
        _ dice: inout SeededDice,
        _ traps: StripeTraps
    ) -> [SimulatedChange] {
        func isPossible(_ account: StripeAccount, _ index: Int) -> Bool {
            StripeUpdate.isPossible(
                account,
                StripeObject(collection: collection, index: index),
                mayBeSilent: mayBeSilent
            )
        }
        guard collection != .balanceTransactions else { return [] }
        let recent = touched.filter {
            $0.collection == collection && !edit($0).isDeleted && isPossible(self, $0.index)
        }
        let index =
            recent.isEmpty || dice(2) == 0
            ? find(collection, &dice, where: isPossible) : recent[dice(recent.count)].index
        guard let index else { return [] }
        let object = StripeObject(collection: collection, index: index)
        let before = edit(object)
        var update = StripeUpdate(
            world: world,
            object: object,
            edit: before,
            time: time,
            change: changes,
            mayBeSilent: mayBeSilent
        )
        let types = update.make(&dice)
        set(object, update.edit)
        for type in types { tell(type, object, before: before, traps) }
        if types.contains("charge.succeeded") { settle(charge: object, traps) }
        if types.contains("payment_intent.succeeded") { charge(for: object, traps) }
        var done = [describe(.updated, object)]
        if dice.strikes(traps.shortLived), canDelete(object) { done.append(remove(object, traps)) }
        return done
    }

    /// What nobody has completed within its day expires.
    mutating func expireSessions(by second: Int, _ traps: StripeTraps) {
        while !events.isFull, let (index, end) = nextEndedSession(by: second) {
            let object = StripeObject(collection: .checkoutSessions, index: index)
            let before = edit(object)
            guard world.status(.checkoutSessions, index, before) == "open" else { continue }
            _ = begin(end)
            var update = StripeUpdate(
                world: world,
                object: object,
                edit: before,
                time: time,
                change: changes,
                mayBeSilent: false
            )
            let types = update.expire()
            set(object, update.edit)
            for type in types { tell(type, object, before: before, traps) }
        }
    }

    /// A charge has its money: the balance moves, and its payment intent has succeeded.
    private mutating func settle(charge: StripeObject, _ traps: StripeTraps) {
        _ = add(StripeBirth(created: time, source: charge), to: .balanceTransactions)
        guard let index = world.intent(ofCharge: charge.index) else { return }
        let intent = StripeObject(collection: .paymentIntents, index: index)
        let before = edit(intent)
        var update = StripeUpdate(
            world: world,
            object: intent,
            edit: before,
            time: time,
            change: changes,
            mayBeSilent: false
        )
        update.succeed(charge: charge.index)
        set(intent, update.edit)
        tell("payment_intent.succeeded", intent, before: before, traps)
    }

    /// A payment intent that has succeeded has made a charge.
    private mutating func charge(for intent: StripeObject, _ traps: StripeTraps) {
        let birth = StripeBirth(
            created: time,
            customer: world.customer(.paymentIntents, intent.index),
            parent: intent.index,
            amount: world.amount(ofIntent: intent.index),
            transaction: move(.charges)
        )
        tell("charge.succeeded", add(birth, to: .charges), before: nil, traps)
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
        case .plans, .coupons: true
        case .invoiceItems: !world.isAttached(invoiceItem: object.index)
        default: false
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
