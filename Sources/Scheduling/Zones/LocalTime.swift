package import Core

/// What a clock on a wall shows: a date and a time without a zone.
package struct LocalTime: Hashable, Comparable, Sendable {
    /// Seconds since the clock showed 1970-01-01 00:00:00.
    package var seconds: Int64

    /// A time by its distance from the clock's own 1970.
    package init(seconds: Int64) { self.seconds = seconds }

    /// A date and a time of that day.
    package init(_ date: CivilDate, hour: Int = 0, minute: Int = 0, second: Int = 0) {
        self.init(day: date.daysSinceEpoch, second: hour * 3600 + minute * 60 + second)
    }

    /// A second of a day since the clock's own 1970.
    init(day: Int, second: Int = 0) { seconds = Int64(day) * 86_400 + Int64(second) }

    var dayNumber: Int { Int((seconds >= 0 ? seconds : seconds - 86_399) / 86_400) }
    var secondOfDay: Int { Int(seconds) - dayNumber * 86_400 }

    package var date: CivilDate { CivilDate(daysSinceEpoch: dayNumber) }
    package var hour: Int { secondOfDay / 3600 }
    package var minute: Int { secondOfDay / 60 % 60 }
    package var second: Int { secondOfDay % 60 }

    package static func < (left: LocalTime, right: LocalTime) -> Bool { left.seconds < right.seconds }

    /// `2026-03-29 02:30`, with seconds where there are some.
    package var text: String { "\(dateText) \(timeText)" }

    /// `2026-03-29`.
    package var dateText: String {
        let date = date
        return "\(date.year)-\(Self.pair(date.month))-\(Self.pair(date.day))"
    }

    /// `02:30`, with seconds where there are some.
    package var timeText: String {
        "\(Self.pair(hour)):\(Self.pair(minute))" + (second == 0 ? "" : ":\(Self.pair(second))")
    }

    static func pair(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
}
