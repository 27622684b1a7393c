import Core
import JSON
import Synchronization

/// A destination in memory, for the runs of a fixture: what they published, and what the next one goes on from.
final class EventCollector: Destination {
    private struct Contents {
        var events: [Fixture.Event] = []
        var records: [(key: String, value: [UInt8])] = []
        var state: [[UInt8]: [UInt8]] = [:]
    }

    let lost: Set<StreamName> = []
    private let account: AccountName
    private let contents = Locked(Contents())
    private let memory = MemoryVersions()

    init(_ account: AccountName) { self.account = account }

    var versions: any VersionStore { memory }

    /// What was published since the last call.
    func take() -> (events: [Fixture.Event], records: [(key: String, value: [UInt8])]) {
        contents.withLock { contents in
            defer {
                contents.events = []
                contents.records = []
            }
            return (contents.events, contents.records)
        }
    }

    func bookmark(of stream: StreamName) throws(StateError) -> Bookmark? {
        let key = StateKey.bookmark(account, stream).bytes
        guard let value = contents.withLock({ $0.state[key] }) else { return nil }
        return try Bookmark(value, account: account, stream: stream)
    }

    func stateValue(_ key: StateKey) -> [UInt8]? { contents.withLock { $0.state[key.bytes] } }

    func add(_ topics: [EventTopic]) async throws {}

    func credential() throws(StateError) -> CredentialRecord? {
        try CredentialRecord(in: contents.withLock { $0.state }, account: account)
    }

    func keep(_ credential: CredentialRecord) async throws { try await commit(credential, of: account) }

    func commit(_ group: TransactionGroup) async throws {
        contents.withLock { contents in
            for page in group.pages {
                for event in page.events {
                    let key = String(decoding: page.text[event.key.range], as: UTF8.self)
                    // Of a delete key and id may stand apart, so that the version is not found by its place.
                    let id = String(decoding: page.text[event.id.range], as: UTF8.self)
                    contents.events.append(
                        Fixture.Event(
                            key: key,
                            version: String(id.dropFirst(key.count + 1)),
                            isDelete: event.kind == .delete
                        )
                    )
                    guard event.kind == .upsert else { continue }
                    contents.records.append((key, Array(page.values[event.value.range])))
                }
            }
            for record in group.state { contents.state[record.key] = record.value }
        }
        memory.apply(group.versions)
    }
}
