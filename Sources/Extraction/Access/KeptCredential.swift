import Core

/// A credential that is kept, since the API gives another one at each use.
struct KeptCredential: Sendable {
    private let store: any CredentialStore
    private let seal: CredentialSeal
    /// The configured token that the kept one descends from.
    private var seed: String
    private(set) var content: CredentialSeal.Content
    /// Whether the token may have been exchanged already, by somebody who did not get to keep the next one.
    private(set) var isDoubtful: Bool
    /// Whether what is kept was sealed with the second key.
    private(set) var isToBeResealed: Bool

    /// What a store has of an account's credential; another one `configured` since wins, whatever became of it.
    init(in store: any CredentialStore, seal: CredentialSeal, configured: String) throws {
        self.store = store
        self.seal = seal
        seed = seal.seed(of: configured)
        guard let record = try store.credential(), record.seed == seed else {
            content = CredentialSeal.Content(refreshToken: configured)
            isDoubtful = false
            isToBeResealed = false
            return
        }
        content = try seal.open(record)
        isDoubtful = record.status == .renewing
        // Under the key that seals from now on, before anything else.
        isToBeResealed = seal.isOld(record)
    }

    /// Commits what is kept, as it is or with the intent to exchange it.
    ///
    /// Whoever is not the account's writer any more ends here (I3).
    func commit(isIntent: Bool = false, at now: Instant) async throws {
        let status: CredentialRecord.Status = isIntent || isDoubtful ? .renewing : .kept
        try await store.keep(seal.record(content, status, seed: seed, at: now))
    }

    /// What was exchanged, in its place; it is not kept before it is committed.
    func replaced(by content: CredentialSeal.Content) -> KeptCredential {
        var next = self
        next.content = content
        next.isDoubtful = false
        next.isToBeResealed = false
        return next
    }

    /// The same where what is configured is still what it descends from; else what is configured now.
    func reseeded(_ configured: String) -> KeptCredential {
        let seed = seal.seed(of: configured)
        guard seed != self.seed else { return self }
        var next = replaced(by: CredentialSeal.Content(refreshToken: configured))
        next.seed = seed
        return next
    }

    /// It was sealed with the first key.
    mutating func resealed() { isToBeResealed = false }
}
