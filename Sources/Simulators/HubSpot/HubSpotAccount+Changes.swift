extension HubSpotAccount {
    /// Does something to an object of one of the types, chosen by seed, in that millisecond.
    ///
    /// - Returns: what was done; nothing if there is no object to do it to.
    mutating func change(
        _ action: HubSpotAction,
        in types: [HubSpotType],
        now: Int,
        lag: FaultPlan.Fault
    ) -> [SimulatedChange] {
        var dice = begin(now)
        var candidates = types.filter { Self.can(action, $0) }
        while !candidates.isEmpty {
            let type = candidates.remove(at: dice(candidates.count))
            let changed: HubSpotObject? =
                switch action {
                case .created: create(type, &dice, lag)
                case .updated: update(type, &dice, lag)
                case .deleted: archive(type, &dice, lag)
                case .merged: merge(type, &dice, lag)
                case .restored: restore(type, &dice, lag)
                case .purged: purge(type, &dice, lag)
                case .recalculated: recalculate(type, &dice, lag)
                case .relinked: relink(type, &dice)
                }
            if let changed { return [describe(action, changed)] }
        }
        return []
    }

    /// Whether something can be done to objects of a type.
    static func can(_ action: HubSpotAction, _ type: HubSpotType) -> Bool {
        switch action {
        case .created, .updated, .deleted, .restored: true
        case .merged: type.canMerge
        // The law knows persons only.
        case .purged: type == .contacts
        case .recalculated: type.properties.contains { $0.form == .score }
        case .relinked: HubSpotRelation.all.contains { $0.child == type }
        }
    }

    /// Writes one property of so many objects of a type, or of all that live, in one millisecond.
    mutating func runJob(
        over type: HubSpotType,
        count: Int,
        now: Int,
        lag: FaultPlan.Fault
    ) -> [SimulatedChange] {
        _ = begin(now)
        var done: [SimulatedChange] = []
        for index in 0..<world.count(type) where done.count < count {
            let object = HubSpotObject(type: type, index: index)
            var state = state(object)
            guard state.isLiving else { continue }
            state.values["batch_tag"] = .some("job \(changes)")
            state.modified = time
            set(object, state, lag: lag)
            done.append(describe(.updated, object))
        }
        return done
    }

    /// Changes an object as somebody would who works while others read.
    mutating func touch(_ object: HubSpotObject, now: Int, lag: FaultPlan.Fault) {
        _ = begin(now)
        var state = state(object)
        state.values["batch_tag"] = .some("touched \(changes)")
        state.modified = time
        set(object, state, lag: lag)
    }

    private func describe(_ action: HubSpotAction, _ object: HubSpotObject) -> SimulatedChange {
        SimulatedChange(
            action: action.told,
            stream: object.type.rawValue,
            id: String(world.id(object.type, object.index))
        )
    }

    // MARK: Each

    mutating func create(
        _ type: HubSpotType,
        _ dice: inout SeededDice,
        _ lag: FaultPlan.Fault
    ) -> HubSpotObject {
        let object = add(type, HubSpotState(created: time, modified: time), lag: lag)
        for (place, relation) in HubSpotRelation.all.enumerated() where relation.child == type {
            guard dice(5) > 0, let parent = find(relation.parent, &dice) else { continue }
            link(place, child: object.index, to: parent.index)
        }
        return object
    }

    private mutating func update(
        _ type: HubSpotType,
        _ dice: inout SeededDice,
        _ lag: FaultPlan.Fault
    ) -> HubSpotObject? {
        guard let object = find(type, &dice) else { return nil }
        var state = state(object)
        let editable = type.properties.filter(\.isEditable)
        for _ in 0...dice(3) {
            let property = editable[dice(editable.count)]
            // What is cleared is empty from then on.
            let isCleared = !property.isAlwaysSet && dice(6) == 0
            state.values[property.name] = .some(isCleared ? "" : value(property.form, object, &dice))
        }
        if dice(3) == 0 { move(object, &state, &dice) }
        state.modified = time
        set(object, state, lag: lag)
        return object
    }

    private func value(
        _ form: HubSpotProperty.Form,
        _ object: HubSpotObject,
        _ dice: inout SeededDice
    ) -> String? {
        switch form {
        case .text(let name): "\(name) \(object.index), changed by \(changes) – Ünï"
        // Whom others know keep the address.
        case .email: world.people?[object.index].email ?? "person\(object.index).\(changes)@example.com"
        default: HubSpotView.value(form, dice(1 << 40), index: object.index)
        }
    }

    /// Moves an object to another stage of a pipeline.
    private func move(_ object: HubSpotObject, _ state: inout HubSpotState, _ dice: inout SeededDice) {
        let properties = object.type.properties
        guard let stage = properties.first(where: { $0.form == .stage }),
            let pipeline = properties.first(where: { $0.form == .pipeline })
        else { return }
        let pipelines = HubSpotPipeline.of(object.type)
        let chosen = pipelines[dice(pipelines.count)]
        state.values[pipeline.name] = .some(chosen.id)
        state.values[stage.name] = .some(chosen.stages[dice(chosen.stages.count)].id)
    }

    /// Archives an object, which does not count as a change of it.
    private mutating func archive(
        _ type: HubSpotType,
        _ dice: inout SeededDice,
        _ lag: FaultPlan.Fault
    ) -> HubSpotObject? {
        guard let object = find(type, &dice) else { return nil }
        var state = state(object)
        state.archived = time
        set(object, state, lag: lag)
        return object
    }

    /// Takes an object out of the bin, which does not count as a change either.
    private mutating func restore(
        _ type: HubSpotType,
        _ dice: inout SeededDice,
        _ lag: FaultPlan.Fault
    ) -> HubSpotObject? {
        let oldest = time - HubSpotWorld.bin
        let archived = find(type, &dice) { $1.exists && ($1.archived ?? 0) > oldest }
        guard let object = archived else { return nil }
        var state = state(object)
        state.archived = nil
        set(object, state, lag: lag)
        return object
    }

    /// Deletes a person as the law wants it: without a trace.
    private mutating func purge(
        _ type: HubSpotType,
        _ dice: inout SeededDice,
        _ lag: FaultPlan.Fault
    ) -> HubSpotObject? {
        guard let object = find(type, &dice) else { return nil }
        var state = state(object)
        state.isPurged = true
        state.values = [:]
        set(object, state, lag: lag)
        return object
    }

    /// Lets HubSpot compute a property anew, which does not count as a change.
    private mutating func recalculate(
        _ type: HubSpotType,
        _ dice: inout SeededDice,
        _ lag: FaultPlan.Fault
    ) -> HubSpotObject? {
        guard let property = type.properties.first(where: { $0.form == .score }),
            let object = find(type, &dice)
        else { return nil }
        var state = state(object)
        let before = view(at: time).value(object, property, state)
        let after = String(100 + dice(900))
        state.values[property.name] = .some(before == after ? "1000" : after)
        set(object, state, lag: lag)
        return object
    }

    /// Gives an object another parent, or takes it from its own: no change of either.
    private mutating func relink(_ type: HubSpotType, _ dice: inout SeededDice) -> HubSpotObject? {
        let relations = HubSpotRelation.all.indices.filter { HubSpotRelation.all[$0].child == type }
        let relation = relations[dice(relations.count)]
        guard let child = find(type, &dice) else { return nil }
        let old = links.parent(relation, ofChild: child.index)
        let isFreed = old != nil && dice(4) == 0
        let parent = find(HubSpotRelation.all[relation].parent, &dice) { $1.isLiving && $0.index != old }
        guard isFreed || parent != nil else { return nil }
        link(relation, child: child.index, to: isFreed ? nil : parent?.index)
        return child
    }

    // MARK: Merging

    /// Merges two objects: one, or both in favour of a third, is then found only by its old id.
    private mutating func merge(
        _ type: HubSpotType,
        _ dice: inout SeededDice,
        _ lag: FaultPlan.Fault
    ) -> HubSpotObject? {
        guard let winner = find(type, &dice),
            let loser = find(type, &dice, where: { $1.isLiving && $0 != winner })
        else { return nil }
        var (kept, lost) = (state(winner), state(loser))
        let ids = [world.id(type, loser.index)] + lost.merged + kept.merged
        guard type.mergesIntoNew else {
            kept.merged = ids
            kept.modified = time
            if let email = view(at: time).value(loser, "email", lost), !email.isEmpty {
                let others = (kept.values["hs_additional_emails"] ?? nil).map { [$0] } ?? []
                kept.values["hs_additional_emails"] = .some((others + [email]).joined(separator: ";"))
            }
            set(winner, kept, lag: lag)
            hand(loser, to: winner)
            lost.successor = winner.index
            set(loser, lost, lag: lag)
            return winner
        }
        var state = HubSpotState(created: min(kept.created, lost.created), modified: time)
        state.merged = [world.id(type, winner.index)] + ids
        let view = view(at: time)
        for property in type.properties where !property.isComputed || property.form == .score {
            state.values[property.name] = .some(view.value(winner, property, kept))
        }
        let merged = add(type, state, lag: lag)
        for (object, old) in [(winner, kept), (loser, lost)] {
            hand(object, to: merged)
            var old = old
            old.successor = merged.index
            set(object, old, lag: lag)
        }
        return merged
    }

    /// Hands an object's associations to the one that it goes into.
    private mutating func hand(_ object: HubSpotObject, to heir: HubSpotObject) {
        for (place, relation) in HubSpotRelation.all.enumerated() {
            if relation.child == object.type {
                let parent = links.parent(place, ofChild: object.index)
                if links.parent(place, ofChild: heir.index) == nil {
                    link(place, child: heir.index, to: parent)
                }
                link(place, child: object.index, to: nil)
            }
            guard relation.parent == object.type else { continue }
            for child in links.children(place, ofParent: object.index) {
                link(place, child: child, to: heir.index)
            }
        }
    }
}
