import Core

/// Has the proof that an account's requests carry, and gets another one when it has had its time.
final class Authorizer: Sendable {
    private enum Credential: Sendable {
        case fixed(FixedCredential)
        case token(HeldToken)
    }

    private let credential: Credential

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
        let settings = LiveSettings(definition, access: access, reread: reread)
        guard case .login(let login) = access.authentication else {
            credential = .fixed(
                try FixedCredential(
                    access.authentication,
                    secretBook: access.secretBook,
                    settings: settings
                )
            )
            return
        }
        let exchange = TokenExchange(
            login,
            of: definition,
            access: access,
            transport: transport,
            clock: clock,
            wall: wall,
            policy: policy,
            jitter: jitter
        )
        credential = .token(
            try HeldToken(
                login,
                of: definition,
                access: access,
                settings: settings,
                exchange: exchange,
                clock: clock,
                wall: wall,
                stateKeys: stateKeys
            )
        )
    }

    /// Where the credential is kept that replaces the configured one; must be said before the first request where
    /// there is such a one.
    func use(_ store: any CredentialStore, of account: AccountName) throws {
        if case .token(let token) = credential { try token.use(store, of: account) }
    }

    /// What the last login told beside the token.
    var learned: [String: String] {
        if case .token(let token) = credential { token.learned } else { [:] }
    }

    /// What a request carries now; asks for a token where none is good.
    func proof() async throws -> Proof {
        switch credential {
        case .fixed(let fixed): fixed.proof
        case .token(let token): try await token.proof()
        }
    }

    /// The API refused a request; says whether there is another proof to try it with.
    ///
    /// `asksForToken` is false where the API's answer does not mean that a token has had its time: then only what the
    /// settings say is looked at again.
    func renew(after refused: Proof, asksForToken: Bool) async throws -> Bool {
        switch credential {
        case .fixed(let fixed): return try await fixed.renew(after: refused)
        case .token(let token):
            guard asksForToken else { return false }
            return try await token.renew(after: refused)
        }
    }
}
