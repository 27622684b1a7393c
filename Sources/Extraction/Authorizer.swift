import Core
import Expressions
package import JSON
import Synchronization

/// Has the proof that an account's requests carry, and gets another one when it has had its time.
///
/// One request asks for a token while all others wait for it. Where each refresh token is good once, the intent is
/// committed before it is used and its successor before anything else is: two machines cannot burn each other's, and a
/// crash in between is told as what it is.
final class Authorizer: Sendable {
    private struct Contents: Sendable {
        var machine = TokenMachine()
        /// What the settings say, as they were read last.
        var scope: [String: JSONValue]
        /// Of credentials that stand in the settings.
        var fixed = Proof(generation: 0, form: .none, base: nil)
        var generation = 0
        var rotation: Rotation?
        /// Whether what is kept was sealed with the second key.
        var isToBeResealed = false
        /// Given by an API that was not expected to, and only known here.
        var refreshToken: String?
    }

    /// A credential that is kept.
    private struct Rotation: Sendable {
        var store: any CredentialStore
        var seal: CredentialSeal
        /// The configured token that the kept one descends from.
        var seed: String
        var content: CredentialSeal.Content
        /// Whether the token may have been exchanged already, by somebody who did not get to keep the next one.
        var isDoubtful: Bool
    }

    private let definition: ExtractorDefinition
    private let access: AccountAccess
    private let transport: any HTTPTransport
    private let clock: WaitingClock
    private let wall: WallClock
    private let policy: RetryMachine.Policy
    private let jitter: @Sendable () -> Double
    private let stateKeys: [Secret]
    private let reread: Rereading?
    private let contents: Locked<Contents>
    private let turn = Turn()

    init(
        _ definition: ExtractorDefinition,
        access: AccountAccess,
        transport: any HTTPTransport,
        clock: WaitingClock,
        wall: @escaping WallClock,
        policy: RetryMachine.Policy,
        jitter: @escaping @Sendable () -> Double,
        stateKeys: [Secret],
        reread: Rereading?
    ) throws(ExtractionError) {
        self.definition = definition
        self.access = access
        self.transport = transport
        self.clock = clock
        self.wall = wall
        self.policy = policy
        self.jitter = jitter
        self.stateKeys = stateKeys
        self.reread = reread
        let filler = access.filler
        contents = Locked(Contents(scope: filler.scope))
        if case .login(let login) = access.authentication {
            // What cannot be filled is said before the first request.
            _ = try request(login, refreshToken: nil)
            if try rotates(login), stateKeys.isEmpty {
                throw ExtractionError(
                    .badSetting,
                    "extractor \(definition.name) gets another refresh token at each use, which is kept encrypted: give "
                        + "state_key in the account's file, or --state-key; \(CredentialSeal.advice)"
                )
            }
            if try rotates(login) { _ = try CredentialSeal(account: "", keys: stateKeys) }
        } else {
            let form = try fixed(filler)
            contents.withLock { $0.fixed.form = form }
        }
    }

    /// Where the credential is kept that replaces the configured one; must be said before the first request where
    /// there is such a one.
    func use(_ store: any CredentialStore, of account: AccountName) throws {
        guard case .login(let login) = access.authentication, try rotates(login) else { return }
        let seal = try CredentialSeal(account: account.text, keys: stateKeys)
        let record = try store.credential()
        let configured = try configured(login)
        let seed = seal.seed(of: configured)
        var rotation = Rotation(
            store: store,
            seal: seal,
            seed: seed,
            content: CredentialSeal.Content(refreshToken: configured),
            isDoubtful: false
        )
        // Another one configured since wins, whatever became of the kept one.
        if let record, record.seed == seed {
            rotation.content = try seal.open(record)
            rotation.isDoubtful = record.status == .renewing
            learn(rotation.content)
        }
        contents.withLock { contents in
            contents.rotation = rotation
            // Under the key that seals from now on, before anything else.
            contents.isToBeResealed = record.map { $0.seed == seed && seal.isOld($0) } ?? false
            guard !rotation.isDoubtful, let value = rotation.content.accessToken,
                let expires = rotation.content.expires
            else { return }
            let lifetime = expires.since(wall())
            guard lifetime > login.early else { return }
            contents.generation += 1
            contents.machine.renewed(
                AccessToken(
                    generation: contents.generation,
                    value: value,
                    renewal: AccessToken.renewal(
                        asked: clock.elapsed(),
                        lifetime: lifetime,
                        early: login.early
                    ),
                    learned: rotation.content.learned
                )
            )
        }
    }

