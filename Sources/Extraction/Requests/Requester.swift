package import Core
package import JSON
import Synchronization

/// Asks an API for one answer at a time as the definition says: credentials, allowed hosts, redirects, pacing
/// and retries.
///
/// One is shared by all streams of an account, whose limits it keeps.
package final class Requester: Sendable {
    /// An answer with a page.
    struct Answer: Sendable {
        var response: HTTPResponse
        /// The body of the response, of a request that is streamed.
        var body: (any HTTPBody)?
        /// Where the page came from in the end: links in it are relative to this.
        var address: HTTPAddress
        /// Retries and redirects included.
        var requests: Int
        var times: AnswerTimes
        /// How it was asked for.
        var method = "GET"
        /// The size of a page, where less was asked for than the request said (`shrink`).
        var reducedSize: Int?
        /// Whether it says that there is nothing new yet: of subjects that can be caught up with.
        var isCaughtUp = false
        /// Whether it says that there is no such thing: of subjects that may be gone.
        var isGone = false
        /// Why it does not prove that: it counts only where something else says so too.
        var doubt: ExtractionError?
        /// Why the children of the one parent asked for may not be read: of subjects that are about one.
        var refusal: ExtractionError?
    }

    private struct Ledger {
        var requests: [String: Int] = [:]
        var limits: AccountLimits
        /// How long requests waited for their turn.
        var waited: Duration = .zero
        var saidSkew = false
        /// The page sizes that took no longer than the API allows, by stream and parameter.
        var sizes: [PageSize: Int] = [:]
    }

    /// A parameter that has a page's size.
    private struct PageSize: Hashable {
        var counter: String
        var parameter: String
    }

    /// A list's page is reached in fewer; more is a circle.
    private static let maximumRedirects = 5

    let access: AccountAccess
    private let authorizer: Authorizer
    private let rules: ErrorRules
    private let transport: any HTTPTransport
    private let clock: WaitingClock
    private let wall: WallClock
    private let jitter: @Sendable () -> Double
    private let onClockSkew: @Sendable (ClockSkew) -> Void
    private let policy: RetryMachine.Policy
    private let ledger: Locked<Ledger>

    /// A requester for one account.
    ///
    /// `settings` are the account's values by name; defaults are filled in here. `reread` reads them once more, after
    /// the API has refused what they say. `stateKeys` seal a credential that is kept, the first of them; `use` says
    /// where. `logins` carries the requests for a token, where they go another way than `transport`. `jitter` draws from
    /// 0..<1. `onClockSkew` is told of wrong clocks, once.
    package init(
        extractor: ExtractorDefinition,
        settings: [String: JSONValue],
        transport: any HTTPTransport,
        logins: (any HTTPTransport)? = nil,
        clock: WaitingClock,
        wall: @escaping WallClock,
        policy: RetryMachine.Policy = RetryMachine.Policy(),
        stateKeys: [Secret] = [],
        reread: Rereading? = nil,
        jitter: @escaping @Sendable () -> Double = { Double.random(in: 0..<1) },
        onClockSkew: @escaping @Sendable (ClockSkew) -> Void = { _ in }
    ) throws(ExtractionError) {
        access = try AccountAccess(extractor, settings: settings)
        rules = extractor.errorRules
        self.transport = transport
        self.clock = clock
        self.wall = wall
        self.policy = policy
        self.jitter = jitter
        self.onClockSkew = onClockSkew
        ledger = Locked(Ledger(limits: try access.limits(extractor)))
        authorizer = try Authorizer(
            extractor,
            access: access,
            transport: logins ?? transport,
            clock: clock,
            wall: wall,
            policy: policy,
            jitter: jitter,
            stateKeys: stateKeys,
            reread: reread
        )
    }

    /// Says where a credential is kept that the API replaces at each use: before the first request, by the account's
    /// only writer.
    ///
    /// Throws where it cannot be kept, or what is kept cannot be opened.
    package func use(_ store: any CredentialStore, of account: AccountName) throws {
        try authorizer.use(store, of: account)
    }

    /// The requests sent so far for a stream, retries and redirects included.
    package func requests(of stream: String) -> Int { ledger.withLock { $0.requests[stream] ?? 0 } }

    /// The requests sent so far for a feed.
    package func requests(ofFeed feed: String) -> Int {
        ledger.withLock { $0.requests[RequestSubject.counter(ofFeed: feed)] ?? 0 }
    }

    /// This machine's time.
    var now: Instant { wall() }

    /// A text without the account's secrets, the tokens that it got meanwhile among them (I6).
    package func redact(_ text: String) -> String { access.secrets.clean(text) }

    /// What takes the account's secrets out of a text, the tokens that it got so far among them, and others with them
    /// (I6).
    package func redaction(with others: [String]) -> Redaction { access.secretBook.redaction(with: others) }

    /// What the last login told beside the token, by the names that it has in `base_url`.
    package var learned: [String: String] { authorizer.learned }

    /// A key of this account as errors show it.
    package func shown(_ key: [UInt8]) -> String { access.shown(key) }

    /// All requests sent so far.
    package var requests: Int { ledger.withLock { $0.requests.values.reduce(0, +) } }

    /// How the account stands with the limits of its API.
    package var standing: LimitStanding {
        let now = clock.elapsed()
        let wall = wall()
        return ledger.withLock { ledger in
            var standing = ledger.limits.standing(at: now, wall: wall)
            standing.waited = ledger.waited
            return standing
        }
    }

    /// Goes on with the day's requests where another requester of the account left off: before the first request.
    package func resume(_ quota: QuotaStanding) {
        let wall = wall()
        ledger.withLock { $0.limits.resume(quota, at: wall) }
    }

    /// Gets an address as `ask` does.
    func get(_ address: HTTPAddress, for subject: RequestSubject, page: Int?) async throws -> Answer {
        try await ask(PageRequest(address), for: subject, page: page)
    }

    /// Asks until there is an answer with a page, or an error that says why there is none.
    func ask(_ request: PageRequest, for subject: RequestSubject, page: Int?) async throws -> Answer {
        let count = Locked(0)
        var retry = RetryMachine(policy: policy)
        var isRenewed = false
        while true {
            let proof = try await authorizer.proof()
            var request = request
            request.address = try LearnedBase.place(request.address, on: proof.base)
            let reducedSize: Int?
            (request, reducedSize) = sized(request, for: subject)
            switch try await attempt(request, with: proof, for: subject, page: page, count: count) {
            case .answer(var answer):
                answer.requests = count.withLock { $0 }
                answer.reducedSize = reducedSize
                return answer
            case .refused(let error, let asksForToken):
                // Once for each request: what is refused with a new proof as well, no other one helps.
                guard !isRenewed, try await authorizer.renew(after: proof, asksForToken: asksForToken) else {
                    throw error
                }
                isRenewed = true
            case .failure(let text, let retryAfter, let less):
                shrink(less, request, subject)
                let place =
                    "\(subject.place(page)): \(request.method) \(access.secrets.clean(request.address.logged))"
                switch retry.failed(retryAfter: retryAfter, draw: jitter()) {
                case .wait(let duration): try await clock.sleep(duration)
                case .triesSpent(let tries):
                    throw gaveUp("\(place) failed \(tries) times, at last: \(text)", subject)
                case .tooLong(let duration):
                    let limit = policy.longestRetryAfter.components.seconds
                    throw gaveUp(
                        "\(place) is to be tried again in \(duration.components.seconds) s only, longer than"
                            + " the \(limit) s that a run waits: \(text)",
                        subject
                    )
                }
            }
        }
    }

    /// What is left of trying after a body was cut; waits until it may be asked for again.
    ///
    /// Throws what nothing helps against, and an error once all tries are spent.
    func wait(
        after error: HTTPError,
        _ retry: RetryMachine?,
        for subject: RequestSubject,
        page: Int?
    ) async throws -> RetryMachine {
        guard case .retry(let after) = error.recovery else { throw error }
        var retry = retry ?? RetryMachine(policy: policy)
        let text = "\(subject.place(page)): \(access.secrets.clean(error.message))"
        switch retry.failed(retryAfter: after, draw: jitter()) {
        case .wait(let duration): try await clock.sleep(duration)
        case .triesSpent(let tries):
            throw gaveUp("\(text), which was asked for \(tries) times", subject)
        case .tooLong: throw gaveUp(text, subject)
        }
        return retry
    }

    private func gaveUp(_ text: String, _ subject: RequestSubject) -> ExtractionError {
        subject.error(.gaveUp, "\(text); the bookmark stays, run it again later")
    }
}

