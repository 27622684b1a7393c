/// So many requests in a time, as a definition writes it: `20/s`, `700/min`, `1000/h`.
package struct RateLimit: Hashable, Sendable {
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
        guard parts.count == 2, let count = Int(parts[0]), (1...1_000_000).contains(count) else { return nil }
        switch parts[1] {
        case "s": self.init(count: count, period: .seconds(1))
        case "min": self.init(count: count, period: .seconds(60))
        case "h": self.init(count: count, period: .seconds(3600))
        default: return nil
        }
    }
}

/// Spaces the requests of an account so that a limit holds in every window, wherever the API lets it begin.
///
/// An empty window gives no right to a burst: two of them back to back would pass the limit twice over. Rule 10 of every
/// extractor: one is the account's, not a stream's, with named ones beside it.
package struct PaceMachine: Sendable {
    private let interval: Duration
    private var next: Duration = .zero

    /// A machine for one limit.
    package init(_ limit: RateLimit) {
        let quotient = limit.period / limit.count
        // Rounded up: a window must not gain what a division loses.
        let lost = quotient * limit.count < limit.period
        interval = lost ? quotient + Duration(secondsComponent: 0, attosecondsComponent: 1) : quotient
    }

    /// Books the next request and gives how long it has to wait; `now` is any clock's time that never goes back.
    package mutating func book(at now: Duration) -> Duration {
        let start = max(next, now)
        next = start + interval
        return start - now
    }
}
