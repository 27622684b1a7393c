import Core
import Synchronization

/// An account under its clock: what is read and what is changed, one at a time.
final class HubSpotLife: ControlledAccount {
    let clock: VirtualClock
    let faults: FaultPlan
    private let pace: SimulatedPace
    private let account: Locked<HubSpotAccount>

    init(world: HubSpotWorld, clock: VirtualClock, faults: FaultPlan, perMinute: Int) {
        self.clock = clock
        self.faults = faults
        pace = SimulatedPace(perMinute: perMinute, from: Int(clock.now.seconds))
        account = Locked(HubSpotAccount(world: world))
    }

    /// How long a search's index takes to see a change.
    private var lag: FaultPlan.Fault { faults.standing("search_lag") }

    /// The account now.
    func read() -> HubSpotView {
        let (lag, now) = (lag, clock.now.milliseconds)
        return account.withLock { account in
            live(&account, until: now, lag)
            return account.view(at: max(now, account.time))
        }
    }

    func truths() -> [any StreamTruth] { HubSpotTruth.all(read()) }

    var otherChanges: [String] { HubSpotAction.others.map(\.name) + ["bulk"] }

    /// Makes changes by seed; what was done.
    ///
    /// `bulk` writes one property of so many objects of each stream in one millisecond.
    ///
    /// - Throws: if the streams make no sense.
    func change(_ wanted: WantedChanges) throws(SimulatorError) -> [SimulatedChange] {
        let types = try wanted.chosen(from: HubSpotType.allCases)
        try check(wanted.merges, .merged, "merges", types)
        for (name, action) in HubSpotAction.others { try check(wanted.others[name], action, name, types) }
        let (lag, now) = (lag, clock.now.milliseconds)
        return account.withLock { account in
            live(&account, until: now, lag)
            var left = wanted
            var done: [SimulatedChange] = []
            while left.count > 0 {
                var dice = account.begin(now)
                guard let action = left.take(&dice) else { break }
                done += account.change(HubSpotAction(action), in: types, now: now, lag: lag)
            }
            for (name, action) in HubSpotAction.others {
                for _ in 0..<wanted.others[name, default: 0] {
                    done += account.change(action, in: types, now: now, lag: lag)
                }
            }
            guard let count = wanted.others["bulk"], count > 0 else { return done }
            for type in types { done += account.runJob(over: type, count: count, now: now, lag: lag) }
            return done
        }
    }

    func put(_ wanted: PutObject) throws(SimulatorError) -> SimulatedChange {
        let type = try wanted.chosen(from: HubSpotType.allCases)
        let (lag, now) = (lag, clock.now.milliseconds)
        return try account.withLock { account throws(SimulatorError) in
            live(&account, until: now, lag)
            // What is refused changes nothing.
            var changed = account
            let change = try changed.put(wanted, into: type, now: now, lag: lag)
            account = changed
            return change
        }
    }

    private func check(
        _ count: Int?,
        _ action: HubSpotAction,
        _ name: String,
        _ types: [HubSpotType]
    ) throws(SimulatorError) {
        guard count ?? 0 > 0, !types.contains(where: { HubSpotAccount.can(action, $0) }) else { return }
        throw SimulatorError("nothing of \(types.map(\.rawValue)) can be changed so: leave \(name) out")
    }

    /// Changes an object now, which searches see at once.
    func touch(_ object: HubSpotObject) {
        let now = clock.now.milliseconds
        account.withLock { $0.touch(object, now: now, lag: FaultPlan.Fault()) }
    }

    /// What happened by itself since the account was last looked at.
    private func live(_ account: inout HubSpotAccount, until now: Int, _ lag: FaultPlan.Fault) {
        for second in pace.seconds(until: now / 1000) {
            var dice = account.begin(second * 1000)
            for _ in 0..<pace.count(&dice) {
                let action: HubSpotAction =
                    switch dice(24) {
                    case 0, 1: .deleted
                    case 2...7: .created
                    case 8: .merged
                    case 9: .restored
                    case 10: .recalculated
                    case 11: .relinked
                    default: .updated
                    }
                let time = second * 1000 + dice(4) * 250
                _ = account.change(action, in: HubSpotType.allCases, now: min(time, now), lag: lag)
            }
        }
    }
}
