/// Dates as HTTP writes them (RFC 9110 §5.6.7).
package enum HTTPDate {
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
    /// From the epoch's own weekday on.
    private static let weekdays = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    private static let longWeekdays = [
        "Thursday", "Friday", "Saturday", "Sunday", "Monday", "Tuesday", "Wednesday",
    ]

    /// Reads the three forms: `Sun, 06 Nov 1994 08:49:37 GMT`, `Sunday, 06-Nov-94 08:49:37 GMT` and `Sun Nov
    /// 6 08:49:37 1994`.
    ///
    /// A two-digit year is the one at most 50 years after `now`; without `now` it lies from 1970 to 2069.
    package static func parse(_ text: String, now: Instant? = nil) -> Instant? {
        let words = text.split(separator: " ")
        switch words.count {
        case 6: return fixed(words)
        case 4: return rfc850(words, now: now)
        case 5: return asctime(words)
        default: return nil
        }
    }

    /// The form to send: `Sun, 06 Nov 1994 08:49:37 GMT`.
    package static func text(_ instant: Instant) -> String {
        let (days, second) = instant.seconds.flooredQuotientAndRemainder(by: 86_400)
        let (year, month, day) = civil(days: days)
        let weekday = weekdays[Int(days.flooredQuotientAndRemainder(by: 7).remainder)]
        let time = [second / 3600, second / 60 % 60, second % 60].map { padded($0, 2) }.joined(separator: ":")
        return "\(weekday), \(padded(day, 2)) \(months[month - 1]) \(padded(year, 4)) \(time) GMT"
    }

    private static func fixed(_ words: [Substring]) -> Instant? {
        guard words[5] == "GMT", words[0].hasSuffix(","), weekdays.contains(String(words[0].dropLast())),
            let day = number(words[1], digits: 2...2), let year = number(words[3], digits: 4...4)
        else { return nil }
        return instant(year: year, month: words[2], day: day, time: words[4])
    }

    private static func rfc850(_ words: [Substring], now: Instant?) -> Instant? {
        let date = words[1].split(separator: "-", omittingEmptySubsequences: false)
        guard words[3] == "GMT", words[0].hasSuffix(","), longWeekdays.contains(String(words[0].dropLast())),
            date.count == 3, let day = number(date[0], digits: 2...2),
            let short = number(date[2], digits: 2...2)
        else { return nil }
        guard let now else {
            return instant(
                year: short < 70 ? 2000 + short : 1900 + short,
                month: date[1],
                day: day,
                time: words[2]
            )
        }
        // The latest year with these digits that is not more than 50 years ahead, to the second.
        let century =
            civil(days: now.seconds.flooredQuotientAndRemainder(by: 86_400).quotient).year / 100 * 100
        let limit = now.advanced(by: .seconds(50 * 365.2425 * 86_400))
        return [100, 0, -100].lazy
            .compactMap { instant(year: century + short + $0, month: date[1], day: day, time: words[2]) }
            .first { $0 <= limit }
    }

    private static func asctime(_ words: [Substring]) -> Instant? {
        guard weekdays.contains(String(words[0])), let day = number(words[2], digits: 1...2),
            let year = number(words[4], digits: 4...4)
        else { return nil }
        return instant(year: year, month: words[1], day: day, time: words[3])
    }

    /// Nil for a day that the month does not have.
    ///
    /// A leap second counts as the next second.
    private static func instant(year: Int, month: Substring, day: Int, time: Substring) -> Instant? {
        let clock = time.split(separator: ":", omittingEmptySubsequences: false)
        guard let month = months.firstIndex(of: String(month)), clock.count == 3,
            let hour = number(clock[0], digits: 2...2), let minute = number(clock[1], digits: 2...2),
            let second = number(clock[2], digits: 2...2), hour < 24, minute < 60, second <= 60
        else { return nil }
        let days = days(year: year, month: month + 1, day: day)
        guard civil(days: days) == (year, month + 1, day) else { return nil }
        return Instant(seconds: days * 86_400 + Int64(hour * 3600 + minute * 60 + second))
    }

    private static func number(_ text: Substring, digits: ClosedRange<Int>) -> Int? {
        guard digits.contains(text.utf8.count),
            text.utf8.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 })
        else { return nil }
        return Int(text)
    }

    private static func padded(_ number: some BinaryInteger, _ width: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, width - text.count)) + text
    }

    /// Days since the epoch of a date in the Gregorian calendar (Hinnant, "chrono-compatible low-level algorithms").
    private static func days(year: Int, month: Int, day: Int) -> Int64 {
        let shifted = Int64(month <= 2 ? year - 1 : year)
        let (era, yearOfEra) = shifted.flooredQuotientAndRemainder(by: 400)
        let dayOfYear = Int64((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1)
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    private static func civil(days: Int64) -> (year: Int, month: Int, day: Int) {
        let (era, dayOfEra) = (days + 719_468).flooredQuotientAndRemainder(by: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        let month = Int(shifted < 10 ? shifted + 3 : shifted - 9)
        let year = Int(yearOfEra + era * 400) + (month <= 2 ? 1 : 0)
        return (year, month, Int(dayOfYear - (153 * shifted + 2) / 5 + 1))
    }
}

extension Int64 {
    fileprivate func flooredQuotientAndRemainder(by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}
