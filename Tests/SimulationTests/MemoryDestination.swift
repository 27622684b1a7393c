import Core
import JSON
import ProcessSupport
import Runs
import Synchronization

/// A destination in memory that fails as told: what a reader of committed events sees, in order.
final class MemoryDestination: Destination {
    struct Event: Sendable {
        var stream: String
        var key: String
        /// Nil for a delete.
        var value: String?
        var id: String
    }

    private struct Contents {
        var events: [Event] = []
        var state: [[UInt8]: [UInt8]] = [:]
    }

    let lost: Set<StreamName> = []
    private let account: AccountName
    private let contents = Locked(Contents())
    private let memory = MemoryVersions()
    /// Asked before each commit; what it throws is the commit's failure.
    private let fault: @Sendable () throws(PublishError) -> Void

    init(_ account: AccountName, fault: @escaping @Sendable () throws(PublishError) -> Void = {}) {
        self.account = account
        self.fault = fault
    }

    var events: [Event] { contents.withLock { $0.events } }
    var versions: any VersionStore { memory }

    func bookmark(of stream: StreamName) throws(StateError) -> Bookmark? {
        let key = StateKey.bookmark(account, stream).bytes
        guard let value = contents.withLock({ $0.state[key] }) else { return nil }
        return try Bookmark(value, account: account, stream: stream)
    }

    func add(_ topics: [EventTopic]) async throws {}

    func credential() throws(StateError) -> CredentialRecord? {
        try CredentialRecord(in: contents.withLock { $0.state }, account: account)
    }

    func keep(_ credential: CredentialRecord) async throws { try await commit(credential, of: account) }

    func commit(_ group: TransactionGroup) async throws {
        try fault()
        contents.withLock { contents in
            for page in group.pages {
                for event in page.events {
                    contents.events.append(
                        Event(
                            stream: page.stream,
                            key: String(decoding: page.text[event.key.range], as: UTF8.self),
                            value: event.kind == .delete
                                ? nil : String(decoding: page.values[event.value.range], as: UTF8.self),
                            id: String(decoding: page.text[event.id.range], as: UTF8.self)
                        )
                    )
                }
            }
            for record in group.state { contents.state[record.key] = record.value }
        }
        memory.apply(group.versions)
    }
}
