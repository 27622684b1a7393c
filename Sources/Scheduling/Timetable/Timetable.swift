package import Core

/// When a schedule ticks: rules, all of which count, in one zone, from a beginning to an end.
package struct Timetable: Sendable {
    package let rules: [TimeRule]
    package let zone: Zone
    package let daylight: DaylightRule
    /// Nothing ticks before it.
    package let start: Instant?
    /// Nothing ticks from here on.
    package let end: Instant?

    /// A timetable of at least one rule.
    package init(
        _ rules: [TimeRule],
        zone: Zone,
        daylight: DaylightRule = .cron,
        start: Instant? = nil,
        end: Instant? = nil
    ) {
        precondition(!rules.isEmpty, "a timetable has a rule")
        self.rules = rules
        self.zone = zone
        self.daylight = daylight
        self.start = start
        self.end = end
    }

    /// The first tick after an instant; nil where none comes up to its end or the year 2199.
    package func next(after instant: Instant) -> Instant? {
        let from = start.map { max(instant, $0.advanced(by: .nanoseconds(-1))) } ?? instant
        let found = rules.lazy.compactMap { $0.next(after: from, in: zone, daylight: daylight) }.min()
        guard let found, end.map({ found < $0 }) ?? true else { return nil }
        return found
    }

    /// The last tick before an instant; nil where none came since its beginning or 1900.
    package func previous(before instant: Instant) -> Instant? {
        let to = end.map { min(instant, $0) } ?? instant
        let found = rules.lazy.compactMap { $0.previous(before: to, in: zone, daylight: daylight) }.max()
        guard let found, start.map({ found >= $0 }) ?? true else { return nil }
        return found
    }

    /// Whether a tick is one of a fixed time, which comes once a day, and not one of many.
    package func isFixed(_ tick: Instant) -> Bool {
        rules.contains { rule in
            !rule.isWildcard
                && rule.next(after: tick.advanced(by: .nanoseconds(-1)), in: zone, daylight: daylight) == tick
        }
    }

    /// What the clocks did to a tick; nil on ordinary days.
    package func remark(on tick: Instant) -> DaylightRemark? {
        let second = tick.seconds
        let span = zone.span(at: second)
        if let change = zone.transition(before: second), change.at == second, change.shift > 0, isFixed(tick)
        {
            let skipped = LocalTime(seconds: second + Int64(change.before.seconds))
            let shown = LocalTime(seconds: second + Int64(change.after.seconds))
            // A fixed time that stands right after the gap is there on its own account.
            if daylight != .skip, let time = firstFixed(from: skipped, before: shown) {
                return .moved(from: time, to: shown)
            }
        }
        let local = zone.local(tick)
        let both = zone.instants(of: local).instants
        guard both.count > 1 else { return nil }
        return second == both[0] ? .firstPass(span.offset) : .secondPass(span.offset)
    }

    /// The first fixed time on the clock from one on and before another, whether it exists or not.
    func firstFixed(from local: LocalTime, before end: LocalTime) -> LocalTime? {
        let first = rules.lazy.filter { !$0.isWildcard }.compactMap { $0.firstTime(from: local) }.min()
        return first.flatMap { $0 < end ? $0 : nil }
    }
}

/// What a change of the clocks means for one tick.
package enum DaylightRemark: Hashable, Sendable {
    /// The time does not exist on that day: it runs at the first moment after the gap.
    case moved(from: LocalTime, to: LocalTime)
    /// The time comes twice, and this is the first.
    case firstPass(ZoneOffset)
    /// The time comes twice, and this is the second.
    case secondPass(ZoneOffset)

    /// In words.
    package var text: String {
        switch self {
        case .moved(let from, let to): "\(from.timeText) does not exist on this day: runs at \(to.timeText)"
        case .firstPass(let offset): "the clocks go back: first pass (\(offset.abbreviation))"
        case .secondPass(let offset): "the clocks went back: second pass (\(offset.abbreviation))"
        }
    }
}

extension TimeRule {
    /// The first time on the clock from one on that fits, whether it exists or not; nil for intervals.
    func firstTime(from local: LocalTime) -> LocalTime? {
        switch self {
        case .cron(let expression): expression.pattern.first(from: local)
        case .every: nil
        case .calendar(let calendar): calendar.patterns.lazy.compactMap { $0.first(from: local) }.min()
        }
    }
}
