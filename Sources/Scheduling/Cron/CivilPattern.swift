import Core

/// Times on a wall clock: which seconds, minutes, hours, days and months fit.
struct CivilPattern: Hashable, Sendable {
    /// The last year that is looked at.
    static let years = 1900...2199
    static let earliest = LocalTime(seconds: Int64(ZoneFooter.dayNumber(years.lowerBound, 1, 1)) * 86_400)
    static let latest = LocalTime(
        seconds: Int64(ZoneFooter.dayNumber(years.upperBound + 1, 1, 1)) * 86_400 - 1
    )

    var seconds: UInt64
    var minutes: UInt64
    var hours: UInt64
    var months: UInt64
    var days: DayRule
    /// Whether it follows the wall clock where that jumps (Debian: minute or hour begins with `*`); else each of its times
    /// comes once a day.
    var isWildcard: Bool

    /// Whether some date fits in some year.
    var isPossible: Bool { (1...12).contains { months & 1 << UInt64($0) != 0 && days.isPossible(month: $0) } }

    func matches(_ local: LocalTime) -> Bool {
        matchesDay(local.date) && hours & 1 << UInt64(local.hour) != 0
            && minutes & 1 << UInt64(local.minute) != 0 && seconds & 1 << UInt64(local.second) != 0
    }

    private func matchesDay(_ date: CivilDate) -> Bool {
        months & 1 << UInt64(date.month) != 0
            && days.mask(year: date.year, month: date.month) & 1 << UInt32(date.day) != 0
    }

    // MARK: Forward

    /// The first fitting time from one on; nil where none comes up to 2199.
    func first(from local: LocalTime) -> LocalTime? {
        let local = max(local, Self.earliest)
        let date = local.date
        if matchesDay(date), let second = firstTime(from: local.secondOfDay) {
            return LocalTime(seconds: Int64(local.dayNumber) * 86_400 + Int64(second))
        }
        guard let day = firstDay(after: date), let second = firstTime(from: 0) else { return nil }
        return LocalTime(seconds: Int64(day) * 86_400 + Int64(second))
    }

    private func firstDay(after date: CivilDate) -> Int? {
        var (year, month) = (date.year, date.month)
        var above = date.day + 1
        while year <= Self.years.upperBound {
            if months & 1 << UInt64(month) != 0 {
                let left =
                    above > 31 ? 0 : days.mask(year: year, month: month) & (UInt32.max << UInt32(above))
                if left != 0 { return ZoneFooter.dayNumber(year, month, left.trailingZeroBitCount) }
            }
            above = 1
            month += 1
            if month > 12 { (year, month) = (year + 1, 1) }
        }
        return nil
    }

    private func firstTime(from second: Int) -> Int? {
        let (hour, minute) = (second / 3600, second / 60 % 60)
        if hours & 1 << UInt64(hour) != 0 {
            if minutes & 1 << UInt64(minute) != 0, let found = Self.low(seconds, from: second % 60) {
                return hour * 3600 + minute * 60 + found
            }
            if let found = Self.low(minutes, from: minute + 1) {
                return hour * 3600 + found * 60 + seconds.trailingZeroBitCount
            }
        }
        return Self.low(hours, from: hour + 1).map {
            $0 * 3600 + minutes.trailingZeroBitCount * 60 + seconds.trailingZeroBitCount
        }
    }

    /// The lowest bit from a place on.
    private static func low(_ mask: UInt64, from place: Int) -> Int? {
        let left = place > 63 ? 0 : mask & (UInt64.max << UInt64(place))
        return left == 0 ? nil : left.trailingZeroBitCount
    }

    // MARK: Backward

    /// The last fitting time up to one; nil where none came since 1900.
    func last(to local: LocalTime) -> LocalTime? {
        let local = min(local, Self.latest)
        let date = local.date
        if matchesDay(date), let second = lastTime(to: local.secondOfDay) {
            return LocalTime(seconds: Int64(local.dayNumber) * 86_400 + Int64(second))
        }
        guard let day = lastDay(before: date), let second = lastTime(to: 86_399) else { return nil }
        return LocalTime(seconds: Int64(day) * 86_400 + Int64(second))
    }

    private func lastDay(before date: CivilDate) -> Int? {
        var (year, month) = (date.year, date.month)
        var below = date.day
        while year >= Self.years.lowerBound {
            if months & 1 << UInt64(month) != 0 {
                let below = below > 31 ? UInt32.max : (1 << UInt32(below)) - 1
                let left = days.mask(year: year, month: month) & below
                if left != 0 { return ZoneFooter.dayNumber(year, month, 31 - left.leadingZeroBitCount) }
            }
            below = 32
            month -= 1
            if month < 1 { (year, month) = (year - 1, 12) }
        }
        return nil
    }

    private func lastTime(to second: Int) -> Int? {
        let (hour, minute) = (second / 3600, second / 60 % 60)
        if hours & 1 << UInt64(hour) != 0 {
            if minutes & 1 << UInt64(minute) != 0, let found = Self.high(seconds, below: second % 60 + 1) {
                return hour * 3600 + minute * 60 + found
            }
            if let found = Self.high(minutes, below: minute) {
                return hour * 3600 + found * 60 + Self.top(seconds)
            }
        }
        return Self.high(hours, below: hour).map { $0 * 3600 + Self.top(minutes) * 60 + Self.top(seconds) }
    }

    private static func high(_ mask: UInt64, below place: Int) -> Int? {
        let left = mask & ((1 << UInt64(place)) - 1)
        return left == 0 ? nil : top(left)
    }

    private static func top(_ mask: UInt64) -> Int { 63 - mask.leadingZeroBitCount }
}
