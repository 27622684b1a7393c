extension ZendeskAccount {
    /// What an object owes to the account: where exports show it follows from these.
    private static let fixed = ["id", "url", "updated_at", "generated_timestamp"]

    /// Gives an object, or a new one, other members in that second.
    mutating func put(
        _ wanted: PutObject,
        into collection: ZendeskCollection,
        now: Int,
        _ traps: ZendeskTraps
    ) throws(SimulatorError) -> SimulatedChange {
        var dice = begin(now)
        var others: [SimulatedChange] = []
        let place: Int
        if let id = wanted.id {
            let found = self[collection].indices.first { ZendeskWriter.key(collection, $0) == id }
            guard let found, self[collection][found].isLiving else { throw wanted.missing }
            place = found
        } else {
            guard let made = make(collection, &dice, traps, &others) else {
                throw SimulatorError("\(wanted.stream) needs others, of which this account has none")
            }
            place = made
        }
        let shown = ZendeskWriter(account: self, now: max(now, time)).bytes(collection, place)
        try wanted.check(against: shown, except: Self.fixed)
        change(collection, place, traps) { $0.members.merge(wanted.members) { $1 } }
        return wanted.done(ZendeskWriter.key(collection, place))
    }
}
