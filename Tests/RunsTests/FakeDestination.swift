import Core
import JSON
import ProcessSupport
import Synchronization

/// A broker in memory: what is committed is visible, in order; commits fail as told.
final class FakeDestination: Destination {
    struct Committed: Sendable {
        var stream: String
        var key: String
        /// Nil for a delete.
        var value: String?
        var id: String
        var transaction: Int
    }

    private struct Contents {
        var events: [Committed] = []
        var state: [[UInt8]: [UInt8]] = [:]
        var transactions = 0
        var attempts = 0
    }

    let lost: Set<StreamName> = []
    private let contents = Locked(Contents())
    /// Asked with the attempt's number before a group commits; what it throws is the commit's failure.
    private let fault: @Sendable (Int, TransactionGroup) throws -> Void
    private let gate: @Sendable () async -> Void
    private let memory = MemoryVersions()

    init(
        fault: @escaping @Sendable (Int, TransactionGroup) throws -> Void = { _, _ in },
        gate: @escaping @Sendable () async -> Void = {}
    ) {
        self.fault = fault
        self.gate = gate
    }

    var events: [Committed] { contents.withLock { $0.events } }
    var transactions: Int { contents.withLock { $0.transactions } }
    var state: [[UInt8]: [UInt8]] { contents.withLock { $0.state } }
    var versions: any VersionStore { memory }

    func bookmark(of stream: StreamName) throws(StateError) -> Bookmark? {
        let account = FakeService.account
        return try state[StateKey.bookmark(account, stream).bytes].map { value throws(StateError) in
            try Bookmark(value, account: account, stream: stream)
        }
    }

    func add(_ topics: [EventTopic]) async throws {}

    func credential() throws(StateError) -> CredentialRecord? {
        try CredentialRecord(in: state, account: FakeService.account)
    }

    func keep(_ credential: CredentialRecord) async throws {
        try await commit(credential, of: FakeService.account)
    }

    func commit(_ group: TransactionGroup) async throws {
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
                        Committed(
                            stream: page.stream,
                            key: String(decoding: page.text[event.key.range], as: UTF8.self),
                            value: event.kind == .delete
                                ? nil : String(decoding: page.values[event.value.range], as: UTF8.self),
                            id: String(decoding: page.text[event.id.range], as: UTF8.self),
                            transaction: contents.transactions
                        )
                    )
                }
            }
            for record in group.state { contents.state[record.key] = record.value }
        }
        memory.apply(group.versions)
    }
}
