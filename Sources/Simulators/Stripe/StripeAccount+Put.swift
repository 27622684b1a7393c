extension StripeAccount {
    /// Gives an object, or a new one, other members in that second; an event tells of it where the service has such.
    mutating func put(
        _ wanted: PutObject,
        into collection: StripeCollection,
        now: Int,
        _ traps: StripeTraps
    ) throws(SimulatorError) -> SimulatedChange {
        var dice = begin(now)
        let object = try found(wanted, in: collection) ?? made(collection, &dice, traps)
        let before = edit(object)
        try wanted.check(against: world.object(collection, object.index, before), except: ["id", "object"])
        var after = before
        after.members.merge(wanted.members) { $1 }
        set(object, after)
        if collection.tellsOfAnyChange {
            tell("\(collection.eventPrefix).updated", object, before: before, traps)
        }
        return wanted.done(world.id(collection, object.index))
    }

    private func found(
        _ wanted: PutObject,
        in collection: StripeCollection
    ) throws(SimulatorError) -> StripeObject? {
        guard let id = wanted.id else { return nil }
        guard let index = world.index(collection, id: id) else { throw wanted.missing }
        let object = StripeObject(collection: collection, index: index)
        guard !edit(object).isDeleted else { throw wanted.missing }
        return object
    }

    private mutating func made(
        _ collection: StripeCollection,
        _ dice: inout SeededDice,
        _ traps: StripeTraps
    ) -> StripeObject {
        var others: [SimulatedChange] = []
        while true {
            // A refund without anything to refund becomes a charge.
            let object = make(collection, &dice, traps, &others)
            if object.collection == collection { return object }
        }
    }
}
