package import JSON

/// How far a backfill has read a stream: what commits with the events of each of its pages (I1), beside the bookmark,
/// which stays where it is.
package struct BackfillProgress: Hashable, Sendable {
    /// The format that this version writes.
    package static let format = 1

    package var fingerprint: Fingerprint
    /// Everything of the backfill before this is read again and published; a whole number of milliseconds since 1970.
    package var at: Instant
    /// Where the server goes on, of a stream that is read by a token; nil before its first page.
    package var token: JSONValue?
    package var records: Int
    /// When it was written, in milliseconds since 1970.
    package var updated: Int64

    /// Progress; by default none.
    package init(
        fingerprint: Fingerprint,
        at: Instant,
        token: JSONValue? = nil,
        records: Int = 0,
        updated: Int64
    ) {
        self.fingerprint = fingerprint
        self.at = at
        self.token = token
        self.records = records
        self.updated = updated
    }

    /// The progress in a state record; an older format is read, a newer one refused.
    package init(_ bytes: [UInt8], account: AccountName, id: String, stream: StreamName) throws(StateError) {
        var document = try StateDocument(
            bytes,
            noun: Self.noun(account, id, stream),
            newestFormat: Self.format
        )
        let fingerprint = try Fingerprint(document.document("fingerprint"))
        let token = try document.value("token")
        self.init(
            fingerprint: fingerprint,
            at: Instant(milliseconds: try document.int("at")),
            token: token == .null ? nil : token,
            records: try document.int("records"),
            updated: Int64(try document.int("updated"))
        )
        try document.finish()
    }

    /// The progress of a backfill's stream among an account's state records; nil where none of it was read.
    package init?(in state: [[UInt8]: [UInt8]], account: AccountName, id: String, stream: StreamName)
        throws(StateError)
    {
        guard let bytes = state[StateKey.backfill(account, id, stream).bytes] else { return nil }
        try self.init(bytes, account: account, id: id, stream: stream)
    }

    /// The record that keeps it.
    package func record(account: AccountName, id: String, stream: StreamName) throws(StateError)
        -> StateRecord
    {
        let value: JSONValue = .object([
            .init(name: "format", value: .number(Self.format)),
            .init(name: "fingerprint", value: fingerprint.json),
            .init(name: "at", value: .number(max(0, at.milliseconds))),
            .init(name: "token", value: token ?? .null),
            .init(name: "records", value: .number(records)),
            .init(name: "updated", value: .number(updated)),
        ])
        return StateRecord(
            key: StateKey.backfill(account, id, stream).bytes,
            value: try StateDocument.encode(value, noun: Self.noun(account, id, stream))
        )
    }

    /// The records that take away what an account's state holds of backfills that are not to go on any more.
    package static func removal(
        of isOver: (String) -> Bool,
        in state: [[UInt8]: [UInt8]]
    ) throws(StateError) -> [StateRecord] {
        var records: [StateRecord] = []
        for bytes in state.keys {
            guard case .backfill(_, let id, _)? = try StateKey(bytes), isOver(id) else { continue }
            records.append(StateRecord(key: bytes, value: nil))
        }
        return records
    }

    private static func noun(_ account: AccountName, _ id: String, _ stream: StreamName) -> String {
        "the progress of the backfill \(id) of \(account) \(stream)"
    }
}
