import Core

/// Sorts the ticks of a while into those that may run and those that may not, whatever the clock did.
struct TickSorter {
    let schedule: Schedule
    let pause: ScheduleMachine.Pause?
    let skips: [Instant: String]
    private(set) var skipped: [SkippedTicks] = []
    /// The latest tick that waits for the end of an exclusion.
    private(set) var deferred: Instant?

    init(
        schedule: Schedule,
        pause: ScheduleMachine.Pause?,
        skips: [Instant: String]
    ) {
        self.schedule = schedule
        self.pause = pause
        self.skips = skips
    }

    /// The ticks that may run.
    mutating func sort(_ ticks: MissedTicks) -> [Instant] {
        var open = ticks.head.filter { isOpen($0) }
        guard !ticks.tail.isEmpty else { return open }
        // Too many to be looked at: each row of them is one range. Its own ends are known.
        let missed: SkipReason = schedule.policy.catchUp == .none ? .notCaughtUp : .overLimit
        let reason = pause.map { SkipReason.paused($0.reason) } ?? missed
        skipped += ticks.between.map { first, last in
            let count = first == last ? 1 : 2
            return SkippedTicks(
                first: first,
                last: last,
                count: count,
                isCountExact: count == 1,
                reason: reason
            )
        }
        open += ticks.tail.filter { isOpen($0) }
        return open
    }

    private mutating func isOpen(_ tick: Instant) -> Bool {
        if let by = skips[tick] {
            skip(tick, .skipRequested(by: by))
        } else if let pause {
            skip(tick, .paused(pause.reason))
        } else if let calendar = schedule.exclusions.reason(at: tick, in: schedule.timetable.zone) {
            if schedule.exclusions.action == .defer {
                if let earlier = deferred { skip(earlier, .coalesced(into: tick)) }
                deferred = tick
            } else {
                skip(tick, .excluded(calendar: calendar))
            }
        } else {
            return true
        }
        return false
    }

    private mutating func skip(_ tick: Instant, _ reason: SkipReason) {
        skipped.add(tick, reason, in: schedule.timetable)
    }
}

extension [SkippedTicks] {
    /// Adds a tick to the last range where it is the next one, else begins another.
    mutating func add(_ tick: Instant, _ reason: SkipReason, in timetable: Timetable) {
        let range = SkippedTicks(first: tick, last: tick, count: 1, reason: reason)
        if let place = indices.last, let joined = self[place].joined(with: range, in: timetable) {
            self[place] = joined
        } else {
            append(range)
        }
    }
}
