import Core
import Foundation
import JSON

@testable import Cache

/// A folder of its own for a cache, gone with the test.
final class CacheFixture {
    let folder = FileManager.default.temporaryDirectory.path + "/sluice-cache-\(UUID().uuidString)"
    let stream: StreamName
    let identity: CacheIdentity
    let now = Instant(seconds: 1_800_000_000)

    init() throws {
        stream = try StreamName("customers")
        identity = try Self.identity()
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    static func identity(_ layoutID: String = "layout") throws -> CacheIdentity {
        CacheIdentity(
            topic: "shop.sluice.versions",
            layoutID: layoutID,
            partition: 3,
            account: try AccountName("stripe/acme")
        )
    }

    func open(
        identity: CacheIdentity? = nil,
        end: Int64 = 1_000_000,
        retention: Duration? = .seconds(86400),
        limit: Int = 64 << 30,
        at time: Instant? = nil,
        boot: String? = "boot"
    ) throws -> VersionCache {
        let time = time ?? now
        return try VersionCache(
            folder: folder,
            identity: identity ?? self.identity,
            end: end,
            retention: retention,
            limit: limit,
            wall: { time },
            boot: boot
        )
    }

    /// The folder as another process would find it if this one died now.
    func crashed(_ body: (CacheFixture) throws -> Void) throws {
        let other = try CacheFixture()
        try FileManager.default.copyItem(atPath: folder, toPath: other.folder)
        try body(other)
    }

    var file: String { "\(folder)/versions.mdb" }

    func change(_ key: String, count: Int = 1, read: Int = 1, parent: String? = nil) -> VersionChange {
        let version = RememberedVersion(
            content: ContentHash(high: 1, low: UInt64(count)),
            count: count,
            seen: Instant(milliseconds: 1_767_322_800_123),
            read: read,
            parent: parent.map { Array($0.utf8) }
        )
        return VersionChange(stream, .version(key: Array(key.utf8), version))
    }

    /// The count remembered of a key.
    func count(_ key: String, in cache: VersionCache) throws -> Int? {
        let text = Array(key.utf8)
        let slice = ByteSlice(offset: 0, count: text.count)
        return try cache.versions(of: [slice], in: text, stream: stream)[0]?.count
    }
}
