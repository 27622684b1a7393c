import Core
import JSON
import Synchronization

/// The token that an account's requests carry, and getting another one when it has had its time.
///
/// One request asks for a token while all others wait for it. Where each refresh token is good once, the intent is
/// committed before it is used and its successor before anything else is: two machines cannot burn each other's, and a
/// crash in between is told as what it is.
final class HeldToken: Sendable {
    private struct Contents: Sendable {
        var machine = TokenMachine()
        var generation = 0
        /// Where each refresh token is good once.
        var kept: KeptCredential?
        /// Given by an API that was not expected to, and only known here.
        var refreshToken: String?

        mutating func nextGeneration() -> Int {
            generation += 1
            return generation
        }
    }

    /// So long after its intent was committed a token may be shown: longer, and another machine may have taken over.
    private static let claimLife: Duration = .seconds(5)

    private let login: LoginDefinition
    private let access: AccountAccess
    private let settings: LiveSettings
    private let exchange: TokenExchange
    private let proofs: TokenProof
    private let clock: WaitingClock
    private let wall: WallClock
    private let stateKeys: [Secret]
    private let contents = Locked(Contents())
    private let turn = Turn()

    /// What cannot be filled, or could not be kept, is said before the first request.
    init(
        _ login: LoginDefinition,
        of definition: ExtractorDefinition,
        access: AccountAccess,
        settings: LiveSettings,
        exchange: TokenExchange,
        clock: WaitingClock,
        wall: @escaping WallClock,
        stateKeys: [Secret]
    ) throws(ExtractionError) {
        self.login = login
        self.access = access
        self.settings = settings
        self.exchange = exchange
        self.clock = clock
        self.wall = wall
        self.stateKeys = stateKeys
        proofs = TokenProof(login, of: definition, access: access)
        _ = try exchange.request(settings.filler, refreshToken: nil)
        guard try login.rotates(settings.filler) else { return }
        guard !stateKeys.isEmpty else {
            throw ExtractionError(
                .badSetting,
                "extractor \(definition.name) gets another refresh token at each use, which is kept encrypted: give "
                    + "state_key in the account's file, or --state-key; \(CredentialSeal.advice)"
            )
        }
        _ = try CredentialSeal(account: "", keys: stateKeys)
    }

    /// Where the credential is kept that replaces the configured one; must be said before the first request where
    /// there is such a one.
    func use(_ store: any CredentialStore, of account: AccountName) throws {
        guard try login.rotates(settings.filler) else { return }
        let kept = try KeptCredential(
            in: store,
            seal: CredentialSeal(account: account.text, keys: stateKeys),
            configured: configured
        )
        learn(kept.content)
        contents.withLock { contents in
            contents.kept = kept
            guard !kept.isDoubtful, let value = kept.content.accessToken, let expires = kept.content.expires
            else { return }
            let lifetime = expires.since(wall())
            guard lifetime > login.early else { return }
            contents.machine.renewed(
                AccessToken(
                    generation: contents.nextGeneration(),
                    value: value,
                    renewal: AccessToken.renewal(
                        asked: clock.elapsed(),
                        lifetime: lifetime,
                        early: login.early
                    ),
                    learned: kept.content.learned
                )
            )
        }
    }

    /// What the last login told beside the token; nothing where there was none, or where the last one failed.
    var learned: [String: String] { contents.withLock { $0.machine.token?.learned ?? [:] } }

    /// What a request carries now; asks for a token where none is good.
    func proof() async throws -> Proof {
        if contents.withLock({ $0.kept?.isToBeResealed ?? false }) { try await reseal() }
        return try proofs.proof(of: await token(), settings.filler)
    }

    /// The API refused a request with a token; says whether there is another one to try it with.
    func renew(after refused: Proof) async throws -> Bool {
        contents.withLock { $0.machine.refused(generation: refused.generation) }
        return try await token().generation != refused.generation
    }

