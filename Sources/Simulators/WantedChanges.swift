import JSON

/// How many changes of each kind are to be made, and to which streams.
struct WantedChanges: Sendable {
    var creates = 0
    var updates = 0
    var deletes = 0
    var merges = 0
    /// What only this service knows, by name.
    var others: [String: Int] = [:]
    /// Nil for all that can be changed.
    var streams: [String]?

    /// The number of all but those that only this service knows.
    var count: Int { creates + updates + deletes + merges }

    /// How many of a kind are possible at once.
    private static let limit = 100_000

    /// Wanted by a caller.
    ///
    /// - Throws: if a number makes no sense.
    init(
        creates: Int = 0,
        updates: Int = 0,
        deletes: Int = 0,
        merges: Int = 0,
        others: [String: Int] = [:],
        streams: [String]? = nil
    ) throws(SimulatorError) {
        self.creates = creates
        self.updates = updates
        self.deletes = deletes
        self.merges = merges
        self.others = others
        self.streams = streams
        try check()
    }

    /// Reads `{"creates": N, "updates": N, "deletes": N, "merges": N, "streams": [NAME]}`, and numbers of the others.
    ///
    /// - Throws: if it is anything else.
    init(_ document: JSONValue, others names: [String] = []) throws(SimulatorError) {
        let counted = ["creates", "updates", "deletes", "merges"] + names
        let usage =
            "{\(counted.map { "\"\($0)\": N" }.joined(separator: ", ")), \"streams\": [NAME]}, each of which may "
            + "be left out"
        guard let members = document.members else { throw SimulatorError("the body is not \(usage)") }
        for member in members {
            switch member.name {
            case "creates": creates = try Self.count(member)
            case "updates": updates = try Self.count(member)
            case "deletes": deletes = try Self.count(member)
            case "merges": merges = try Self.count(member)
            case "streams":
                guard let elements = member.value.elements else { throw SimulatorError("streams is no list") }
                streams = elements.map { $0.text ?? $0.compactText }
            case let name where names.contains(name): others[name] = try Self.count(member)
            default: throw SimulatorError("there is no \(member.name): the body is \(usage)")
            }
        }
        try check()
    }

    private static func count(_ member: JSONValue.Member) throws(SimulatorError) -> Int {
        guard let count = member.value.int else { throw SimulatorError("\(member.name) is no number") }
        return count
    }

    private func check() throws(SimulatorError) {
        for count in [creates, updates, deletes, merges] + others.values
        where !(0...Self.limit).contains(count) {
            throw SimulatorError("cannot make \(count) changes; 0 to \(Self.limit) of a kind are possible")
        }
    }

    /// The collections that are to be changed, of those that can be.
    ///
    /// - Throws: if one that is named is none of them.
    func chosen<Collection: RawRepresentable<String>>(
        from all: [Collection]
    ) throws(SimulatorError) -> [Collection] {
        guard let streams else { return all }
        var chosen: [Collection] = []
        for name in streams {
            guard let collection = all.first(where: { $0.rawValue == name }) else {
                throw SimulatorError(
                    "there is no stream '\(name)' to change; there are "
                        + all.map(\.rawValue).joined(separator: ", ")
                )
            }
            chosen.append(collection)
        }
        return chosen
    }

    /// Takes one of those that are left, of whichever kind the dice say; nil once there are none.
    mutating func take(_ dice: inout SeededDice) -> SimulatedChange.Action? {
        guard count > 0 else { return nil }
        let place = dice(count)
        switch place {
        case ..<creates:
            creates -= 1
            return .created
        case ..<(creates + updates):
            updates -= 1
            return .updated
        case ..<(creates + updates + deletes):
            deletes -= 1
            return .deleted
        default:
            merges -= 1
            return .merged
        }
    }
}
