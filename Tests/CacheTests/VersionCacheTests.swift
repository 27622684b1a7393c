import Core
import Foundation
import JSON
import Testing

@testable import Cache

struct VersionCacheTests {
    // MARK: What is trusted

    @Test func `a closed cache is found again, after the machine's next start too`() throws {
        let fixture = try CacheFixture()
        let first = try fixture.open()
        #expect(first.position == 0)
        #expect(first.discarded == nil)
        try first.apply([fixture.change("a")], position: 7)
        first.close()
        first.close()
        let second = try fixture.open(boot: "another boot")
        #expect(second.discarded == nil)
        #expect(second.position == 7)
        #expect(try fixture.count("a", in: second) == 1)
        second.close()
    }

    @Test func `a process that died loses nothing that was applied`() throws {
        let fixture = try CacheFixture()
        let cache = try fixture.open()
        try cache.apply([fixture.change("a")], position: 7)
        try fixture.crashed { after in
            let cache = try after.open()
            #expect(cache.discarded == nil)
            #expect(cache.position == 7)
            #expect(try after.count("a", in: cache) == 1)
            cache.close()
        }
        cache.close()
    }

    @Test(arguments: ["another boot", ""])
    func `what was open when the machine went down is thrown away`(boot: String) throws {
        let fixture = try CacheFixture()
        let cache = try fixture.open()
        try cache.apply([fixture.change("a")], position: 7)
        try fixture.crashed { after in
            try expectDiscarded(after, try after.open(boot: boot), "machine went down")
        }
        cache.close()
    }

    private func expectDiscarded(_ fixture: CacheFixture, _ cache: VersionCache, _ reason: String) throws {
        #expect(cache.discarded?.contains(reason) == true, "\(cache.discarded ?? "kept")")
        #expect(cache.position == 0)
        #expect(try fixture.count("a", in: cache) == nil)
        // And is of use at once.
        try cache.apply([fixture.change("a", count: 5)], position: 3)
        cache.close()
        let again = try fixture.open(identity: try CacheFixture.identity("again"))
        #expect(again.discarded != nil)
        again.close()
    }

    /// A cache with some pages that was closed.
    private func filled(_ fixture: CacheFixture, isClosed: Bool = true) throws -> VersionCache {
        let cache = try fixture.open()
        let changes = (0..<5000).map { fixture.change("key-\($0)") } + [fixture.change("a")]
        try cache.apply(changes, position: 7)
        if isClosed { cache.close() }
        return cache
    }

    @Test func `another log's is thrown away`() throws {
        let fixture = try CacheFixture()
        _ = try filled(fixture)
        let cache = try fixture.open(identity: CacheFixture.identity("other"))
        try expectDiscarded(fixture, cache, "another log")
    }

    @Test func `one that has come further than the log is thrown away`() throws {
        let fixture = try CacheFixture()
        _ = try filled(fixture)
        let kept = try fixture.open(end: 7)
        #expect(kept.discarded == nil)
        kept.close()
        try expectDiscarded(fixture, try fixture.open(end: 6), "log ends at 6")
    }

    @Test(arguments: [(75_000, true), (76_000, false), (-59, true), (-61, false)])
    func `one whose log may have forgotten since is thrown away`(age: Int64, isKept: Bool) throws {
        let fixture = try CacheFixture()
        _ = try filled(fixture)
        let later = fixture.now.advanced(by: .seconds(age))
        let cache = try fixture.open(at: later)
        #expect((cache.discarded == nil) == isKept)
        cache.close()
        let endless = try CacheFixture()
        _ = try filled(endless)
        let old = try endless.open(retention: nil, at: later)
        #expect(old.discarded == nil)
        old.close()
    }

