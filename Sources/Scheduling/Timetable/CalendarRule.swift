package import Core

/// Days by month, date and weekday, all of which must fit, and times of those days: Friday the 13th at 02:30.
package struct CalendarRule: Hashable, Sendable {
    /// The fields as they are written; nil for all of a unit.
    package struct Texts: Hashable, Sendable {
        package var months: String?
        package var days: String?
        package var weekdays: String?
        /// Times of the day, `02:30` or `02:30:15`.
        package var times: [String] = []
        package var hours: String?
        package var minutes: String?

        /// No field.
        package init() {}
    }

    package let month: CronField
    package let day: CronField
    package let weekday: CronField
    /// Fixed times in seconds of the day; empty where hours and minutes say it.
    package let times: [Int]
    package let hour: CronField
    package let minute: CronField
    let patterns: [CivilPattern]

    /// Reads the fields; `H` in them stands for what the name hashes to.
    package init(_ texts: Texts, name: String) throws(ScheduleError) {
        func field(_ text: String?, _ unit: CronUnit, else other: CronField) throws(ScheduleError)
            -> CronField
        {
            guard let text else { return other }
            let reader = CronFieldReader(unit: unit, name: name, expression: text, column: 1)
            return try reader.read(text[...])
        }
        month = try field(texts.months, .month, else: .all(.month))
        day = try field(texts.days, .day, else: .all(.day))
        weekday = try field(texts.weekdays, .weekday, else: .all(.weekday))
        guard texts.times.isEmpty || (texts.hours == nil && texts.minutes == nil) else {
            throw ScheduleError(.badCalendar, "a calendar has times (at), or hours and minutes, not both")
        }
        hour = try field(texts.hours, .hour, else: texts.minutes == nil ? .only(0, .hour) : .all(.hour))
        minute = try field(texts.minutes, .minute, else: .only(0, .minute))
        var times: Set<Int> = []
        for text in texts.times { times.insert(try Self.time(text)) }
        self.times = times.sorted()
        let days = DayRule(days: day, weekdays: weekday, isEither: false)
        let months = month.values
        func pattern(_ second: UInt64, _ minute: UInt64, _ hour: UInt64, _ isWildcard: Bool) -> CivilPattern {
            CivilPattern(
                seconds: second,
                minutes: minute,
                hours: hour,
                months: months,
                days: days,
                isWildcard: isWildcard
            )
        }
        patterns =
            times.isEmpty
            ? [pattern(1, minute.values, hour.values, minute.isStar || hour.isStar)]
            : times.sorted().map {
                pattern(1 << UInt64($0 % 60), 1 << UInt64($0 / 60 % 60), 1 << UInt64($0 / 3600), false)
            }
        guard patterns[0].isPossible else {
            throw ScheduleError(
                .neverRuns,
                "the calendar names a day that never comes (\(DateWords.days(self))); change its days or months, or write L for "
                    + "the last day of a month"
            )
        }
    }

    /// Seconds of the day.
    package static func time(_ text: String) throws(ScheduleError) -> Int {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        let numbers = parts.compactMap { $0.utf8.count == 2 && $0.allSatisfy(\.isASCII) ? Int($0) : nil }
        guard (2...3).contains(parts.count), numbers.count == parts.count, (0...23).contains(numbers[0]),
            numbers.dropFirst().allSatisfy({ (0...59).contains($0) })
        else {
            throw ScheduleError(
                .badCalendar,
                "\"\(text)\" is no time of a day; write 02:30, from 00:00 to 23:59"
            )
        }
        return numbers[0] * 3600 + numbers[1] * 60 + (numbers.count == 3 ? numbers[2] : 0)
    }

    /// The rule in numbers.
    package var text: String {
        let times =
            times.isEmpty
            ? "\(minute.normalized) \(hour.normalized)"
            : times.map { LocalTime(seconds: Int64($0)).timeText }.joined(separator: ",")
        return "\(times) \(day.normalized) \(month.normalized) \(weekday.normalized)"
    }

    /// Whether it follows the wall clock where that jumps.
    package var isWildcard: Bool { patterns[0].isWildcard }

    /// The first tick after an instant; nil where none comes up to the year 2199.
    package func next(after instant: Instant, in zone: Zone, daylight: DaylightRule) -> Instant? {
        patterns.lazy.compactMap { $0.next(after: instant.seconds, in: zone, daylight) }.min()
            .map(Instant.init(seconds:))
    }

    /// The last tick before an instant; nil where none came since 1900.
    package func previous(before instant: Instant, in zone: Zone, daylight: DaylightRule) -> Instant? {
        let second = instant.nanoseconds % 1_000_000_000 == 0 ? instant.seconds : instant.seconds + 1
        return patterns.lazy.compactMap { $0.previous(before: second, in: zone, daylight) }.max()
            .map(Instant.init(seconds:))
    }
}