    /// What a request carries now; asks for a token where none is good.
    func proof() async throws -> Proof {
        if contents.withLock({ $0.isToBeResealed }) { try await reseal() }
        guard case .login(let login) = access.authentication else {
            return contents.withLock { $0.fixed }
        }
        return try proof(of: await token(login), login)
    }

    /// Seals what is kept with the first key, once.
    private func reseal() async throws {
        await turn.take()
        defer { turn.give() }
        guard let rotation = contents.withLock({ $0.isToBeResealed ? $0.rotation : nil }) else { return }
        let status: CredentialRecord.Status = rotation.isDoubtful ? .renewing : .kept
        try await rotation.store.keep(
            rotation.seal.record(rotation.content, status, seed: rotation.seed, at: wall())
        )
        contents.withLock { $0.isToBeResealed = false }
    }

    /// The API refused a request; says whether there is another proof to try it with.
    ///
    /// `asksForToken` is false where the API's answer does not mean that a token has had its time: then only what the
    /// settings say is looked at again.
    func renew(after refused: Proof, asksForToken: Bool) async throws -> Bool {
        switch access.authentication {
        case .login(let login):
            guard asksForToken else { return false }
            contents.withLock { $0.machine.refused(generation: refused.generation) }
            return try await token(login).generation != refused.generation
        case .none: return false
        case .bearer, .header, .query, .basic:
            await turn.take()
            defer { turn.give() }
            if contents.withLock({ $0.fixed.generation }) != refused.generation { return true }
            guard try await readSettings() else { return false }
            let form = try fixed(filler)
            return contents.withLock { contents in
                guard contents.fixed.form != form else { return false }
                contents.fixed = Proof(generation: refused.generation + 1, form: form, base: nil)
                return true
            }
        }
    }

    /// The settings, filled in as they were read last.
    private var filler: SettingsFiller {
        var filler = access.filler
        filler.scope = contents.withLock { $0.scope }
        return filler
    }

    /// Reads the settings again; says whether they have changed.
    private func readSettings() async throws -> Bool {
        guard let reread else { return false }
        let scope = try AccountAccess.scope(of: definition, settings: await reread())
        access.secretBook.learn(AccountAccess.secrets(in: scope, of: definition))
        return contents.withLock { contents in
            defer { contents.scope = scope }
            return contents.scope != scope
        }
    }
}

/// Reads an account's settings once more, as they are now.
package typealias Rereading = @Sendable () async throws -> [String: JSONValue]

// MARK: - Credentials that stand in the settings

extension Authorizer {
    private func fixed(_ filler: SettingsFiller) throws(ExtractionError) -> Proof.Form {
        switch access.authentication {
        case .none, .login: return .none
        case .bearer(let token):
            let value = try filler.headerValue(token, "auth.bearer")
            access.secretBook.learn([value])
            return .header(name: "Authorization", value: "Bearer \(value)")
        case .header(let name, let template):
            let value = try filler.headerValue(template, "auth.header")
            access.secretBook.learn([value])
            return .header(name: name, value: value)
        case .query(let name, let template):
            let value = try filler.text(template, "auth.query")
            access.secretBook.learn([value])
            return .query(name: name, value: value)
        case .basic(let user, let password):
            let pair =
                try filler.text(user, "auth.basic.user") + ":" + filler.text(password, "auth.basic.password")
            let value = Base64.encode(Array(pair.utf8))
            access.secretBook.learn([value])
            return .header(name: "Authorization", value: "Basic \(value)")
        }
    }
}

// MARK: - Tokens

extension Authorizer {
    private func token(_ login: LoginDefinition) async throws -> AccessToken {
        if let token = try good() { return token }
        await turn.take()
        defer { turn.give() }
        if let token = try good() { return token }
        try Task.checkCancellation()
        do {
            let token = try await renewed(login)
            contents.withLock { $0.machine.renewed(token) }
            return token
        } catch let error as CancellationError {
            throw error
        } catch {
            contents.withLock { $0.machine.failed(error) }
            throw error
        }
    }

    /// The token that will do; nil where one must be asked for.
    private func good() throws -> AccessToken? {
        let now = clock.elapsed()
        switch contents.withLock({ $0.machine.need(at: now) }) {
        case .use(let token): return token
        case .renew: return nil
        case .fail(let error): throw error
        }
    }

    private func proof(of token: AccessToken, _ login: LoginDefinition) throws -> Proof {
        let filler = filler.with(["token": .string(token.value)])
        let value = try filler.headerValue(login.header.value, "auth: the header's value")
        access.secretBook.learn([value])
        return Proof(
            generation: token.generation,
            form: .header(name: login.header.name, value: value),
            base: try base(token)
        )
    }

