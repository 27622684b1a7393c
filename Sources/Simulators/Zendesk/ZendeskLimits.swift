import Web

/// The limits of an account, each counted by the minute.
struct ZendeskLimits: Sendable {
    /// A limit of some endpoints, beside the one of the account.
    enum Bucket: Hashable, Sendable {
        case incremental, records, ticketList, deletedTickets, search, samples

        /// The name in its header.
        var name: String {
            switch self {
            case .incremental: "incremental-exports"
            case .records: "incremental-exports-custom-objects"
            case .ticketList: "tickets-index"
            case .deletedTickets: "deleted-tickets"
            case .search: "search-export"
            case .samples: "incremental-exports-sample"
            }
        }
    }

    /// The plan Enterprise.
    private var account = RateWindow(limit: 700, seconds: 60)
    private var buckets: [Bucket: RateWindow] = [
        .incremental: RateWindow(limit: 10, seconds: 60),
        .records: RateWindow(limit: 10, seconds: 60),
        .ticketList: RateWindow(limit: 100, seconds: 60),
        .deletedTickets: RateWindow(limit: 10, seconds: 60),
        .search: RateWindow(limit: 100, seconds: 60),
        .samples: RateWindow(limit: 10, seconds: 1200),
    ]

    /// The bucket of a request by the parts of its path below `/api/v2`.
    static func bucket(_ parts: [String]) -> Bucket? {
        switch parts.first {
        case "incremental" where parts.last == "sample": .samples
        case "incremental": parts.count > 1 && parts[1] == "custom_objects" ? .records : .incremental
        case "tickets" where parts.count == 1: .ticketList
        case "deleted_tickets": .deletedTickets
        case "search" where parts.last == "export": .search
        default: nil
        }
    }

    /// Counts a request in that second.
    ///
    /// - Returns: the headers of the answer, and the error where there was no room for it.
    mutating func take(
        _ bucket: Bucket?,
        now: Int
    ) -> (headers: [(name: String, value: String)], error: ZendeskError?) {
        var error: ZendeskError?
        if !account.take(now) { error = .rateLimited(after: account.resets(now)) }
        var headers = [
            ("X-Rate-Limit", String(account.limit)), ("X-Rate-Limit-Remaining", String(account.remaining)),
            ("ratelimit-limit", String(account.limit)), ("ratelimit-remaining", String(account.remaining)),
            ("ratelimit-reset", String(account.resets(now))),
        ]
        guard let bucket, var window = buckets[bucket] else { return (headers, error) }
        if error == nil, !window.take(now) {
            let seconds = window.resets(now)
            error = bucket == .records ? .recordsRateLimited(after: seconds) : .rateLimited(after: seconds)
        }
        buckets[bucket] = window
        headers.append(
            (
                "zendesk-ratelimit-\(bucket.name)",
                "total=\(window.limit); remaining=\(window.remaining); resets=\(window.resets(now))"
            )
        )
        return (headers, error)
    }
}
