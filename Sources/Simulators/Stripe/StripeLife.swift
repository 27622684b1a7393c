import Core
import Synchronization

/// An account under its clock: what is read and what is changed, one at a time.
final class StripeLife: ControlledAccount {
    let clock: VirtualClock
    let faults: FaultPlan
    private let pace: SimulatedPace
    private let account: Locked<StripeAccount>

    init(world: StripeWorld, clock: VirtualClock, faults: FaultPlan, perMinute: Int) {
        self.clock = clock
        self.faults = faults
        pace = SimulatedPace(perMinute: perMinute, from: Int(clock.now.seconds))
        account = Locked(StripeAccount(world: world))
    }

    /// The account so many seconds ago, and its events now.
    func read(lag: Int = 0) -> StripeAPI {
        let traps = StripeTraps(faults)
        let now = Int(clock.now.seconds)
        return account.withLock { account in
            live(&account, until: now, traps)
            return StripeAPI(
                view: account.view(at: max(now, account.time) - lag),
                events: StripeEventList(
                    world: account.world,
                    log: account.events,
                    now: max(now, account.time)
                )
            )
        }
    }

    func truths() -> [any StreamTruth] {
        let view = read().view
        return StripeSimulator.allStreams.map { StripeTruth($0, view) }
    }

    /// Makes changes by seed; what was done.
    ///
    /// - Throws: if the streams make no sense, or there is no room for their events.
    func change(_ wanted: WantedChanges) throws(SimulatorError) -> [SimulatedChange] {
        let collections = try wanted.chosen(from: StripeCollection.allCases)
        guard wanted.deletes == 0 || collections.contains(where: \.hasDeletes) else {
            throw SimulatorError(
                "nothing of \(collections.map(\.rawValue)) can be deleted: leave deletes out"
            )
        }
        guard wanted.merges == 0 else {
            throw SimulatorError("nothing of stripe is merged: leave merges out")
        }
        let traps = StripeTraps(faults)
        let now = Int(clock.now.seconds)
        return try account.withLock { account throws(SimulatorError) in
            live(&account, until: now, traps)
            var left = wanted
            var done: [SimulatedChange] = []
            while left.count > 0 {
                guard !account.events.isFull else { throw Self.noRoom }
                var dice = account.begin(now)
                guard let action = left.take(&dice) else { break }
                // Who names a stream wants it changed, be it told or not.
                done += account.change(
                    action,
                    in: collections,
                    mayBeSilent: wanted.streams != nil,
                    now: now,
                    traps
                )
            }
            return done
        }
    }

    func put(_ wanted: PutObject) throws(SimulatorError) -> SimulatedChange {
        let collection = try wanted.chosen(from: StripeCollection.allCases)
        let traps = StripeTraps(faults)
        let now = Int(clock.now.seconds)
        return try account.withLock { account throws(SimulatorError) in
            live(&account, until: now, traps)
            guard !account.events.isFull else { throw Self.noRoom }
            // What is refused changes nothing.
            var changed = account
            let change = try changed.put(wanted, into: collection, now: now, traps)
            account = changed
            return change
        }
    }

    private static let noRoom = SimulatorError(
        "no room for more than \(StripeEventLog.limit) events: let 30 days pass, or begin anew"
    )

    /// Adds an object to a collection, or more where it needs others.
    func grow(_ collection: StripeCollection) {
        let traps = StripeTraps(faults)
        let now = Int(clock.now.seconds)
        account.withLock { account in
            guard !account.events.isFull else { return }
            _ = account.change(.created, in: [collection], mayBeSilent: true, now: now, traps)
        }
    }

    /// Deletes an object that can be deleted.
    func remove(_ collection: StripeCollection, id: String) {
        let traps = StripeTraps(faults)
        let now = Int(clock.now.seconds)
        account.withLock { account in
            guard !account.events.isFull, let index = account.world.index(collection, id: id) else { return }
            _ = account.remove(collection, index, now: now, traps)
        }
    }

    /// What happened by itself since the account was last looked at.
    private func live(_ account: inout StripeAccount, until now: Int, _ traps: StripeTraps) {
        defer { account.expireSessions(by: now, traps) }
        for second in pace.seconds(until: now) {
            account.expireSessions(by: second, traps)
            var dice = account.begin(second)
            for _ in 0..<pace.count(&dice) where !account.events.isFull {
                let action: SimulatedChange.Action =
                    switch dice(10) {
                    case 0: .deleted
                    case 1...3: .created
                    default: .updated
                    }
                _ = account.change(
                    action,
                    in: StripeCollection.allCases,
                    mayBeSilent: false,
                    now: second,
                    traps
                )
            }
        }
    }
}
