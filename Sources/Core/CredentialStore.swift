/// Keeps the credential that an API gives anew, while its user is the account's only writer.
package protocol CredentialStore: Sendable {
    /// The record as it was committed before; nil where there never was one.
    ///
    /// Throws where such a credential could not be kept at all.
    func credential() throws(StateError) -> CredentialRecord?

    /// Returns when the record is committed; whoever is no longer the account's writer is told here (I3).
    func keep(_ credential: CredentialRecord) async throws
}

extension Publisher {
    /// Commits an account's credential in a transaction of its own.
    package func commit(_ credential: CredentialRecord, of account: AccountName) async throws {
        let group = TransactionGroup(pages: [], state: [try credential.record(account: account)])
        try await commit(group, tries: 5)
    }

    /// Commits a group, again where it is known not to have happened.
    package func commit(_ group: TransactionGroup, tries: Int) async throws {
        var failures = 0
        while true {
            do {
                return try await commit(group)
            } catch let error as PublishError {
                failures += 1
                guard case .retry = error.recovery, failures < tries else { throw error }
            }
        }
    }
}
