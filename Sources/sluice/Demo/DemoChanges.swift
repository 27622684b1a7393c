import Simulators

/// What happens to the account while it is read: creations, updates and deletions, as many a minute as was asked.
struct DemoChanges: Sendable {
    /// How many of each were made, those included that came along with another.
    struct Counts: Sendable {
        var created = 0
        var updated = 0
        var deleted = 0

        mutating func add(_ changes: [SimulatedChange]) {
            for change in changes {
                switch change.action {
                case .created: created += 1
                case .updated: updated += 1
                case .deleted, .merged: deleted += 1
                }
            }
        }
    }

    /// How often some are made.
    static let interval = Duration.milliseconds(500)
    /// Of ten changes: three creations, six updates and a deletion.
    private static let pattern: [SimulatedChange.Action] = [
        .updated, .created, .updated, .updated, .created, .updated, .updated, .created, .updated, .deleted,
    ]

    private let perMinute: Int
    private var asked = 0

    init(perMinute: Int) { self.perMinute = perMinute }

    /// Makes what has become due since the beginning.
    ///
    /// The accounts take turns.
    mutating func make(in accounts: [DemoAccount], after elapsed: Duration) throws(SimulatorError)
        -> [SimulatedChange]
    {
        let milliseconds = elapsed / .milliseconds(1)
        let due = Int(milliseconds * Double(perMinute) / 60_000) - asked
        guard due > 0 else { return [] }
        let numbers = asked..<asked + due
        asked += due
        var made: [SimulatedChange] = []
        for (place, account) in accounts.enumerated() {
            let actions = numbers.filter { $0 % accounts.count == place }
                .map { Self.pattern[$0 % Self.pattern.count] }
            guard !actions.isEmpty else { continue }
            made += try account.simulator.change(
                creates: actions.count { $0 == .created },
                updates: actions.count { $0 == .updated },
                deletes: actions.count { $0 == .deleted },
                streams: account.service.changing
            )
        }
        return made
    }

    /// Makes some of every kind at once.
    static func makeSome(in account: DemoAccount) throws(SimulatorError) -> [SimulatedChange] {
        try account.simulator.change(creates: 12, updates: 24, deletes: 8, streams: account.service.changing)
    }
}