// MARK: - One try

extension Requester {
    /// What came of one try.
    private enum Outcome {
        case answer(Answer)
        /// May be tried again, not before `retryAfter` has passed, and perhaps for less.
        case failure(String, retryAfter: Duration?, shrink: ErrorRule.Shrink? = nil)
        /// The proof is not accepted: with another one it may be tried again.
        case refused(ExtractionError, asksForToken: Bool)
    }

    /// The request with a page's size that did not take too long before; and that, where it is less.
    private func sized(_ request: PageRequest, for subject: RequestSubject) -> (PageRequest, reduced: Int?) {
        let sizes = ledger.withLock { $0.sizes.filter { $0.key.counter == subject.counter } }
        return sizes.reduce((request, nil)) { sized, size in
            guard let asked = sized.0.number(of: size.key.parameter), asked > size.value else { return sized }
            return (sized.0.setting(size.key.parameter, to: .number(size.value)), size.value)
        }
    }

    /// Asks for less from now on.
    private func shrink(_ shrink: ErrorRule.Shrink?, _ request: PageRequest, _ subject: RequestSubject) {
        guard let shrink, let size = request.number(of: shrink.parameter) else { return }
        let key = PageSize(counter: subject.counter, parameter: shrink.parameter)
        ledger.withLock { $0.sizes[key] = shrink.size(after: size) }
    }