    /// Seals what is kept with the first key, once.
    private func reseal() async throws {
        await turn.take()
        defer { turn.give() }
        guard let kept = contents.withLock({ $0.kept }), kept.isToBeResealed else { return }
        try await kept.commit(at: wall())
        contents.withLock { $0.kept?.resealed() }
    }

    private func token() async throws -> AccessToken {
        if let token = try good() { return token }
        await turn.take()
        defer { turn.give() }
        if let token = try good() { return token }
        try Task.checkCancellation()
        do {
            let token = try await renewed()
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

    private var configured: String {
        get throws(ExtractionError) { try login.configuredToken(settings.filler) ?? "" }
    }

    private func learn(_ content: CredentialSeal.Content) {
        access.secretBook.learn([content.refreshToken] + [content.accessToken].compactMap(\.self))
    }
}

// MARK: - Another one

extension HeldToken {
    /// Another token; where the API refuses what the settings say, they are read again first.
    private func renewed() async throws -> AccessToken {
        let first = try await ask()
        guard case .refused(let error) = first else { return try await taken(first) }
        guard try await settings.readAgain() else { throw error }
        // A token that is configured anew wins over the kept one.
        let configured = try configured
        contents.withLock { $0.kept = $0.kept?.reseeded(configured) }
        return try await taken(await ask())
    }

    private func ask() async throws -> TokenExchange.Outcome {
        guard try login.rotates(settings.filler) else {
            let held = contents.withLock { $0.refreshToken }
            return try await exchange.ask(settings.filler, refreshToken: held, rotation: nil)
        }
        guard let kept = contents.withLock({ $0.kept }) else {
            preconditionFailure("a token that is replaced at each use needs a place: see Requester.use")
        }
        // Whoever is not the account's writer any more ends here, its successor's token unburnt (I3).
        try await kept.commit(isIntent: true, at: wall())
        let claimed = Locked(clock.elapsed())
        CrashPoint.hit(.afterIntent)
        let rotation = TokenExchange.Rotation(isLost: kept.isDoubtful) { [clock, wall] in
            // After a wait, or a freeze, it is asked once more whether this is the writer still.
            guard clock.elapsed() - claimed.withLock({ $0 }) > Self.claimLife else { return }
            try await kept.commit(isIntent: true, at: wall())
            claimed.withLock { $0 = clock.elapsed() }
        }
        return try await exchange.ask(
            settings.filler,
            refreshToken: kept.content.refreshToken,
            rotation: rotation
        )
    }

    private func taken(_ outcome: TokenExchange.Outcome) async throws -> AccessToken {
        switch outcome {
        case .refused(let error): throw error
        case .token(let granted):
            try await keep(granted)
            return AccessToken(
                generation: contents.withLock { $0.nextGeneration() },
                value: granted.answer.token,
                renewal: AccessToken.renewal(
                    asked: granted.asked,
                    lifetime: granted.answer.lifetime,
                    early: login.early
                ),
                learned: granted.answer.learned
            )
        }
    }

    /// Keeps what a rotation gave before anybody uses it.
    private func keep(_ granted: TokenExchange.Granted) async throws {
        let answer = granted.answer
        guard let kept = contents.withLock({ $0.kept }) else {
            guard let token = answer.refreshToken else { return }
            return contents.withLock { $0.refreshToken = token }
        }
        CrashPoint.hit(.afterToken)
        let next = kept.replaced(
            by: CredentialSeal.Content(
                // An API that does not say another one goes on with this one.
                refreshToken: answer.refreshToken ?? kept.content.refreshToken,
                accessToken: answer.token,
                expires: answer.lifetime.map { granted.sent.advanced(by: $0) },
                learned: answer.learned
            )
        )
        learn(next.content)
        do {
            try await next.commit(at: wall())
        } catch let error as any SluiceError {
            throw ExtractionError(
                .credentialLost,
                "the new refresh token could not be kept: \(error.message); should the next run be refused, authorise "
                    + "again and configure the new refresh token"
            )
        }
        CrashPoint.hit(.afterTokenCommit)
        contents.withLock { $0.kept = next }
    }
}
