import Core
import Synchronization

/// An account under its clock: what is read and what is changed, one at a time.
final class ZendeskLife: ControlledAccount {
    let clock: VirtualClock
    let faults: FaultPlan
    private let pace: SimulatedPace
    private let account: Locked<ZendeskAccount>

    init(world: ZendeskWorld, clock: VirtualClock, faults: FaultPlan, perMinute: Int) {
        self.clock = clock
        self.faults = faults
        pace = SimulatedPace(perMinute: perMinute, from: Int(clock.now.seconds))
        account = Locked(ZendeskAccount(world: world))
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

    func put(_ wanted: PutObject) throws(SimulatorError) -> SimulatedChange {
        let collection = try wanted.chosen(from: ZendeskCollection.allCases.filter(\.changes))
        let traps = ZendeskTraps(faults)
        let now = Int(clock.now.seconds)
        return try account.withLock { account throws(SimulatorError) in
            live(&account, until: now, traps)
            // What is refused changes nothing.
            var changed = account
            let change = try changed.put(wanted, into: collection, now: now, traps)
            account = changed
            return change
        }
    }

    private func collections(_ wanted: WantedChanges) throws(SimulatorError) -> [ZendeskCollection] {
        let collections = try wanted.chosen(from: ZendeskCollection.allCases.filter(\.changes))
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
    private func live(_ account: inout ZendeskAccount, until now: Int, _ traps: ZendeskTraps) {
        let collections = ZendeskCollection.allCases.filter(\.changes)
        for second in pace.seconds(until: now) {
            var dice = account.begin(second)
            for _ in 0..<pace.count(&dice) {
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
