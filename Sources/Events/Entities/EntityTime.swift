import Core

/// A time as services write it, in the one form that entities have.
enum EntityTime {
    /// Numbers below this are seconds since 1970, others milliseconds: 1e11 seconds are the year 5138, as many milliseconds 1973.
    private static let firstMilliseconds = 100_000_000_000

    /// RFC 3339 in UTC with the digits of the second that were told, a date alone as it is; nil where the text is neither.
    static func text(_ text: String) -> String? {
        if let number = Int(text) {
            guard abs(number) < 100 * firstMilliseconds else { return nil }
            return abs(number) < firstMilliseconds
                ? Instant(seconds: Int64(number)).rfc3339()
                : Instant(milliseconds: number).rfc3339(fractionDigits: 3)
        }
        if isDate(text) { return text }
        guard let instant = Instant(rfc3339: text) else {
            // Later than an instant can be, and written as it should be: the year 9999 stands for never.
            return text.hasSuffix("Z") && isDate(String(text.prefix(10))) ? text : nil
        }
        let fraction =
            text.split(separator: ".", maxSplits: 1).dropFirst().first?.prefix { $0.isNumber }.count ?? 0
        return instant.rfc3339(fractionDigits: min(fraction, 9))
    }

    private static func isDate(_ text: String) -> Bool { CivilDate(iso8601: text) != nil }
}
