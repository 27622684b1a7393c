import JSON

/// A credential that an API gives anew at each use, sealed: the configured one is spent by then.
package struct CredentialRecord: Hashable, Sendable {
    /// The format that this version writes.
    package static let format = 1

    /// Where a renewal stands.
    package enum Status: String, CaseIterable, Sendable {
        /// What is sealed is what the API gave last.
        case kept
        /// What is sealed was to be exchanged: whether it was, the API knows.
        case renewing
    }

    package var status: Status
    /// A hash of the configured credential that this one descends from: another one configured since wins.
    package var seed: String
    /// Which key it is sealed with: a short hash of it.
    package var key: String
    /// The credential, encrypted.
    package var sealed: [UInt8]
    /// When it was written, in milliseconds since 1970.
    package var updated: Int

    /// A record.
    package init(status: Status, seed: String, key: String, sealed: [UInt8], updated: Int) {
        self.status = status
        self.seed = seed
        self.key = key
        self.sealed = sealed
        self.updated = updated
    }

    /// The record of an account; an older format is read, a newer one refused.
    package init(_ bytes: [UInt8], account: AccountName) throws(StateError) {
        let noun = Self.noun(account)
        var document = try StateDocument(bytes, noun: noun, newestFormat: Self.format)
        let statusText = try document.text("status")
        guard let status = Status(rawValue: statusText) else {
            throw StateError(.unreadable, "\(noun) cannot be read: its status is \"\(statusText)\"")
        }
        self.status = status
        seed = try document.text("seed")
        key = try document.text("key")
        guard let sealed = Base64.decode(try document.text("sealed")) else {
            throw StateError(.unreadable, "\(noun) cannot be read: \"sealed\" is no base64")
        }
        self.sealed = sealed
        updated = try document.int("updated")
        try document.finish()
    }

    /// The record of an account among its state's, by their keys' bytes.
    package init?(in state: [[UInt8]: [UInt8]], account: AccountName) throws(StateError) {
        guard let bytes = state[StateKey.credential(account).bytes] else { return nil }
        try self.init(bytes, account: account)
    }

    /// The record as it stands in the state topic.
    package func record(account: AccountName) throws(StateError) -> StateRecord {
        let value: JSONValue = .object([
            .init(name: "format", value: .number(Self.format)),
            .init(name: "status", value: .string(status.rawValue)),
            .init(name: "seed", value: .string(seed)),
            .init(name: "key", value: .string(key)),
            .init(name: "sealed", value: .string(Base64.encode(sealed))),
            .init(name: "updated", value: .number(updated)),
        ])
        return StateRecord(
            key: StateKey.credential(account).bytes,
            value: try StateDocument.encode(value, noun: Self.noun(account))
        )
    }

    private static func noun(_ account: AccountName) -> String { "the credential record of \(account)" }
}
