import JSON

/// Who writes an account: the lease that others watch, and the number of its last transaction.
///
/// It is part of every transaction, so its offset moves while the session lives.
package struct SessionRecord: Hashable, Sendable {
    /// The format that this version writes.
    package static let format = 1

    /// Whether the session said good-bye.
    package enum Status: String, Hashable, Sendable {
        case running, ended
    }

    package var status: Status
    /// Unique for each start of a session; a run's id is not, since a dead session's run goes on under it.
    package var session: String
    package var host: String
    /// The id inside the lock file that the session holds: who holds the same file knows that it is dead.
    package var lock: String
    package var run: String
    /// The number of the session's last transaction: what tells, after an answer was lost, whether it committed.
    package var transaction: Int
    /// Milliseconds since 1970, by the session's own clock: for people, never for the lease.
    package var started: Int64
    package var renewed: Int64

    /// A record.
    package init(
        status: Status,
        session: String,
        host: String,
        lock: String,
        run: String,
        transaction: Int,
        started: Int64,
        renewed: Int64
    ) {
        self.status = status
        self.session = session
        self.host = host
        self.lock = lock
        self.run = run
        self.transaction = transaction
        self.started = started
        self.renewed = renewed
    }

    /// The record in the state topic; an older format is read, a newer one refused.
    package init(_ bytes: [UInt8], account: AccountName) throws(StateError) {
        let noun = Self.noun(account)
        var document = try StateDocument(bytes, noun: noun, newestFormat: Self.format)
        let statusText = try document.text("status")
        guard let status = Status(rawValue: statusText) else {
            throw StateError(.unreadable, "\(noun) cannot be read: its status is \"\(statusText)\"")
        }
        self.status = status
        session = try document.text("session")
        host = try document.text("host")
        lock = try document.text("lock")
        run = try document.text("run")
        transaction = try document.int("transaction")
        started = Int64(try document.int("started"))
        renewed = Int64(try document.int("renewed"))
        try document.finish()
    }

    /// The record as it stands in the state topic.
    package func record(account: AccountName) throws(StateError) -> StateRecord {
        let value: JSONValue = .object([
            .init(name: "format", value: .number(Self.format)),
            .init(name: "status", value: .string(status.rawValue)),
            .init(name: "session", value: .string(session)),
            .init(name: "host", value: .string(host)),
            .init(name: "lock", value: .string(lock)),
            .init(name: "run", value: .string(run)),
            .init(name: "transaction", value: .number(transaction)),
            .init(name: "started", value: .number(started)),
            .init(name: "renewed", value: .number(renewed)),
        ])
        return StateRecord(
            key: StateKey.session(account).bytes,
            value: try StateDocument.encode(value, noun: Self.noun(account))
        )
    }

    private static func noun(_ account: AccountName) -> String { "the session record of \(account)" }
}
