import Core

/// Chooses which of the ticks run that lie between two looks at the clock.
struct TickJudge {
    /// A tick that is no later than this is on time, whatever happened: a restart is not downtime.
    static let grace: Duration = .seconds(60)

    let schedule: Schedule
    let now: Instant
    private(set) var skipped: [SkippedTicks] = []

    init(schedule: Schedule, now: Instant) {
        self.schedule = schedule
        self.now = now
    }

    /// The ticks to run; the others are recorded as skipped.
    mutating func choose(_ open: [Instant], _ judgement: ClockChange.Judgement) -> [Tick] {
        guard !open.isEmpty else { return [] }
        switch judgement {
        case .live:
            if case .all(let maximum) = schedule.policy.catchUp { return last(maximum, of: open, .schedule) }
            return latest(of: open, .schedule)
        case .step:
            // The many of an interval are there again in a moment; a fixed time is not.
            var kept: [Instant] = []
            for tick in open {
                if now.since(tick) <= Self.grace || schedule.timetable.isFixed(tick) {
                    kept.append(tick)
                } else {
                    skip(tick, .clockStep)
                }
            }
            return latest(of: kept, .schedule)
        case .downtime: return madeUpFor(open)
        }
    }

    private mutating func madeUpFor(_ open: [Instant]) -> [Tick] {
        // What is on time, or waits for its jitter, was not missed.
        var onTime: [Tick] = []
        var missed: [Instant] = []
        for nominal in open {
            let due = schedule.due(nominal)
            if now.since(due) <= Self.grace {
                onTime.append(Tick(schedule: schedule.id, nominal: nominal, due: due))
            } else if now.since(nominal) > .seconds(schedule.policy.window) {
                skip(nominal, schedule.policy.catchUp == .none ? .notCaughtUp : .outsideWindow)
            } else {
                missed.append(nominal)
            }
        }
        switch schedule.policy.catchUp {
        case .none:
            for nominal in missed { skip(nominal, .notCaughtUp) }
            return keepLatest(onTime)
        case .latest:
            guard let last = onTime.last else { return latest(of: missed, .catchUp) }
            for nominal in missed { skip(nominal, .coalesced(into: last.nominal)) }
            return keepLatest(onTime)
        case .all(let maximum): return last(maximum, of: missed, .catchUp) + onTime
        }
    }

    /// One of several that are on time, as while the clock is steady.
    private mutating func keepLatest(_ ticks: some BidirectionalCollection<Tick>) -> [Tick] {
        guard let last = ticks.last else { return [] }
        for tick in ticks.dropLast() { skip(tick.nominal, .coalesced(into: last.nominal)) }
        return [last]
    }

    private mutating func latest(of open: [Instant], _ cause: Tick.Cause) -> [Tick] {
        let ticks = ticks(of: open, cause)
        // One run for all of them; one whose jitter is not over has its own moment to come.
        let due = ticks.prefix { $0.due <= now }
        return keepLatest(due) + ticks.dropFirst(due.count)
    }

    private mutating func last(_ maximum: Int, of open: [Instant], _ cause: Tick.Cause) -> [Tick] {
        for nominal in open.dropLast(maximum) { skip(nominal, .overLimit) }
        return ticks(of: open.suffix(maximum), cause)
    }

    private func ticks(of open: some Sequence<Instant>, _ cause: Tick.Cause) -> [Tick] {
        open.map { Tick(schedule: schedule.id, nominal: $0, due: schedule.due($0), cause: cause) }
    }

    private mutating func skip(_ tick: Instant, _ reason: SkipReason) {
        skipped.add(tick, reason, in: schedule.timetable)
    }
}