    @Test func `a log that is read for long makes nothing younger until its end is reached`() throws {
        let fixture = try CacheFixture()
        let first = try fixture.open()
        first.close()
        let later = fixture.now.advanced(by: .seconds(70_000))
        let second = try fixture.open(at: later)
        try second.apply([fixture.change("a")], position: 5, isBehind: true)
        second.close()
        let third = try fixture.open(at: fixture.now.advanced(by: .seconds(80_000)))
        #expect(third.discarded?.contains("too long ago") == true)
        try third.apply([fixture.change("a")], position: 5, isBehind: true)
        try third.caughtUp(to: 9, at: fixture.now.advanced(by: .seconds(90_000)))
        third.close()
        let fourth = try fixture.open(at: fixture.now.advanced(by: .seconds(160_000)))
        #expect(fourth.discarded == nil)
        #expect(fourth.position == 9)
        fourth.close()
    }

    @Test(arguments: [0, 1, 4095, 4096, 5000, 8192, 20_000, 100_000])
    func `a file that was cut is thrown away`(bytes: Int) throws {
        for isClosed in [true, false] {
            let fixture = try CacheFixture()
            let cache = try filled(fixture, isClosed: isClosed)
            try fixture.crashed { after in
                let handle = try #require(FileHandle(forWritingAtPath: after.file))
                try handle.truncate(atOffset: UInt64(bytes))
                try handle.close()
                let cache = try after.open()
                #expect(cache.position == 0)
                #expect(try after.count("a", in: cache) == nil)
                try cache.apply([after.change("a")], position: 1)
                #expect(try after.count("a", in: cache) == 1)
                cache.close()
            }
            cache.close()
        }
    }

    @Test(arguments: ["mark.json", "versions.mdb"])
    func `a file that is something else is thrown away`(name: String) throws {
        let fixture = try CacheFixture()
        _ = try filled(fixture)
        try Data("something else that is long enough to be read as a head of a file".utf8)
            .write(to: URL(filePath: "\(fixture.folder)/\(name)"))
        let cache = try fixture.open()
        #expect(cache.discarded != nil)
        #expect(cache.position == 0)
        cache.close()
    }

    @Test func `a cleared cache is empty and goes on`() throws {
        let fixture = try CacheFixture()
        _ = try filled(fixture)
        let cache = try fixture.open()
        try cache.clear()
        #expect(cache.position == 0)
        #expect(try cache.counts(notReadSince: 9, stream: fixture.stream) == (0, 0))
        try cache.apply([fixture.change("b")], position: 2)
        cache.close()
        let again = try fixture.open()
        #expect(try fixture.count("b", in: again) == 1)
        #expect(again.position == 2)
        again.close()
    }

    // MARK: One user, full disks

    @Test func `a folder has one user`() throws {
        let fixture = try CacheFixture()
        let cache = try fixture.open()
        let error = try #require(throws: StateError.self) { _ = try fixture.open() }
        #expect(error.message.contains("another process uses it"))
        #expect(error.exitCode == .environment)
        cache.close()
        try fixture.open().close()
    }

    @Test func `a closed cache says so`() throws {
        let fixture = try CacheFixture()
        let cache = try fixture.open()
        cache.close()
        let error = try #require(throws: StateError.self) { try cache.apply([], position: 1) }
        #expect(error.message.contains("closed"))
    }

