import Core

/// How often a delivery is tried, and which answers are final.
struct DeliveryRule: Sendable {
    /// What an attempt came to.
    enum Verdict: Hashable, Sendable {
        case done
        case again(after: Duration)
        case givenUp
    }

    /// Alerts: over about ten minutes.
    static let alert = DeliveryRule(attempts: 8, first: .seconds(2), longest: .seconds(300))
    /// Pings: a late one is worth little.
    static let ping = DeliveryRule(attempts: 3, first: .seconds(1), longest: .seconds(10))

    var attempts: Int
    /// Before the second attempt; twice as long before each further one.
    var first: Duration
    var longest: Duration

    /// What the answer to an attempt, from 1, means.
    func verdict(status: Int, retryAfter: Duration?, attempt: Int) -> Verdict {
        switch status {
        case 200..<300: .done
        // Busy, or broken for now; of all else the same would come again.
        case 408, 425, 429, 500...: again(after: attempt, atLeast: retryAfter)
        default: .givenUp
        }
    }

    /// What an attempt without an answer means.
    func again(after attempt: Int, atLeast: Duration? = nil) -> Verdict {
        guard attempt < attempts else { return .givenUp }
        let pause = min(longest, first * (1 << (attempt - 1)))
        return .again(after: min(longest, max(pause, atLeast ?? .zero)))
    }
}
