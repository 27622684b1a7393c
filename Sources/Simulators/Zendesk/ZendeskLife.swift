import Core
import Synchronization

/// An account under its clock: what is read and what is changed, one at a time.
final class ZendeskLife: ControlledAccount {
    let clock: VirtualClock
    let faults: FaultPlan
    /// How many changes come by themselves in a virtual minute.
    private let perMinute: Int
    private let account: Locked<ZendeskAccount>
    private let lived: Locked<Int>

    init(world: ZendeskWorld, clock: VirtualClock, faults: FaultPlan, perMinute: Int) {
        self.clock = clock
        self.faults = faults
        self.perMinute = perMinute
        account = Locked(ZendeskAccount(world: world))
        lived = Locked(Int(clock.now.seconds))
    }

    /// The account as it is now.
    func read() -> ZendeskWriter {
        let traps = ZendeskTraps(faults)
        let now = Int(clock.now.seconds)
        return account.withLock { account in
            live(&account, until: now, traps)
            return ZendeskWriter(account: account, now: max(now, account.time))
        }
    }

    func truths() -> [any StreamTruth] {
        let writer = read()
        return ZendeskSimulator.streams.map { ZendeskTruth($0, writer) }
    }

    func change(_ wanted: WantedChanges) throws(SimulatorError) -> [SimulatedChange] {
        let collections = try collections(wanted)
        let traps = ZendeskTraps(faults)
        let now = Int(clock.now.seconds)
        return account.withLock { account in
            live(&account, until: now, traps)
            var left = wanted
            var done: [SimulatedChange] = []
            while left.count > 0 {
                var dice = account.begin(now)
                guard let action = left.take(&dice) else { break }
                done += account.change(action, in: collections, now: now, traps)
            }
            return done
        }
    }

    private func collections(_ wanted: WantedChanges) throws(SimulatorError) -> [ZendeskCollection] {
        let all = ZendeskCollection.allCases.filter(\.changes)
        var collections = all
        if let streams = wanted.streams {
            collections = []
            for name in streams {
                guard let collection = ZendeskCollection(rawValue: name), collection.changes else {
                    throw SimulatorError(
                        "there is no stream '\(name)' to change; there are "
                            + all.map(\.rawValue).joined(separator: ", ")
                    )
                }
                collections.append(collection)
            }
        }
        guard wanted.merges == 0 || collections.contains(where: \.hasMerges) else {
            throw SimulatorError(
                "nothing of \(collections.map(\.rawValue)) is merged: leave merges out, or name tickets or users"
            )
        }
        return collections
    }

    /// Adds an object to a collection, or more where it needs others.
    func grow(_ collection: ZendeskCollection) {
        let traps = ZendeskTraps(faults)
        let now = Int(clock.now.seconds)
        account.withLock { _ = $0.change(.created, in: [collection], now: now, traps) }
    }

    /// What happened by itself since the account was last looked at.
    ///
    /// Of a longer jump of the clock only the last hour is lived.
    private func live(_ account: inout ZendeskAccount, until now: Int, _ traps: ZendeskTraps) {
        guard perMinute > 0 else { return }
        let first = lived.withLock { lived in
            defer { lived = max(lived, now) }
            return max(lived + 1, now - 3599)
        }
        guard first <= now else { return }
        let collections = ZendeskCollection.allCases.filter(\.changes)
        for second in first...now where second % 4 == 0 {
            var dice = account.begin(second)
            let count = (perMinute * 4 + dice(60)) / 60
            for _ in 0..<count {
                let action: SimulatedChange.Action =
                    switch dice(20) {
                    case 0: .deleted
                    case 1: .merged
                    case 2...6: .created
                    default: .updated
                    }
                _ = account.change(action, in: collections, now: second, traps)
            }
        }
    }
}
