package import Core

/// A named calendar of days and hours: holidays, a freeze, office hours.
package struct NamedCalendar: Hashable, Sendable {
    /// A part of it.
    package enum Part: Hashable, Sendable {
        /// From one day to another, both included.
        case days(from: CivilDate, to: CivilDate)
        /// A day of every year.
        case yearly(month: Int, day: Int)
        /// Hours of weekdays (bit 0 is Sunday), in seconds of the day: up to, without, the second one. Where that is not the
        /// greater, the hours run over midnight and belong to the day on which they begin.
        case weekly(weekdays: UInt8, from: Int, to: Int)
    }

    package var name: String
    package var parts: [Part]

    /// A calendar of parts.
    package init(_ name: String, _ parts: [Part]) {
        self.name = name
        self.parts = parts
    }

    /// Whether a time lies in it.
    package func contains(_ local: LocalTime) -> Bool { parts.contains { $0.contains(local) } }

    /// The next time at which that may change; nil where it stays.
    func nextBorder(after local: LocalTime) -> LocalTime? {
        parts.lazy.compactMap { $0.nextBorder(after: local) }.min()
    }
}

extension NamedCalendar.Part {
    func contains(_ local: LocalTime) -> Bool {
        let date = local.date
        switch self {
        case .days(let from, let to): return from <= date && date <= to
        case .yearly(let month, let day): return date.month == month && date.day == day
        case .weekly(let weekdays, let from, let to):
            let second = local.secondOfDay
            let isToday = weekdays & 1 << UInt8(date.weekday) != 0
            guard to <= from else { return isToday && from <= second && second < to }
            let wasYesterday = weekdays & 1 << UInt8((date.weekday + 6) % 7) != 0
            return isToday && from <= second || wasYesterday && second < to
        }
    }

    func nextBorder(after local: LocalTime) -> LocalTime? {
        switch self {
        case .days(let from, let to):
            let start = LocalTime(from)
            let end = LocalTime(day: to.daysSinceEpoch + 1)
            return start > local ? start : end > local ? end : nil
        case .yearly(let month, let day):
            let year = local.date.year
            // 29 February comes every fourth year, and once only in the eighth.
            let days = (year - 1...year + 8).lazy.compactMap { CivilDate(year: $0, month: month, day: day) }
            return days.flatMap { [$0.daysSinceEpoch, $0.daysSinceEpoch + 1] }.lazy
                .map { LocalTime(day: $0) }.first { $0 > local }
        case .weekly(_, let from, let to):
            let day = local.dayNumber
            let borders = [day, day + 1].flatMap { day in
                [LocalTime(day: day, second: from), LocalTime(day: day, second: to)]
            }
            return borders.filter { $0 > local }.min()
        }
    }
}

/// When a schedule's ticks do not count, although its timetable has them.
package struct Exclusions: Hashable, Sendable {
    /// What becomes of a tick that does not count.
    package enum Action: String, CaseIterable, Sendable {
        /// It is recorded as skipped.
        case skip
        /// One run makes up for all of them when the time is over.
        case `defer`
    }

    /// Ticks within one of them do not count.
    package var excluded: [NamedCalendar]
    /// Where there are any, only ticks within one of them count.
    package var included: [NamedCalendar]
    package var action: Action

    /// Exclusions of calendars.
    package init(
        excluded: [NamedCalendar] = [],
        included: [NamedCalendar] = [],
        action: Action = .skip
    ) {
        self.excluded = excluded
        self.included = included
        self.action = action
    }

    /// None.
    package static let none = Exclusions()
    /// How many borders are looked at before a time that ends is given up: some years of nightly windows.
    private static let borders = 2000

    package var isEmpty: Bool { excluded.isEmpty && included.isEmpty }

    /// The calendar because of which a tick does not count; nil where it does.
    package func reason(at instant: Instant, in zone: Zone) -> String? {
        isEmpty ? nil : reason(zone.local(instant))
    }

    private func reason(_ local: LocalTime) -> String? {
        if let calendar = excluded.first(where: { $0.contains(local) }) { return calendar.name }
        guard !included.isEmpty, !included.contains(where: { $0.contains(local) }) else { return nil }
        return "outside " + included.map(\.name).joined(separator: ", ")
    }

    /// The first instant after one that does count again; nil where that is in no foreseeable time.
    package func end(after instant: Instant, in zone: Zone) -> Instant? {
        let calendars = excluded + included
        var second = instant.seconds
        var span = zone.span(at: second)
        for _ in 0..<Self.borders {
            let local = LocalTime(seconds: second + Int64(span.offset.seconds))
            guard local < CivilPattern.latest else { return nil }
            let border = calendars.lazy.compactMap { $0.nextBorder(after: local) }.min()
            let change = border.map { $0.seconds - Int64(span.offset.seconds) }
            // The clocks may jump before: over the border, or back to before the time began.
            if let jump = span.end, change.map({ jump <= $0 }) ?? true {
                second = jump
                span = zone.span(at: jump)
            } else if let change {
                second = change
            } else {
                return nil
            }
            guard reason(LocalTime(seconds: second + Int64(span.offset.seconds))) == nil else { continue }
            return Instant(seconds: second)
        }
        return nil
    }
}

