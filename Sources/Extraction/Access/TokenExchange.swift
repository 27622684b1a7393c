import Core
import JSON

/// Asks a login for a token, until there is one or a refusal.
struct TokenExchange: Sendable {
    /// What came of asking.
    enum Outcome: Sendable {
        case token(Granted)
        /// The API does not accept what was shown.
        case refused(ExtractionError)
    }

    /// A token, and when it was asked for.
    struct Granted: Sendable {
        var answer: LoginRequest.Answer
        var asked: Duration
        var sent: Instant
    }

    /// What is shown for a token that is good once.
    struct Rotation: Sendable {
        /// Whether it may have been used before, by somebody who did not get to keep the next one.
        var isLost: Bool
        /// Called before each request: whoever is not the account's writer any more ends there (I3).
        var claim: @Sendable () async throws -> Void
    }

    private let definition: ExtractorDefinition
    private let login: LoginDefinition
    private let access: AccountAccess
    private let transport: any HTTPTransport
    private let clock: WaitingClock
    private let wall: WallClock
    private let policy: RetryMachine.Policy
    private let jitter: @Sendable () -> Double

    init(
        _ login: LoginDefinition,
        of definition: ExtractorDefinition,
        access: AccountAccess,
        transport: any HTTPTransport,
        clock: WaitingClock,
        wall: @escaping WallClock,
        policy: RetryMachine.Policy,
        jitter: @escaping @Sendable () -> Double
    ) {
        self.login = login
        self.definition = definition
        self.access = access
        self.transport = transport
        self.clock = clock
        self.wall = wall
        self.policy = policy
        self.jitter = jitter
    }

    /// The request for a token, in which `refreshToken` takes the place of the configured one.
    func request(_ filler: SettingsFiller, refreshToken: String?) throws(ExtractionError) -> LoginRequest {
        let configured = try login.configuredToken(filler)
        let request = try LoginRequest(
            login,
            filler: filler,
            base: access.base,
            refreshToken: refreshToken ?? configured,
            now: wall()
        )
        access.secretBook.learn(request.secrets)
        return request
    }

    /// Asks; `rotation` where the refresh token is good once, so that its answer must not be lost.
    func ask(_ filler: SettingsFiller, refreshToken: String?, rotation: Rotation?) async throws -> Outcome {
        var retry = RetryMachine(policy: policy)
        var isLost = rotation?.isLost ?? false
        while true {
            try await rotation?.claim()
            // Made anew for each try: an assertion is good for minutes.
            let question = try request(filler, refreshToken: refreshToken)
            let place = place(question)
            let failure: (text: String, retryAfter: Duration?)
            let asked = clock.elapsed()
            let sent = wall()
            do {
                var request = question.request
                request.outlivesCancellation = rotation != nil
                let response = try await transport.perform(request)
                if 200..<300 ~= response.status {
                    return .token(
                        Granted(answer: try read(response, place), asked: asked, sent: sent)
                    )
                }
                let words = access.secrets.excerpt(LoginRequest.words(of: response), characters: 300)
                guard Self.isPassing(response.status) else {
                    return .refused(refusal("\(place) answered \(response.status)\(words)", isLost))
                }
                isLost = isLost || (rotation != nil && response.status >= 500)
                let now = response[header: "Date"].flatMap { HTTPDate.parse($0) } ?? wall()
                let after = response[header: "Retry-After"].flatMap { RetryAfter.parse($0, now: now) }
                failure = ("answered \(response.status)\(words)", after)
            } catch let error as HTTPError {
                guard case .retry(let after) = error.recovery else { throw error }
                isLost = isLost || rotation != nil
                failure = (access.secrets.clean(error.message), after)
            }
            switch retry.failed(retryAfter: failure.retryAfter, draw: jitter()) {
            case .wait(let duration): try await clock.sleep(duration)
            case .triesSpent(let tries):
                throw ExtractionError(
                    .gaveUp,
                    "\(place) failed \(tries) times, at last: \(failure.text); run it again later"
                )
            case .tooLong(let duration):
                throw ExtractionError(
                    .gaveUp,
                    "\(place) is to be tried again in \(duration.components.seconds) s only, longer than the"
                        + " \(policy.longestRetryAfter.components.seconds) s that a run waits: \(failure.text)"
                )
            }
        }
    }

    /// Whether a status says something of the moment and nothing of the credentials.
    private static func isPassing(_ status: Int) -> Bool {
        [408, 425, 429].contains(status) || status >= 500
    }

    private func read(_ response: HTTPResponse, _ place: String) throws(ExtractionError)
        -> LoginRequest.Answer
    {
        let answer: LoginRequest.Answer
        do throws(LoginProblem) {
            answer = try LoginRequest.read(response, login)
        } catch {
            throw ExtractionError(
                .badLogin,
                access.secrets.clean("\(place) answered \(response.status), yet \(error.text)")
            )
        }
        access.secretBook.learn([answer.token] + [answer.refreshToken].compactMap(\.self))
        return answer
    }

    private func place(_ request: LoginRequest) -> String {
        "extractor \(definition.name): login: POST \(access.secrets.clean(request.address.logged))"
    }

    /// The end of an account's run: no stream could do better, and asking again could lock the user out.
    private func refusal(_ text: String, _ isLost: Bool) -> ExtractionError {
        let names = access.secretNames.joined(separator: ", ")
        let advice: String
        if case .refreshToken = login.grant {
            advice =
                isLost
                ? "the answer with the token that replaces this one was lost before it could be kept: authorise again"
                    + " and configure the new refresh token"
                : "the refresh token is spent, expired or revoked, or used elsewhere: authorise again and configure the"
                    + " new one (\(names))"
        } else {
            advice = "check the account's \(names)"
        }
        return ExtractionError(isLost ? .credentialLost : .refusedCredentials, "\(text); \(advice)")
    }
}

extension LoginDefinition {
    /// The refresh token that the settings have; nil for other grants.
    func configuredToken(_ filler: SettingsFiller) throws(ExtractionError) -> String? {
        guard case .refreshToken(let template, _) = grant else { return nil }
        return try filler.text(template, "auth.oauth.refresh_token")
    }

    /// Whether each use of the refresh token gives another one in its place.
    func rotates(_ filler: SettingsFiller) throws(ExtractionError) -> Bool {
        guard case .refreshToken(_, let rotates?) = grant else { return false }
        return try filler.holds(rotates, "auth.oauth.rotates")
    }
}