    /// Where the API is, where the login tells it: one of the hosts that the definition names (I6).
    private func base(_ token: AccessToken) throws -> HTTPAddress? {
        guard let name = definition.baseURL.references.first(where: { $0.path.first == "login" })?.path.last,
            let text = token.learned[name]
        else { return nil }
        do throws(HTTPError) {
            let address = try HTTPAddress(parsing: text)
            guard address.query == nil else {
                throw HTTPError(.badAddress, "\(address.logged) has a query")
            }
            try access.check(address)
            return address
        } catch {
            throw ExtractionError(
                error.code == .forbiddenHost ? .forbiddenHost : .refusedCredentials,
                access.secrets.clean(
                    "extractor \(definition.name): the login's \(name) cannot be used: \(error.message)"
                )
            )
        }
    }

    private func learn(_ content: CredentialSeal.Content) {
        access.secretBook.learn([content.refreshToken] + [content.accessToken].compactMap(\.self))
    }

    private func rotates(_ login: LoginDefinition) throws(ExtractionError) -> Bool {
        guard case .refreshToken(_, let rotates?) = login.grant else { return false }
        return try filler.holds(rotates, "auth.oauth.rotates")
    }

    /// The refresh token that the settings have; nil for other grants.
    private func seed(_ login: LoginDefinition) throws(ExtractionError) -> String? {
        guard case .refreshToken(let template, _) = login.grant else { return nil }
        return try filler.text(template, "auth.oauth.refresh_token")
    }

    private func configured(_ login: LoginDefinition) throws(ExtractionError) -> String {
        try seed(login) ?? ""
    }

    private func request(_ login: LoginDefinition, refreshToken: String?) throws(ExtractionError)
        -> LoginRequest
    {
        let seed = try seed(login)
        let request = try LoginRequest(
            login,
            filler: filler,
            base: access.base,
            refreshToken: refreshToken ?? seed,
            now: wall()
        )
        access.secretBook.learn(request.secrets)
        return request
    }
}

// MARK: - Asking for a token

extension Authorizer {
    /// What came of asking.
    private enum Exchange {
        case token(AccessToken)
        /// The API does not accept what was shown.
        case refused(ExtractionError)
    }

    /// Another token; where the API refuses what the settings say, they are read again first.
    private func renewed(_ login: LoginDefinition) async throws -> AccessToken {
        let first = try await exchange(login)
        guard case .refused(let error) = first else { return try token(first) }
        guard try await readSettings() else { throw error }
        try reseed(login)
        return try token(await exchange(login))
    }

    private func token(_ exchange: Exchange) throws -> AccessToken {
        switch exchange {
        case .token(let token): return token
        case .refused(let error): throw error
        }
    }

    /// A token that is configured anew wins over the kept one.
    private func reseed(_ login: LoginDefinition) throws {
        guard let rotation = contents.withLock({ $0.rotation }) else { return }
        let configured = try configured(login)
        let seed = rotation.seal.seed(of: configured)
        guard seed != rotation.seed else { return }
        contents.withLock { contents in
            contents.rotation?.seed = seed
            contents.rotation?.content = CredentialSeal.Content(refreshToken: configured)
            contents.rotation?.isDoubtful = false
        }
    }

    private func exchange(_ login: LoginDefinition) async throws -> Exchange {
        guard try rotates(login) else {
            let held = contents.withLock { $0.refreshToken }
            return try await ask(login, refreshToken: held, isLost: false, outlives: false)
        }
        guard let rotation = contents.withLock({ $0.rotation }) else {
            preconditionFailure("a token that is replaced at each use needs a place: see Requester.use")
        }
        // Whoever is not the account's writer any more ends here, its successor's token unburnt (I3).
        let intent = rotation.seal.record(rotation.content, .renewing, seed: rotation.seed, at: wall())
        try await rotation.store.keep(intent)
        CrashPoint.hit(.afterIntent)
        let exchange = try await ask(
            login,
            refreshToken: rotation.content.refreshToken,
            isLost: rotation.isDoubtful,
            outlives: true
        )
        return exchange
    }

