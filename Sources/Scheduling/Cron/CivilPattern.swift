import Core

/// Times on a wall clock: which seconds, minutes, hours, days and months fit.
struct CivilPattern: Hashable, Sendable {
    /// The last year that is looked at.
    static let years = 1900...2199
    static let earliest = LocalTime(day: CivilDate.daysSinceEpoch(year: years.lowerBound, month: 1, day: 1))
    static let latest = LocalTime(
        day: CivilDate.daysSinceEpoch(year: years.upperBound, month: 12, day: 31),
        second: 86_399
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

    /// The first fitting time from one on; nil where none comes up to 2199.
    func first(from local: LocalTime) -> LocalTime? { nearest(to: max(local, Self.earliest), .later) }

    /// The last fitting time up to one; nil where none came since 1900.
    func last(to local: LocalTime) -> LocalTime? { nearest(to: min(local, Self.latest), .earlier) }

    // MARK: Both ways

    private func nearest(to local: LocalTime, _ way: Way) -> LocalTime? {
        let date = local.date
        if matchesDay(date), let second = second(from: local.secondOfDay, way) {
            return LocalTime(day: local.dayNumber, second: second)
        }
        let second = second(hour: way.first(hours), minute: way.first(minutes), way)
        return day(beyond: date, way).map { LocalTime(day: $0, second: second) }
    }

    private func day(beyond date: CivilDate, _ way: Way) -> Int? {
        var (year, month) = (date.year, date.month)
        var place = date.day + way.step
        while Self.years.contains(year) {
            if months & 1 << UInt64(month) != 0,
                let day = way.first(UInt64(days.mask(year: year, month: month)), from: place)
            {
                return CivilDate.daysSinceEpoch(year: year, month: month, day: day)
            }
            place = way.start(of: 1...31)
            month += way.step
            if !(1...12).contains(month) {
                year += way.step
                month = way.start(of: 1...12)
            }
        }
        return nil
    }

    /// Of a day.
    private func second(from second: Int, _ way: Way) -> Int? {
        let (hour, minute) = (second / 3600, second / 60 % 60)
        if hours & 1 << UInt64(hour) != 0 {
            if minutes & 1 << UInt64(minute) != 0, let found = way.first(seconds, from: second % 60) {
                return hour * 3600 + minute * 60 + found
            }
            if let found = way.first(minutes, from: minute + way.step) {
                return self.second(hour: hour, minute: found, way)
            }
        }
        let found = way.first(hours, from: hour + way.step)
        return found.map { self.second(hour: $0, minute: way.first(minutes), way) }
    }

    private func second(hour: Int, minute: Int, _ way: Way) -> Int {
        hour * 3600 + minute * 60 + way.first(seconds)
    }
}

/// In which direction a time is looked for.
private enum Way {
    case later, earlier

    var step: Int { self == .later ? 1 : -1 }

    func start(of range: ClosedRange<Int>) -> Int {
        self == .later ? range.lowerBound : range.upperBound
    }

    /// The first bit of a mask that has one.
    func first(_ mask: UInt64) -> Int {
        self == .later ? mask.trailingZeroBitCount : 63 - mask.leadingZeroBitCount
    }

    /// The first bit from a place on, which may lie outside the mask; nil where none is left.
    func first(_ mask: UInt64, from place: Int) -> Int? {
        let left = mask & (self == .later ? .max << place : .max >> (63 - place))
        return left == 0 ? nil : first(left)
    }
}