    private func attempt(
        _ request: PageRequest,
        with proof: Proof,
        for subject: RequestSubject,
        page: Int?,
        count: borrowing Locked<Int>
    ) async throws -> Outcome {
        do {
            let answer = try await follow(request, with: proof, for: subject, page: page, count: count)
            if 200..<300 ~= answer.response.status { return .answer(answer) }
            return try judge(answer, for: subject, page: page)
        } catch let error as HTTPError {
            guard case .retry(let after) = error.recovery else { throw error }
            return .failure(access.secrets.clean(error.message), retryAfter: after)
        }
    }

    /// Sends the request and follows redirects; every address is checked before it gets the credentials (I6).
    private func follow(
        _ start: PageRequest,
        with proof: Proof,
        for subject: RequestSubject,
        page: Int?,
        count: borrowing Locked<Int>
    ) async throws -> Answer {
        var address = start.address
        for _ in 0...Self.maximumRedirects {
            try check(address, for: subject, page: page)
            let ticket = try await pace(subject)
            count.withLock { $0 += 1 }
            let sent = wall()
            let request = start.completing(access.request(address, proof))
            let (response, body) = try await send(
                request,
                opens: start.isStreamed,
                ticket,
                for: subject,
                at: sent
            )
            guard [301, 302, 303, 307, 308].contains(response.status) else {
                return Answer(
                    response: response,
                    body: body,
                    address: address,
                    requests: 0,
                    times: AnswerTimes(
                        sent: sent,
                        received: wall(),
                        date: response[header: "Date"].flatMap { HTTPDate.parse($0) },
                        isAged: response[header: "Age"] != nil
                    ),
                    method: start.method
                )
            }
            guard start.body == nil || [307, 308].contains(response.status) else {
                throw badRedirect(
                    "POST \(address.logged) answered \(response.status): what was posted would be lost on the"
                        + " way; check base_url and the path",
                    subject,
                    page
                )
            }
            address = try target(of: response, from: address, for: subject, page: page)
        }
        throw badRedirect(
            "\(start.method) \(start.address.logged) was redirected more than \(Self.maximumRedirects) times; check base_url",
            subject,
            page
        )
    }

