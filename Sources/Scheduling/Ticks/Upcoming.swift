package import Core

/// A tick to come, and what is known of it.
package struct UpcomingTick: Hashable, Sendable {
    package var nominal: Instant
    /// When it may start: the nominal time and its jitter.
    package var due: Instant
    /// What the clocks do to it.
    package var remark: DaylightRemark?
    /// Why it will not run; nil where it will.
    package var skip: SkipReason?
    /// It waits for a calendar's end; one run makes up for all that do.
    package var deferral: Deferral?

    /// Because of which calendar a tick waits, and until when; nil where that has no end in sight.
    package struct Deferral: Hashable, Sendable {
        package var calendar: String
        package var until: Instant?
    }
}

/// Looks ahead.
package struct Upcoming: Sendable {
    package var schedule: Schedule
    package var skips: [Instant: String]
    package var pause: ScheduleMachine.Pause?
    /// What is decided already, and does not come.
    var settled: SettledTimes?

    /// A look ahead of a schedule.
    package init(schedule: Schedule, skips: [Instant: String] = [:], pause: ScheduleMachine.Pause? = nil) {
        self.schedule = schedule
        self.skips = skips
        self.pause = pause
    }

    /// The next ticks after an instant, those that will not run among them.
    package func ticks(after instant: Instant, count: Int) -> [UpcomingTick] {
        var ticks: [UpcomingTick] = []
        var last = instant
        while ticks.count < count, let nominal = schedule.timetable.next(after: last) {
            if let end = settled?.end(of: nominal) {
                last = end
                continue
            }
            let skip = skip(of: nominal)
            ticks.append(
                UpcomingTick(
                    nominal: nominal,
                    due: schedule.due(nominal),
                    remark: schedule.timetable.remark(on: nominal),
                    skip: skip,
                    deferral: skip == nil ? deferral(of: nominal) : nil
                )
            )
            last = nominal
        }
        return ticks
    }

    private func skip(of nominal: Instant) -> SkipReason? {
        if let by = skips[nominal] { return .skipRequested(by: by) }
        if let pause, pause.until.map({ nominal < $0 }) ?? true { return .paused(pause.reason) }
        guard schedule.exclusions.action == .skip else { return nil }
        return schedule.exclusions.reason(at: nominal, in: schedule.timetable.zone)
            .map { .excluded(calendar: $0) }
    }

    private func deferral(of nominal: Instant) -> UpcomingTick.Deferral? {
        guard schedule.exclusions.action == .defer else { return nil }
        let zone = schedule.timetable.zone
        return schedule.exclusions.reason(at: nominal, in: zone).map {
            .init(calendar: $0, until: schedule.exclusions.end(after: nominal, in: zone))
        }
    }
}
