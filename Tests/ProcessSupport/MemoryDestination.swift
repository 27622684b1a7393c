package import Core
import JSON
import Synchronization

/// A destination in memory that fails as told: what a reader of committed events sees, in order.
package final class MemoryDestination: Destination {
    /// A committed event.
    package struct Event: Sendable {
        package var stream: String
        package var topic: String
        package var key: String
        /// Nil for a delete.
        package var value: String?
        package var id: String
    }

    private struct Contents {
        var events: [Event] = []
        var state: [[UInt8]: [UInt8]] = [:]
        var notices: [Notice] = []
        var letters: [DeadLetter] = []
        var transactions = 0
        var attempts = 0
    }

    package let lost: Set<StreamName> = []
    private let account: AccountName
    private let contents = Locked(Contents())
    private let memory = MemoryVersions()
    private let fault: @Sendable (Int, TransactionGroup) throws -> Void
    private let gate: @Sendable () async -> Void

    /// Holds nothing yet.
    ///
    /// - Parameters:
    ///   - account: whose bookmarks it keeps.
    ///   - fault: asked with the attempt's number, from 1, before a group commits; what it throws is the commit's
    ///     failure.
    ///   - gate: waited for before that.
    package init(
        _ account: AccountName,
        fault: @escaping @Sendable (Int, TransactionGroup) throws -> Void = { _, _ in },
        gate: @escaping @Sendable () async -> Void = {}
    ) {
        self.account = account
        self.fault = fault
        self.gate = gate
    }

    /// What is committed, oldest first.
    package var events: [Event] { contents.withLock { $0.events } }
    /// How many groups were committed.
    package var transactions: Int { contents.withLock { $0.transactions } }
    /// The records of the state, by key.
    package var state: [[UInt8]: [UInt8]] { contents.withLock { $0.state } }
    /// What went to the topics of notices, oldest first.
    package var notices: [Notice] { contents.withLock { $0.notices } }
    /// What went to the topic of schemas, oldest first.
    package var schemas: [StateRecord] { notices.filter { $0.topic == .schemas }.map(\.record) }
    /// The records that could not be published, oldest first.
    package var letters: [DeadLetter] { contents.withLock { $0.letters } }
    package var versions: any VersionStore { memory }

    package func bookmark(of stream: StreamName) throws(StateError) -> Bookmark? {
        guard let value = state[StateKey.bookmark(account, stream).bytes] else { return nil }
        return try Bookmark(value, account: account, stream: stream)
    }

    package func stateValue(_ key: StateKey) -> [UInt8]? { state[key.bytes] }

    package func add(_ topics: [EventTopic]) async throws {}

    package func credential() throws(StateError) -> CredentialRecord? {
        try CredentialRecord(in: state, account: account)
    }

    package func keep(_ credential: CredentialRecord) async throws {
        try await commit(credential, of: account)
    }

    package func commit(_ group: TransactionGroup) async throws {
        await gate()
        let attempt = contents.withLock { contents in
            contents.attempts += 1
            return contents.attempts
        }
        try fault(attempt, group)
        contents.withLock { contents in
            contents.transactions += 1
            for page in group.pages {
                for event in page.events {
                    contents.events.append(
                        Event(
                            stream: page.stream,
                            topic: page.topic,
                            key: String(decoding: page.text[event.key.range], as: UTF8.self),
                            value: event.kind == .delete
                                ? nil : String(decoding: page.values[event.value.range], as: UTF8.self),
                            id: String(decoding: page.text[event.id.range], as: UTF8.self)
                        )
                    )
                }
            }
            contents.notices += group.notices
            contents.letters += group.letters
            for record in group.state { contents.state[record.key] = record.value }
        }
        memory.apply(group.versions)
    }
}
