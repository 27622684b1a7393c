package import Core

/// One way to say when: an expression, an interval, or a calendar.
package enum TimeRule: Hashable, Sendable {
    case cron(CronExpression)
    case every(EveryInterval)
    case calendar(CalendarRule)

    /// Reads an expression or `@every`; `H` stands for what the schedule's name hashes to.
    package init(parsing text: String, name: String) throws(ScheduleError) {
        let trimmed = text.drop(while: CronExpression.isSeparator)
        if trimmed.hasPrefix("@every") {
            let length = trimmed.dropFirst("@every".count).drop(while: CronExpression.isSeparator)
            let end = length.lastIndex { !CronExpression.isSeparator($0) }
            self = .every(try EveryInterval(parsing: end.map { length[...$0] } ?? length))
        } else {
            self = .cron(try CronExpression(parsing: text, name: name))
        }
    }

    /// The rule in numbers, `H` and names resolved.
    package var text: String {
        switch self {
        case .cron(let expression): expression.normalized
        case .every(let interval): "@every \(interval.text)"
        case .calendar(let calendar): calendar.text
        }
    }

    /// Whether it follows the wall clock where that jumps; else each of its times comes once a day.
    ///
    /// Intervals belong to the first kind: a single one of them does not matter.
    package var isWildcard: Bool {
        switch self {
        case .cron(let expression): expression.isWildcard
        case .every: true
        case .calendar(let calendar): calendar.isWildcard
        }
    }

    /// The first tick after an instant; nil where none comes up to the year 2199.
    package func next(after instant: Instant, in zone: Zone, daylight: DaylightRule) -> Instant? {
        switch self {
        case .cron(let expression): expression.next(after: instant, in: zone, daylight: daylight)
        case .every(let interval): interval.next(after: instant)
        case .calendar(let calendar): calendar.next(after: instant, in: zone, daylight: daylight)
        }
    }

    /// The last tick before an instant; nil where none came since 1900.
    package func previous(before instant: Instant, in zone: Zone, daylight: DaylightRule) -> Instant? {
        switch self {
        case .cron(let expression): expression.previous(before: instant, in: zone, daylight: daylight)
        case .every(let interval): interval.previous(before: instant)
        case .calendar(let calendar): calendar.previous(before: instant, in: zone, daylight: daylight)
        }
    }
}