// MARK: Reading

extension NamedCalendar.Part {
    /// Reads a day (`2026-12-24`), days from one to another (`2026-12-24..2027-01-01`), or a day of every year (`12-25`).
    package init(dates text: String) throws(ScheduleError) {
        guard let days = Self.days(text) else {
            throw ScheduleError(
                .badCalendar,
                "\"\(text)\" is no date; write 2026-12-24, 2026-12-24..2027-01-01, or 12-25 for every year"
            )
        }
        self = days
    }

    private static func days(_ text: String) -> Self? {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        if parts.count == 2, let month = number(parts[0], 2), let day = number(parts[1], 2),
            CivilDate(year: 2000, month: month, day: day) != nil
        {
            return .yearly(month: month, day: day)
        }
        // Two points stand between two dates, and in no date.
        var ends = [text[...]]
        if let point = text.firstIndex(of: "."), text[point...].hasPrefix("..") {
            ends = [text[..<point], text[text.index(point, offsetBy: 2)...]]
        }
        guard let from = date(ends[0]), let to = ends.count == 2 ? date(ends[1]) : from, from <= to else {
            return nil
        }
        return .days(from: from, to: to)
    }

    private static func date(_ text: Substring) -> CivilDate? {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 3, let year = number(parts[0], 4), let month = number(parts[1], 2),
            let day = number(parts[2], 2)
        else { return nil }
        return CivilDate(year: year, month: month, day: day)
    }

    private static func number(_ text: Substring, _ digits: Int) -> Int? {
        text.utf8.count == digits && text.allSatisfy { $0.isASCII && $0.isNumber } ? Int(text) : nil
    }

    /// Reads hours of weekdays: `mon-fri`, `22:00`, `06:00`; without hours, whole days.
    package init(weekdays: String?, from: String?, to: String?) throws(ScheduleError) {
        var field = CronField.all(.weekday)
        if let weekdays {
            let reader = CronFieldReader(unit: .weekday, name: "", expression: weekdays, column: 1)
            field = try reader.read(weekdays[...])
        }
        guard DateWords.numbers(field).isEmpty == false,
            field.items.allSatisfy({ if case .range = $0 { true } else { false } })
        else {
            throw ScheduleError(
                .badCalendar,
                "\"\(weekdays ?? "")\" names no weekdays; write mon-fri or sat,sun"
            )
        }
        let mask = field.numbers.reduce(UInt8(0)) { $0 | 1 << UInt8($1) }
        let start = try from.map { (text) throws(ScheduleError) in try CalendarRule.time(text) } ?? 0
        let end = try to.map { (text) throws(ScheduleError) in
            text == "24:00" ? 86_400 : try CalendarRule.time(text)
        }
        self = .weekly(weekdays: mask, from: start, to: end ?? 86_400)
    }
}
