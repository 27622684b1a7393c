/// Decides whether and when a request is tried again (I7: a number of tries, each with a longest wait).
package struct RetryMachine: Sendable {
    /// The limits of trying.
    package struct Policy: Sendable {
        /// The first try counts.
        package var tries = 5
        package var firstWait: Duration = .milliseconds(500)
        package var longestWait: Duration = .seconds(30)
        /// A run does not sit out a longer `Retry-After`: the schedule's next one comes anyway.
        package var longestRetryAfter: Duration = .seconds(300)

        /// 5 tries, 0.5 s doubled up to 30 s, a Retry-After up to 5 min.
        package init() {}
    }

    /// What to do about a failed try.
    package enum Action: Hashable, Sendable {
        case wait(Duration)
        /// All tries are spent: so many.
        case triesSpent(Int)
        /// The API asks for a longer wait than the policy allows.
        case tooLong(Duration)
    }

    private let policy: Policy
    private var failures = 0

    /// A machine for one request.
    package init(policy: Policy = Policy()) { self.policy = policy }

    /// A try failed; `retryAfter` is what the API asked for, `draw` a random number of 0..<1 (full jitter: clients
    /// that failed together must not come back together).
    package mutating func failed(retryAfter: Duration?, draw: Double) -> Action {
        failures += 1
        guard failures < policy.tries else { return .triesSpent(failures) }
        if let retryAfter, retryAfter > policy.longestRetryAfter { return .tooLong(retryAfter) }
        // Doubling stops where the longest wait is reached, long before a shift could overflow.
        let ceiling = min(policy.firstWait * (1 << min(failures - 1, 30)), policy.longestWait)
        return .wait(max(ceiling * draw, retryAfter ?? .zero))
    }
}
