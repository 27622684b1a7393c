package import Core
import Scheduling

extension DaemonMachine {
    /// So long a tick may be due without being late.
    private static let grace: Duration = .seconds(60)

    /// How each schedule stands, by id, with so many of its next ticks.
    package func views(at now: Instant, count: Int) -> [ScheduleStanding] {
        schedules.ids.sorted().compactMap { view(of: $0, at: now, count: count) }
    }

    /// How one schedule stands; nil where it is not known.
    package func view(of id: String, at now: Instant, count: Int) -> ScheduleStanding? {
        guard let schedule = schedules[id], !schedule.isRemoved || !schedule.runs.isEmpty else { return nil }
        let waiting = waiting(schedule)
        return ScheduleStanding(
            id: id,
            state: state(of: schedule, waiting, at: now),
            pause: schedule.machine.pause,
            next: schedule.isRemoved ? [] : schedule.machine.upcoming(count, after: now),
            waiting: waiting.map(\.shown),
            active: schedule.machine.activeTick.flatMap { schedule.runs[$0.id] },
            failures: schedule.machine.failures,
            lastSuccess: schedule.lastSuccess,
            skipped: schedule.skipped
        )
    }

    /// The pools that are named, or used, by name.
    package var pools: [PoolView] {
        Set(settings.pools.keys).union(queues.keys).sorted().map { name in
            let slots = settings.slots(of: name)
            let queue = queues[name]
            return PoolView(name: name, slots: slots, used: queue?.used ?? 0, waiting: queue?.count ?? 0)
        }
    }

    /// Accounts whose runs were ordered and could not be recorded as begun, so that they wait, and why.
    package var hindered: [(account: AccountName, reason: String)] {
        runs.values.filter { $0.vainAttempts > 0 && !$0.hasBegun && $0.stage != .left }
            .sorted { ($0.account.text, $0.id) < ($1.account.text, $1.id) }
            .map { ($0.account, $0.failure ?? "it could not begin") }
    }

    private struct Waiting {
        var shown: ScheduleView.Waiting
        var due: Instant
    }

    private func waiting(_ schedule: FollowedSchedule) -> [Waiting] {
        var waiting: [Waiting] = []
        func add(_ tick: Tick, since: Instant, _ reason: String) {
            waiting.append(
                Waiting(shown: .init(nominal: tick.nominal, since: since, reason: reason), due: tick.due)
            )
        }
        if let tick = schedule.machine.activeTick,
            let run = schedule.runs[tick.id].flatMap({ runs[$0] }), run.stage != .running || !run.hasBegun
        {
            add(tick, since: run.since, reason(of: run))
        }
        for tick in schedule.machine.waitingTicks {
            add(tick, since: tick.due, "the run before it has not ended")
        }
        for tick in schedule.machine.pendingTicks {
            add(tick, since: tick.nominal, "its jitter: due at \(tick.due.rfc3339())")
        }
        if let (nominal, until) = schedule.machine.deferredTick {
            let tick = Tick(schedule: schedule.entry.schedule.id, nominal: nominal, due: until)
            add(tick, since: nominal, "its calendar: due at \(until.rfc3339())")
        }
        return waiting
    }

    /// What a run waits for, in words.
    func reason(of run: OrderedRun) -> String {
        switch run.stage {
        case .running: return "its session opens"
        case .left: return "the daemon ends; the next one goes on with it"
        case .resting(let until):
            let time = reading.wall.advanced(by: until - reading.monotonic)
            return "the next attempt, at \(time.rfc3339())" + (run.failure.map { ": \($0)" } ?? "")
        case .waiting:
            if isDraining { return "the daemon ends; the next one starts it" }
            if let obstacle = claims.obstacle(run.account, streams(of: run)) {
                let what = obstacle.stream.map { "\($0) of \(run.account)" } ?? "\(run.account)"
                return "\(what) is being \(occupation(of: obstacle.run))"
            }
            if waitingEdits.obstacle(run.account, streams(of: run)) != nil {
                return "a change of the state of \(run.account) by hand, which waits for a run"
            }
            guard let queue = queues[run.pool], queue.isFull else {
                return run.chunk == nil
                    ? "a run that has waited longer for the same streams"
                    : "runs of its streams that are due go first"
            }
            return "the pool \(run.pool) is full (\(queue.used) of \(queue.slots))"
        }
    }

    private func state(of schedule: FollowedSchedule, _ waiting: [Waiting], at now: Instant)
        -> ScheduleView.State
    {
        let active = schedule.machine.activeTick.flatMap { schedule.runs[$0.id] }.flatMap { runs[$0] }
        if let active, active.stage == .running, active.hasBegun { return .running }
        if waiting.contains(where: { now.since($0.due) > Self.grace }) { return .late }
        if waiting.contains(where: { $0.due <= now }) { return .waiting }
        if schedule.machine.pause != nil { return .paused }
        if let fresh = schedule.entry.freshWithin, now.since(schedule.lastSuccess ?? schedule.since) > fresh {
            return .stale
        }
        return schedule.machine.failures > 0 ? .failing : .idle
    }
}
