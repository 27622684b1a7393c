import Core

/// The rule at the end of a zone's file, for the years after its table (RFC 8536 §3.3: POSIX `TZ` and its extensions).
struct ZoneFooter: Hashable, Sendable {
    /// A day of a year, and a time of that day in seconds; before midnight and beyond 24 hours are possible.
    struct Day: Hashable, Sendable {
        enum Form: Hashable, Sendable {
            /// 1 to 365; 29 February is never counted.
            case withoutLeapDay(Int)
            /// 0 to 365.
            case counted(Int)
            /// The nth weekday of a month; 5 is the last.
            case weekday(month: Int, week: Int, weekday: Int)
        }
        var form: Form
        var time: Int

        /// Seconds from the epoch to that time of a year, on the clock of the place.
        func local(year: Int) -> Int64 {
            let first = CivilDate.daysSinceEpoch(year: year, month: 1, day: 1)
            let day =
                switch form {
                case .withoutLeapDay(let day): first + day - 1 + (CivilDate.isLeap(year) && day >= 60 ? 1 : 0)
                case .counted(let day): first + day
                case .weekday(let month, let week, let weekday): Self.day(year, month, week, weekday)
                }
            return Int64(day * 86_400 + time)
        }

        private static func day(_ year: Int, _ month: Int, _ week: Int, _ weekday: Int) -> Int {
            let first = CivilDate.daysSinceEpoch(year: year, month: month, day: 1)
            let day = (weekday - CivilDate.weekday(daysSinceEpoch: first) + 7) % 7 + (week - 1) * 7
            return first + (day < CivilDate.lastDay(ofMonth: month, year: year) ? day : day - 7)
        }
    }

    struct Daylight: Hashable, Sendable {
        var offset: ZoneOffset
        var start: Day
        var end: Day
    }

    var standard: ZoneOffset
    var daylight: Daylight?

    /// The while around an instant, as if the rule had always held.
    func span(at seconds: Int64) -> ZoneSpan {
        guard let daylight else { return ZoneSpan(offset: standard) }
        let year = LocalTime(seconds: seconds).date.year
        var changes: [(at: Int64, isDaylight: Bool)] = []
        for year in year - 1...year + 2 {
            changes.append((daylight.start.local(year: year) - Int64(standard.seconds), true))
            changes.append((daylight.end.local(year: year) - Int64(daylight.offset.seconds), false))
        }
        // All year daylight saving time ends in the second in which it begins: the beginning holds, and is no change.
        changes.sort { $0.at == $1.at ? !$0.isDaylight && $1.isDaylight : $0.at < $1.at }
        var isDaylight = changes[0].isDaylight
        var real: [(at: Int64, isDaylight: Bool)] = []
        for (change, next) in zip(changes, changes.dropFirst()).dropFirst()
        where change.at != next.at && change.isDaylight != isDaylight {
            isDaylight = change.isDaylight
            real.append(change)
        }
        let following = real.firstIndex { $0.at > seconds } ?? real.count
        isDaylight = following > 0 ? real[following - 1].isDaylight : changes[0].isDaylight
        return ZoneSpan(
            start: following > 0 ? real[following - 1].at : nil,
            end: following < real.count ? real[following].at : nil,
            offset: isDaylight ? daylight.offset : standard
        )
    }
}

// MARK: Reading

extension ZoneFooter {
    /// Reads the text between the two line ends; nil for what is no rule.
    init?(_ text: some Collection<UInt8>) {
        var reader = FooterReader(rest: Array(text)[...])
        guard let name = reader.name(), let west = reader.time(maximumHours: 24) else { return nil }
        standard = ZoneOffset(seconds: -west, abbreviation: name)
        guard !reader.isAtEnd else { return }
        guard let summer = reader.name() else { return nil }
        var seconds = standard.seconds + 3600
        if !reader.isAtEnd, reader.first != UInt8(ascii: ",") {
            guard let west = reader.time(maximumHours: 24) else { return nil }
            seconds = -west
        }
        let offset = ZoneOffset(seconds: seconds, isDaylight: true, abbreviation: summer)
        // POSIX leaves a missing rule to the system; zic never does.
        guard reader.take(","), let start = reader.day(), reader.take(","), let end = reader.day(),
            reader.isAtEnd
        else { return nil }
        daylight = Daylight(offset: offset, start: start, end: end)
    }
}

private struct FooterReader {
    var rest: ArraySlice<UInt8>

    var isAtEnd: Bool { rest.isEmpty }
    var first: UInt8? { rest.first }

    mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard rest.first == UInt8(ascii: character) else { return false }
        rest.removeFirst()
        return true
    }

    mutating func name() -> String? {
        let isQuoted = take("<")
        let name = rest.prefix {
            switch $0 {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"): isQuoted
            default: false
            }
        }
        rest = rest[name.endIndex...]
        guard name.count >= 3, !isQuoted || take(">") else { return nil }
        return String(decoding: name, as: UTF8.self)
    }

    mutating func number() -> Int? {
        let digits = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        rest = rest[digits.endIndex...]
        guard (1...3).contains(digits.count) else { return nil }
        return digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
    }

    /// `[+-]hh[:mm[:ss]]` in seconds.
    mutating func time(maximumHours: Int) -> Int? {
        let isNegative = take("-")
        if !isNegative { _ = take("+") }
        guard let hours = number(), hours <= maximumHours else { return nil }
        var seconds = hours * 3600
        for unit in [60, 1] where take(":") {
            guard let part = number(), part < 60 else { return nil }
            seconds += part * unit
        }
        return isNegative ? -seconds : seconds
    }

    mutating func day() -> ZoneFooter.Day? {
        guard let form = form() else { return nil }
        guard take("/") else { return .init(form: form, time: 7200) }
        return time(maximumHours: 167).map { .init(form: form, time: $0) }
    }

    private mutating func form() -> ZoneFooter.Day.Form? {
        if take("J") { return number().flatMap { (1...365).contains($0) ? .withoutLeapDay($0) : nil } }
        guard take("M") else { return number().flatMap { $0 <= 365 ? .counted($0) : nil } }
        guard let month = number(), (1...12).contains(month), take("."),
            let week = number(), (1...5).contains(week), take("."),
            let weekday = number(), weekday <= 6
        else { return nil }
        return .weekday(month: month, week: week, weekday: weekday)
    }
}
