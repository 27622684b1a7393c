package import Core

/// How an account stands with the limits of its API at one moment.
package struct LimitStanding: Hashable, Sendable {
    /// One limit.
    package struct Limit: Hashable, Sendable {
        package var name: String
        /// What is left of its period, as the API said; nil where it does not say, or the period is over.
        package var remaining: Int?
        /// How long a request that comes now has to wait for it.
        package var wait: Duration

        /// A limit.
        package init(name: String, remaining: Int? = nil, wait: Duration = .zero) {
            self.name = name
            self.remaining = remaining
            self.wait = wait
        }
    }

    /// By name.
    package var limits: [Limit]
    /// The day's requests; nil where nothing bounds them, or nothing is known of them yet.
    package var quota: QuotaStanding?
    /// How long requests have waited for their turn, all together.
    package var waited: Duration

    /// A standing.
    package init(limits: [Limit] = [], quota: QuotaStanding? = nil, waited: Duration = .zero) {
        self.limits = limits
        self.quota = quota
        self.waited = waited
    }
}

/// What is left of a day's requests.
package struct QuotaStanding: Hashable, Sendable {
    package var limit: Int
    package var remaining: Int
    /// So many are left to others.
    package var reserve: Int
    /// When there are more; nil where that is not known, or each comes back by itself a day later.
    package var resets: Instant?

    /// A standing.
    package init(limit: Int, remaining: Int, reserve: Int, resets: Instant? = nil) {
        self.limit = limit
        self.remaining = remaining
        self.reserve = reserve
        self.resets = resets
    }

    /// Whether no more than `margin` hundredths are left above the reserve.
    package func isNear(margin: Int) -> Bool { remaining <= reserve + limit.hundredths(margin) }
}

extension Int {
    /// So many hundredths of it, rounded up: a share that is kept is never less than that share.
    func hundredths(_ share: Int) -> Int {
        let (whole, rest) = quotientAndRemainder(dividingBy: 100)
        return whole * share + (rest * share + 99) / 100
    }
}