    @Test(arguments: ["/dev/null/cache", "/proc/cache"])
    func `a folder that cannot be is refused with the remedy`(folder: String) throws {
        let error = try #require(throws: StateError.self) {
            _ = try VersionCache(folder: folder, identity: CacheFixture.identity(), end: 0)
        }
        #expect(error.code == .diskFailed)
        #expect(error.message.contains("--cache-folder"))
    }

    @Test func `I7 a cache at its limit refuses, and keeps what it had`() throws {
        let fixture = try CacheFixture()
        let cache = try fixture.open(limit: 1 << 20)
        try cache.apply([fixture.change("a")], position: 7)
        let error = try #require(throws: StateError.self) {
            try cache.apply((0..<20_000).map { fixture.change("key-\($0)") }, position: 8)
        }
        #expect(error.code == .diskFailed)
        #expect(error.exitCode == .environment)
        #expect(error.message.contains("nothing is lost"))
        #expect(cache.position == 7)
        #expect(try fixture.count("a", in: cache) == 1)
        #expect(try fixture.count("key-0", in: cache) == nil)
        try cache.apply([fixture.change("b")], position: 9)
        cache.close()
        let roomy = try fixture.open()
        #expect(roomy.discarded == nil)
        try roomy.apply((0..<20_000).map { fixture.change("key-\($0)") }, position: 10)
        #expect(try roomy.counts(notReadSince: 2, stream: fixture.stream) == (20_002, 20_002))
        roomy.close()
    }

    @Test func `a disk that fills up refuses, and the next start goes on`() async throws {
        // The limit is the process's: a process of its own, which shows its error by how it ends.
        let fixture = try CacheFixture()
        let folder = fixture.folder
        try fixture.open().close()
        await #expect(processExitsWith: .exitCode(3)) { [folder = folder as String] in
            signal(SIGXFSZ, SIG_IGN)
            var limit = rlimit(rlim_cur: 300_000, rlim_max: 300_000)
            unsafe setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
            let stream = try StreamName("customers")
            let now = Instant(seconds: 1_800_000_000)
            let cache = try VersionCache(
                folder: folder,
                identity: CacheFixture.identity(),
                end: 100,
                wall: { now },
                boot: "boot"
            )
            do throws(StateError) {
                for position in 1...100 {
                    let changes = (0..<500).map { number in
                        VersionChange(
                            stream,
                            .version(
                                key: Array("key-\(position)-\(number)".utf8),
                                RememberedVersion(
                                    content: ContentHash(high: 1, low: 1),
                                    count: 1,
                                    seen: now,
                                    read: 1
                                )
                            )
                        )
                    }
                    try cache.apply(changes, position: Int64(position))
                }
            } catch {
                let counts = try cache.counts(notReadSince: 2, stream: stream)
                guard error.message.contains("nothing is lost"), cache.position > 0,
                    counts.live == Int(cache.position) * 500
                else { exit(99) }
                exit(error.exitCode.rawValue)
            }
        }
        let after = try fixture.open()
        #expect(after.discarded == nil)
        #expect(after.position > 0)
        #expect(
            try after.counts(notReadSince: 2, stream: fixture.stream).live == Int(after.position) * 500
        )
        after.close()
    }

    // MARK: Parents

    @Test func `a child that moved is its new parent's only`() throws {
        let fixture = try CacheFixture()
        let cache = try fixture.open()
        try cache.apply([fixture.change("plain"), fixture.change("x", parent: "one")], position: 1)
        try cache.apply(
            [fixture.change("x", parent: "two"), fixture.change("y", parent: "two")],
            position: 2
        )
        #expect(try cache.children(of: Array("one".utf8), stream: fixture.stream).isEmpty)
        let children = try cache.children(of: Array("two".utf8), stream: fixture.stream)
        #expect(children.map { String(decoding: $0.key, as: UTF8.self) } == ["x", "y"])
        let forgotten = VersionChange(fixture.stream, .version(key: Array("x".utf8), nil))
        try cache.apply([forgotten, fixture.change("y")], position: 3)
        #expect(try cache.children(of: Array("two".utf8), stream: fixture.stream).isEmpty)
        cache.close()
    }

    // MARK: Without a name

    @Test func `one without a name grows as others do, and leaves nothing behind`() throws {
        let fixture = try CacheFixture()
        let folder = FileManager.default.temporaryDirectory.path + "/sluice-unnamed-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let cache = try VersionCache.unnamed(below: folder, account: AccountName("stripe/acme"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
        for group in 0..<20 {
            // Much more than it has room for at first.
            let changes = (0..<1000).map { fixture.change("key-\(group)-\($0)") }
            try cache.apply(changes, position: Int64(group))
        }
        #expect(try cache.counts(notReadSince: 2, stream: fixture.stream) == (20_000, 20_000))
        cache.close()
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
    }
}