    /// Keeps what a rotation gave before anybody uses it.
    private func keep(_ answer: LoginRequest.Answer, asked: Instant) async throws {
        guard let rotation = contents.withLock({ $0.rotation }) else {
            guard let token = answer.refreshToken else { return }
            access.secretBook.learn([token])
            return contents.withLock { $0.refreshToken = token }
        }
        CrashPoint.hit(.afterToken)
        let content = CredentialSeal.Content(
            // An API that does not say another one goes on with this one.
            refreshToken: answer.refreshToken ?? rotation.content.refreshToken,
            accessToken: answer.token,
            expires: answer.lifetime.map { asked.advanced(by: $0) },
            learned: answer.learned
        )
        learn(content)
        let record = rotation.seal.record(content, .kept, seed: rotation.seed, at: wall())
        do {
            try await rotation.store.keep(record)
        } catch let error as any SluiceError {
            throw ExtractionError(
                .credentialLost,
                "the new refresh token could not be kept: \(error.message); should the next run be refused, authorise "
                    + "again and configure the new refresh token"
            )
        }
        CrashPoint.hit(.afterTokenCommit)
        contents.withLock { contents in
            contents.rotation?.content = content
            contents.rotation?.isDoubtful = false
        }
    }

    /// Asks until there is a token or a refusal.
    ///
    /// `isLost` says that the refresh token may have been used before, by somebody who did not get to keep the next one.
    private func ask(
        _ login: LoginDefinition,
        refreshToken: String?,
        isLost: Bool,
        outlives: Bool
    ) async throws -> Exchange {
        var retry = RetryMachine(policy: policy)
        var isLost = isLost
        while true {
            // Made anew for each try: an assertion is good for minutes.
            let question = try request(login, refreshToken: refreshToken)
            let failure: (text: String, retryAfter: Duration?)
            let asked = clock.elapsed()
            let sent = wall()
            do {
                var request = question.request
                request.outlivesCancellation = outlives
                let response = try await transport.perform(request)
                if 200..<300 ~= response.status {
                    return .token(try await take(response, login, asked: asked, sent: sent))
                }
                let words = access.secrets.excerpt(LoginRequest.words(of: response), characters: 300)
                guard Self.isPassing(response.status) else {
                    return .refused(refusal("answered \(response.status)\(words)", login, isLost))
                }
                isLost = isLost || (outlives && response.status >= 500)
                let now = response[header: "Date"].flatMap { HTTPDate.parse($0) } ?? wall()
                let after = response[header: "Retry-After"].flatMap { RetryAfter.parse($0, now: now) }
                failure = ("answered \(response.status)\(words)", after)
            } catch let error as HTTPError {
                guard case .retry(let after) = error.recovery else { throw error }
                isLost = isLost || outlives
                failure = (access.secrets.clean(error.message), after)
            }
            switch retry.failed(retryAfter: failure.retryAfter, draw: jitter()) {
            case .wait(let duration): try await clock.sleep(duration)
            case .triesSpent(let tries):
                throw ExtractionError(
                    .gaveUp,
                    "\(place(login)) failed \(tries) times, at last: \(failure.text); run it again later"
                )
            case .tooLong(let duration):
                throw ExtractionError(
                    .gaveUp,
                    "\(place(login)) is to be tried again in \(duration.components.seconds) s only, longer than the"
                        + " \(policy.longestRetryAfter.components.seconds) s that a run waits: \(failure.text)"
                )
            }
        }
    }

    /// Whether a status says something of the moment and nothing of the credentials.
    private static func isPassing(_ status: Int) -> Bool {
        [408, 425, 429].contains(status) || status >= 500
    }

    private func take(
        _ response: HTTPResponse,
        _ login: LoginDefinition,
        asked: Duration,
        sent: Instant
    ) async throws -> AccessToken {
        let answer: LoginRequest.Answer
        do throws(LoginProblem) {
            answer = try LoginRequest.read(response, login)
        } catch {
            throw ExtractionError(
                .badLogin,
                access.secrets.clean("\(place(login)) answered \(response.status), yet \(error.text)")
            )
        }
        access.secretBook.learn([answer.token] + [answer.refreshToken].compactMap(\.self))
        try await keep(answer, asked: sent)
        let generation = contents.withLock { contents in
            contents.generation += 1
            return contents.generation
        }
        return AccessToken(
            generation: generation,
            value: answer.token,
            renewal: AccessToken.renewal(asked: asked, lifetime: answer.lifetime, early: login.early),
            learned: answer.learned
        )
    }

    private func place(_ login: LoginDefinition) -> String {
        let address = (try? request(login, refreshToken: ""))?.address.logged ?? "the login"
        return "extractor \(definition.name): login: POST \(access.secrets.clean(address))"
    }

    /// The end of an account's run: no stream could do better, and asking again could lock the user out.
    private func refusal(_ text: String, _ login: LoginDefinition, _ isLost: Bool) -> ExtractionError {
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
        return ExtractionError(
            isLost ? .credentialLost : .refusedCredentials,
            "\(place(login)) \(text); \(advice)"
        )
    }
}
