import Cache
import Core
import Foundation
import JSON
import Runs
import Synchronization

/// A destination that keeps what is remembered on the disk, as those of `sluice sync` do, and counts what it gets.
final class DiskDestination: Destination {
    /// What was counted since it was asked last.
    struct Counts: Sendable {
        var upserts = 0
        var deletes = 0
        /// Events under an id that came before.
        var doubled = 0
        /// The ids of the first events, for whoever did not expect any.
        var first: [String] = []
        /// The most anonymous memory of the process at a commit, in MB.
        var peak = 0.0
    }

    private struct Contents {
        var state: [[UInt8]: [UInt8]] = [:]
        var ids: Set<Int> = []
        var counts = Counts()
        var largest = 0
        var commits: Int64 = 0
    }

    let lost: Set<StreamName> = []
    private let account: AccountName
    private let cache: VersionCache
    private let contents = Locked(Contents())

    init(_ account: AccountName) throws {
        self.account = account
        cache = try VersionCache.unnamed(
            below: FileManager.default.temporaryDirectory.path,
            account: account
        )
    }

    deinit { cache.close() }

    var versions: any VersionStore { cache }

    /// The bytes of the largest state record so far.
    var largestState: Int { contents.withLock { $0.largest } }

    func takeCounts() -> Counts {
        contents.withLock { contents in
            defer { contents.counts = Counts() }
            return contents.counts
        }
    }

    func bookmark(of stream: StreamName) throws(StateError) -> Bookmark? {
        let key = StateKey.bookmark(account, stream).bytes
        guard let value = contents.withLock({ $0.state[key] }) else { return nil }
        return try Bookmark(value, account: account, stream: stream)
    }

    func stateValue(_ key: StateKey) -> [UInt8]? { contents.withLock { $0.state[key.bytes] } }

    func add(_ topics: [EventTopic]) async throws {}

    func credential() throws(StateError) -> CredentialRecord? { nil }

    func keep(_ credential: CredentialRecord) async throws { try await commit(credential, of: account) }

    func commit(_ group: TransactionGroup) async throws {
        let memory = Self.anonymousMegabytes
        let position = contents.withLock { contents in
            for page in group.pages {
                for event in page.events {
                    if event.kind == .delete {
                        contents.counts.deletes += 1
                    } else {
                        contents.counts.upserts += 1
                    }
                    if contents.counts.first.count < 3 {
                        contents.counts.first.append(
                            String(decoding: page.text[event.id.range], as: UTF8.self)
                        )
                    }
                    var hasher = Hasher()
                    hasher.combine(page.stream)
                    for byte in page.text[event.id.range] { hasher.combine(byte) }
                    if !contents.ids.insert(hasher.finalize()).inserted { contents.counts.doubled += 1 }
                }
            }
            for record in group.state {
                contents.state[record.key] = record.value
                contents.largest = max(contents.largest, record.key.count + (record.value?.count ?? 0))
            }
            contents.counts.peak = max(contents.counts.peak, memory)
            contents.commits += 1
            return contents.commits
        }
        try cache.apply(group.versions, position: position)
    }

    /// What the process holds that lies in no file, in MB.
    private static var anonymousMegabytes: Double {
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("RssAnon:") }
        return (line?.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first).flatMap {
            Double($0)
        }.map { $0 / 1024 } ?? 0
    }
}
