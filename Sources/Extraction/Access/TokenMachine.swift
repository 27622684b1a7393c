/// Decides for every request of an account whether the token that there is will do, or another one is asked for.
///
/// One asks at a time and all others wait for it: two would burn each other's token where the API replaces it.
struct TokenMachine: Sendable {
    /// What a request does next.
    enum Need: Sendable {
        case use(AccessToken)
        /// Ask for one, alone.
        case renew
        /// Whoever asked was refused: the same question again would only lock the user out.
        case fail(any Error)
    }

    private enum Phase: Sendable {
        case none
        case holding(AccessToken)
        /// It was refused, or is near its end.
        case stale(AccessToken)
        case failed(any Error)
    }

    private var phase = Phase.none

    /// The token that is there, be it a stale one.
    var token: AccessToken? {
        switch phase {
        case .holding(let token), .stale(let token): token
        case .none, .failed: nil
        }
    }

    /// What a request that wants to go now does.
    mutating func need(at now: Duration) -> Need {
        switch phase {
        case .holding(let token):
            guard let renewal = token.renewal, now >= renewal else { return .use(token) }
            phase = .stale(token)
            return .renew
        case .none, .stale: return .renew
        case .failed(let error): return .fail(error)
        }
    }

    /// The API refused a request with the token of a generation, which may have been replaced meanwhile.
    mutating func refused(generation: Int) {
        guard case .holding(let token) = phase, token.generation == generation else { return }
        phase = .stale(token)
    }

    mutating func renewed(_ token: AccessToken) { phase = .holding(token) }

    mutating func failed(_ error: any Error) { phase = .failed(error) }
}

/// A token as an API gave it.
struct AccessToken: Sendable {
    /// Counted up with each.
    var generation: Int
    var value: String
    /// When another one is asked for, by the clock of waits; nil where only a refusal tells.
    var renewal: Duration?
    var learned: [String: String] = [:]

    /// When to ask for another one: `early` before the end, but never in the first half of a life, since an API that
    /// gives the same token again gives a short one.
    static func renewal(asked: Duration, lifetime: Duration?, early: Duration) -> Duration? {
        lifetime.map { asked + max($0 - early, $0 / 2) }
    }
}