    /// Counts and sends one request, and looks at the clock of the answer.
    private func send(
        _ request: HTTPRequest,
        opens: Bool,
        _ ticket: AccountLimits.Ticket,
        for subject: RequestSubject,
        at sent: Instant
    ) async throws -> (HTTPResponse, (any HTTPBody)?) {
        ledger.withLock { $0.requests[subject.counter, default: 0] += 1 }
        var response: HTTPResponse
        var body: (any HTTPBody)?
        do {
            if opens {
                let open = try await transport.open(request)
                response = HTTPResponse(status: open.status, headers: open.headers, body: [])
                if 200..<300 ~= open.status {
                    body = open.body
                } else {
                    response = try await open.whole(limit: request.maximumBody, of: request)
                }
            } else {
                response = try await transport.perform(request)
            }
        } catch {
            note(nil, of: ticket)
            throw error
        }
        note(response, of: ticket)
        // What came out of a cache was dated when it went in.
        guard response[header: "Age"] == nil, !Self.isSimulated(response, to: request),
            let api = response[header: "Date"].flatMap({ HTTPDate.parse($0) }),
            let skew = ClockSkew(api: api, sent: sent, received: wall())
        else { return (response, body) }
        let isNew = ledger.withLock { ledger in
            defer { ledger.saidSkew = true }
            return !ledger.saidSkew
        }
        if isNew { onClockSkew(skew) }
        return (response, body)
    }

    /// Whether a simulator on this machine says that its clock is not meant to be right; of no API is that believed.
    private static func isSimulated(_ response: HTTPResponse, to request: HTTPRequest) -> Bool {
        response[header: "Sluice-Clock"] == "simulated"
            && (try? HTTPAddress(parsing: request.address))?.isLoopback ?? false
    }

    /// What an answer says of the limits holds for all streams.
    private func note(_ response: HTTPResponse?, of ticket: AccountLimits.Ticket) {
        let now = clock.elapsed()
        let wall = wall()
        ledger.withLock { $0.limits.answered(ticket, response, at: now, wall: wall) }
    }

    private func check(_ address: HTTPAddress, for subject: RequestSubject, page: Int?) throws {
        do {
            try access.check(address)
        } catch {
            guard error.code == .forbiddenHost else { throw error }
            throw subject.error(
                .forbiddenHost,
                "\(subject.place(page)): \(access.secrets.clean(error.message))"
            )
        }
    }

    private func target(
        of response: HTTPResponse,
        from address: HTTPAddress,
        for subject: RequestSubject,
        page: Int?
    ) throws(ExtractionError) -> HTTPAddress {
        let problem: String
        if let location = response[header: "Location"] {
            do {
                return try access.withoutCredential(address.resolving(location))
            } catch {
                problem = access.secrets.clean(error.message)
            }
        } else {
            problem = "the answer has no Location"
        }
        throw badRedirect("GET \(address.logged) answered \(response.status): \(problem)", subject, page)
    }

    private func badRedirect(_ text: String, _ subject: RequestSubject, _ page: Int?) -> ExtractionError {
        subject.error(.badRedirect, access.secrets.clean("\(subject.place(page)): \(text)"))
    }

