/// So many requests in a time, as a definition writes it: `20/s`, `190/10s`, `700/min`, `1000/h`.
package struct RateLimit: Hashable, Sendable {
    /// What a text that is no limit is told.
    static let forms = "20/s, 190/10s, 700/min or 1000/h"

    package var count: Int
    package var period: Duration

    /// A limit; `count` is at least 1.
    package init(count: Int, period: Duration) {
        self.count = count
        self.period = period
    }

    /// Reads a limit, or nil where the text is none.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let count = Int(parts[0]), Self.counts.contains(count) else { return nil }
        let digits = parts[1].prefix { $0.isWholeNumber }
        guard let units = digits.isEmpty ? 1 : Int(digits), (1...3600).contains(units) else { return nil }
        switch parts[1].dropFirst(digits.count) {
        case "s": self.init(count: count, period: .seconds(units))
        case "min": self.init(count: count, period: .seconds(60 * units))
        case "h": self.init(count: count, period: .seconds(3600 * units))
        default: return nil
        }
    }

    /// What counts as a number of requests.
    static let counts = 1...1_000_000
}
