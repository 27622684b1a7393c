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

    /// A request that waits for its turn, by the order in which they came.
    private struct Waiting: Sendable {
        var place: Place
        /// When it asks again.
        var until: Duration
    }

    /// Of a request that waits: it asks by this, as often as it has to.
    struct Place: Hashable, Sendable {
        fileprivate var number: Int
        fileprivate var own: String?
    }

    /// A task may take so long to notice that its time has come; then nobody stands back for it any more.
    private static let grace: Duration = .milliseconds(20)
    /// Whoever stands back for one whose time has come asks again after this.
    private static let pause: Duration = .milliseconds(1)

    private var limits: [String: Limit] = [:]
    private var waiting: [Waiting] = []
    private var arrivals = 0
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
        ["default"] + (own.map { [$0] } ?? [])
    }

    /// A request comes that counts against `default` and its own limit; it must leave again, whatever becomes of it.
    mutating func arrive(_ own: String?) -> Place {
        arrivals += 1
        return Place(number: arrivals, own: own.flatMap { $0 == "default" || limits[$0] == nil ? nil : $0 })
    }

    /// A request has gone, or will not go.
    mutating func leave(_ place: Place) { waiting.removeAll { $0.place == place } }

    /// Whether a request may go; what goes is counted at once.
    mutating func take(_ place: Place, at now: Duration, wall: Instant) -> Turn {
        if let spent = quota?.machine.refusal(at: wall) { return .spent(spent) }
        let names = Self.names(place.own)
        var wait = Duration.zero
        for name in names { wait = max(wait, limits[name]?.machine.wait(at: now) ?? .zero) }
        if wait == .zero { wait = deference(of: place, at: now) }
        leave(place)
        guard wait == .zero else {
            waiting.append(Waiting(place: place, until: now + wait))
            return .wait(wait)
        }
        var ticket = Ticket()
        for name in names { ticket.numbers[name] = limits[name]?.machine.sent(at: now) }
        quota?.machine.sent()
        return .go(ticket)
    }

    /// How long a request stands back for others that wait for a limit of their own, which opens before `default` would be
    /// open again behind this one.
    ///
    /// Always for those that came before it; where `default` makes good what it loses by that, for those that came later
    /// too: a narrow limit that is always late never does.
    private mutating func deference(of place: Place, at now: Duration) -> Duration {
        guard let interval = limits["default"]?.machine.interval(at: now) else { return .zero }
        let isLast = place.own == nil && yields
        var longest = Duration.zero
        for other in waiting
        where other.place.own != place.own && (isLast || other.place.number < place.number) {
            guard let name = other.place.own, now < other.until + Self.grace,
                let open = limits[name]?.machine.wait(at: now)
            else { continue }
            let turn = max(open, other.until - now)
            if turn < interval { longest = max(longest, turn, Self.pause) }
        }
        return longest
    }

    /// Whether `default` can let narrow limits go first: its slack is a whole gap, and half of it is left to the others.
    private var yields: Bool {
        guard let account = limits["default"]?.machine, account.slack >= account.gap else { return false }
        return limits.reduce(0) { $0 + ($1.key == "default" ? 0 : account.gap / $1.value.machine.gap) } <= 0.5
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

    /// How it stands with all of them; of the day's requests only what is sure.
    func standing(at now: Duration, wall: Instant) -> LimitStanding {
        let limits = limits.sorted { $0.key < $1.key }.map { name, limit in
            // A copy: who only looks must not change what it looks at.
            var machine = limit.machine
            return LimitStanding.Limit(
                name: name,
                remaining: machine.remaining(at: now),
                wait: machine.wait(at: now)
            )
        }
        let quota = quota.flatMap { quota in
            quota.headers.tellsRemaining && !quota.machine.isTold ? nil : quota.machine.standing(at: wall)
        }
        return LimitStanding(limits: limits, quota: quota)
    }

    /// Goes on counting the day's requests where others of the account left off; what answers tell needs no memory.
    mutating func resume(_ standing: QuotaStanding, at wall: Instant) {
        guard let quota, !quota.headers.tellsRemaining else { return }
        self.quota?.machine.resume(standing, at: wall)
    }

    /// The API refused a request for so long: nothing of the same kind goes before.
    mutating func refused(_ own: String?, for duration: Duration, at now: Duration) {
        let name = own.flatMap { limits[$0] == nil ? nil : $0 } ?? "default"
        limits[name]?.machine.refused(for: duration, at: now)
    }
}

extension QuotaDefinition {
    /// Whether answers say what is left, so that nobody needs to count.
    var tellsRemaining: Bool { remaining != nil || usage != nil }

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
