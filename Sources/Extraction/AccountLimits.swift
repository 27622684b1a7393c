import Core

/// All limits of an account: a request counts against `default` and against its stream's own.
struct AccountLimits: Sendable {
    private struct Limit: Sendable {
        var machine: LimitMachine
        var headers: [LimitHeaders]
    }

    /// What holds a request back.
    enum Turn: Hashable, Sendable {
        /// It is counted; the ticket is given back with its answer.
        case go(Ticket)
        /// So long, then it must ask again.
        case wait(Duration)
        /// The day's requests are spent, up to the reserve.
        case spent(QuotaMachine.Spent)
    }

    /// The numbers of a request under the limits that count it.
    struct Ticket: Hashable, Sendable {
        fileprivate var numbers: [String: Int] = [:]
    }

    private var limits: [String: Limit] = [:]
    private var quota: (machine: QuotaMachine, headers: QuotaDefinition)?

    init(
        limits: [(definition: LimitDefinition, rate: RateLimit, share: Int)] = [],
        quota: (machine: QuotaMachine, headers: QuotaDefinition)? = nil
    ) {
        for limit in limits {
            self.limits[limit.definition.name] = Limit(
                machine: LimitMachine(limit.rate, share: limit.share),
                headers: limit.definition.headers
            )
        }
        self.quota = quota
    }

    private static func names(_ own: String?) -> [String] {
        guard let own, own != "default" else { return ["default"] }
        return ["default", own]
    }

    /// Whether a request that counts against `default` and its own limit may go; what goes is counted at once.
    mutating func take(_ own: String?, at now: Duration, wall: Instant) -> Turn {
        if let spent = quota?.machine.refusal(at: wall) { return .spent(spent) }
        let names = Self.names(own)
        var wait = Duration.zero
        for name in names { wait = max(wait, limits[name]?.machine.wait(at: now) ?? .zero) }
        guard wait == .zero else { return .wait(wait) }
        var ticket = Ticket()
        for name in names { ticket.numbers[name] = limits[name]?.machine.sent(at: now) }
        quota?.machine.sent()
        return .go(ticket)
    }

    /// A request that was counted was answered, or failed without an answer.
    mutating func answered(_ ticket: Ticket, _ response: HTTPResponse?, at now: Duration, wall: Instant) {
        for (name, number) in ticket.numbers {
            guard let headers = limits[name]?.headers, let response,
                let reading = LimitReading(headers, in: response, now: wall)
            else { continue }
            limits[name]?.machine.answered(number, reading, at: now)
        }
        guard let headers = quota?.headers else { return }
        quota?.machine.answered(response.flatMap { headers.reading(of: $0, now: wall) }, at: wall)
    }

    /// The API refused a request for so long: nothing of the same kind goes before.
    mutating func refused(_ own: String?, for duration: Duration, at now: Duration) {
        let name = own.flatMap { limits[$0] == nil ? nil : $0 } ?? "default"
        limits[name]?.machine.refused(for: duration, at: now)
    }
}

extension QuotaDefinition {
    /// What an answer says of the day's requests; nil where it says nothing.
    func reading(of response: HTTPResponse, now: Instant) -> LimitReading? {
        var reading = LimitReading(
            limit: limit.flatMap { $0.count(in: response) },
            remaining: remaining.flatMap { $0.count(in: response) }
        )
        if let parts = usage?.text(in: response)?.split(separator: "/", omittingEmptySubsequences: false),
            parts.count == 2, let used = Int(parts[0]), let limit = Int(parts[1]), used >= 0, limit >= 0
        {
            reading.limit = limit
            reading.remaining = max(0, limit - used)
        }
        if case .header(let field) = reset { reading.reset = field.duration(in: response, now: now) }
        return reading == LimitReading() ? nil : reading
    }
}