    /// Waits for the account's turn, in the default limit and in the subject's own.
    private func pace(_ subject: RequestSubject) async throws -> AccountLimits.Ticket {
        let place = ledger.withLock { $0.limits.arrive(subject.limit) }
        defer { ledger.withLock { $0.limits.leave(place) } }
        while true {
            let now = clock.elapsed()
            let wall = wall()
            switch ledger.withLock({ $0.limits.take(place, at: now, wall: wall) }) {
            case .go(let ticket): return ticket
            case .wait(let duration):
                try await clock.sleep(duration)
                let waited = clock.elapsed() - now
                ledger.withLock { $0.waited += waited }
            case .spent(let spent):
                let resets = spent.resets.map { " until \($0.rfc3339())" } ?? ""
                throw ExtractionError(
                    .quotaSpent,
                    "extractor \(access.extractor): of the day's \(spent.limit) requests \(spent.remaining) are left, and"
                        + " \(spent.reserve) are kept in reserve for others\(resets); run it again later, or lower"
                        + " quota.reserve"
                )
            }
        }
    }

    /// Says what an answer without a page means: a failure to try again, or the error that ends it.
    private func judge(
        _ failed: Answer,
        for subject: RequestSubject,
        page: Int?
    ) throws(ExtractionError) -> Outcome {
        let response = failed.response
        let said = rules.said(by: response)
        let words = said.text.map { ": \(access.secrets.excerpt($0, characters: 300))" } ?? ""
        let answer = "answered \(response.status)\(words)"
        let text =
            "\(subject.place(page)): \(failed.method) \(access.secrets.clean(failed.address.logged)) \(answer)"
        if let expired = subject.expired, expired.matches(response.status, said) {
            throw subject.error(.feedExpired, "\(text); the place in the feed is lost")
        }
        if let pattern = subject.caughtUp, pattern.matches(response.status, said) {
            var caughtUp = failed
            caughtUp.isCaughtUp = true
            return .answer(caughtUp)
        }
        if let lost = subject.lost, lost.matches(response.status, said) {
            throw subject.error(.placeLost, "\(text); the place in the list is lost")
        }
        let decision = rules.decide(
            status: response.status,
            said,
            retryHint: rules.retryHeader.flatMap { response[header: $0] }
        )
        switch decision.action {
        case .retry:
            let apiNow = response[header: "Date"].flatMap { HTTPDate.parse($0) } ?? wall()
            let asked = response[header: "Retry-After"].flatMap { RetryAfter.parse($0, now: apiNow) }
            let wait = asked ?? decision.wait
            if response.status == 429, let wait {
                // The account is over its limit, whoever asked: none of its streams goes before.
                let now = clock.elapsed()
                ledger.withLock { $0.limits.refused(subject.limit, for: wait, at: now) }
            }
            return .failure(answer, retryAfter: wait, shrink: decision.shrink)
        case .refresh, .refusedCredentials:
            let names = access.secretNames.joined(separator: ", ")
            let advice = names.isEmpty ? "" : "; check the account's \(names)"
            let error = subject.error(.refusedCredentials, text + advice)
            return .refused(error, asksForToken: decision.action == .refresh)
        case .quotaSpent:
            throw subject.error(.quotaSpent, "\(text); the day's requests are spent, run it again later")
        case .unavailable:
            if subject.mayBeGone, decision.saysGone {
                // Of a list nothing is deleted by a proxy's or a wrong path's answer (I2).
                let doubt = subject.error(
                    .status,
                    "\(text), not in the form of the API's own errors: nothing is taken for deleted by"
                        + " that; check base_url and the definition's paths"
                )
                var gone = failed
                gone.isGone = true
                switch rules.ownWord(said) {
                case .sure: break
                case .likely: if !decision.isNamed { gone.doubt = doubt }
                case .none: throw doubt
                }
                return .answer(gone)
            }
            let error = subject.error(
                .unavailable,
                "\(text); these credentials may not read it, or the API does not have it"
            )
            // What a proxy refuses is no word about one parent.
            guard subject.isOfParent, decision.isOfParent, rules.ownWord(said) != .none else { throw error }
            var refused = failed
            refused.refusal = error
            return .answer(refused)
        case .failRun: throw subject.error(.refused, text)
        case .failStream: throw subject.error(.status, "\(text); the bookmark stays")
        }
    }
}
