import Core
import JSON
import ProcessSupport
import Testing

@testable import Cache

/// Random changes, reads and reopenings beside the plain twin in memory.
struct VersionCachePropertyTests {
    private struct Generator {
        var random: SeededGenerator
        let streams: [StreamName]

        /// Keys that sort and share their beginnings in every way, some over what a row's own key takes.
        mutating func key() -> [UInt8] {
            let long = [UInt8](repeating: UInt8(ascii: "l"), count: 398)
            let letters: [UInt8] = [0, 1, UInt8(ascii: "a"), UInt8(ascii: "l"), 0xff]
            let tail = (0..<Int.random(in: 0...3, using: &random)).map { _ in
                letters.randomElement(using: &random) ?? 0
            }
            return Int.random(in: 0..<3, using: &random) == 0 ? long + tail + tail : tail
        }

        mutating func version() -> RememberedVersion {
            RememberedVersion(
                version: Bool.random(using: &random)
                    ? Array("\(Int.random(in: 0...20, using: &random))".utf8) : nil,
                content: ContentHash(high: random.next(), low: random.next()),
                count: Int.random(in: 1...1000, using: &random),
                isDeleted: Int.random(in: 0..<4, using: &random) == 0,
                seen: Instant(milliseconds: Int.random(in: 0...2_000_000_000_000, using: &random)),
                read: Int.random(in: 1...4, using: &random),
                parent: Bool.random(using: &random) ? key() : nil
            )
        }

        mutating func change() -> VersionChange {
            let stream = streams.randomElement(using: &random) ?? streams[0]
            switch Int.random(in: 0..<8, using: &random) {
            case 0: return VersionChange(stream, .entry(id: key(), time: nil))
            case 1, 2:
                let time = Instant(milliseconds: Int.random(in: 0...2_000_000_000_000, using: &random))
                return VersionChange(stream, .entry(id: key(), time: time))
            case 3: return VersionChange(stream, .version(key: key(), nil))
            default: return VersionChange(stream, .version(key: key(), version()))
            }
        }
    }

    @Test(arguments: 0..<40 as Range<UInt64>)
    func `what is remembered on disk is what is remembered in memory`(seed: UInt64) throws {
        let fixture = try CacheFixture()
        let memory = MemoryVersions()
        var cache = try fixture.open()
        var generator = Generator(
            random: SeededGenerator(seed: seed),
            // One name begins with the other.
            streams: [try StreamName("a"), try StreamName("ab"), try StreamName("z")]
        )
        for round in 1...12 {
            let changes = (0..<Int.random(in: 0...60, using: &generator.random)).map { _ in generator.change()
            }
            memory.apply(changes)
            try cache.apply(changes, position: Int64(round))
            try compare(cache, memory, &generator)
            guard Int.random(in: 0..<3, using: &generator.random) == 0 else { continue }
            cache.close()
            cache = try fixture.open()
            #expect(cache.discarded == nil)
            #expect(cache.position == Int64(round))
            try compare(cache, memory, &generator)
        }
        cache.close()
    }

    private func compare(_ cache: VersionCache, _ memory: MemoryVersions, _ generator: inout Generator) throws
    {
        #expect(try cache.rememberedStreams() == memory.rememberedStreams())
        for stream in generator.streams {
            try compareKeys(cache, memory, stream, &generator)
            var text: [UInt8] = []
            let slices = (0..<20).map { _ in
                let key = generator.key()
                defer { text += key }
                return ByteSlice(offset: text.count, count: key.count)
            }
            let found = try cache.versions(of: slices, in: text, stream: stream)
            #expect(found == memory.versions(of: slices, in: text, stream: stream))
            for read in 1...5 {
                let counts = try cache.counts(notReadSince: read, stream: stream)
                #expect(counts == memory.counts(notReadSince: read, stream: stream))
                try comparePages(cache, memory, stream, read, &generator)
            }
            try comparePassed(cache, memory, stream, &generator)
            for _ in 0..<5 {
                let parent = generator.key()
                #expect(
                    try pairs(cache.children(of: parent, stream: stream))
                        == pairs(memory.children(of: parent, stream: stream))
                )
            }
            let entries = memory.entries(of: stream)
            #expect(try Set(cache.entries(of: stream)) == Set(entries))
            let asked = entries.map(\.id) + (0..<5).map { _ in generator.key() }
            #expect(
                try cache.areRemembered(asked, stream: stream)
                    == memory.areRemembered(asked, stream: stream)
            )
            for entry in entries.prefix(3) {
                let limit = Int.random(in: 0...5, using: &generator.random)
                let passed = try cache.entries(of: stream, before: entry.time, limit: limit)
                #expect(passed == memory.entries(of: stream, before: entry.time, limit: limit))
            }
        }
    }

    /// Every key, deleted or not, page by page.
    private func compareKeys(
        _ cache: VersionCache,
        _ memory: MemoryVersions,
        _ stream: StreamName,
        _ generator: inout Generator
    ) throws {
        let limit = Int.random(in: 1...20, using: &generator.random)
        var after: [UInt8]?
        repeat {
            let page = try cache.keys(of: stream, after: after, limit: limit)
            #expect(page == memory.keys(of: stream, after: after, limit: limit))
            after = page.last
        } while after != nil
        let key = generator.key()
        #expect(
            try cache.keys(of: stream, after: key, limit: limit)
                == memory.keys(of: stream, after: key, limit: limit)
        )
    }

    private func comparePages(
        _ cache: VersionCache,
        _ memory: MemoryVersions,
        _ stream: StreamName,
        _ read: Int,
        _ generator: inout Generator
    ) throws {
        let limit = Int.random(in: 1...20, using: &generator.random)
        var after: [UInt8]?
        var pages = 0
        repeat {
            let page = try cache.keys(notReadSince: read, after: after, limit: limit, stream: stream)
            let expected = memory.keys(notReadSince: read, after: after, limit: limit, stream: stream)
            #expect(pairs(page) == pairs(expected))
            after = page.last?.key
            pages += 1
        } while after != nil && pages < 100
        let key = generator.key()
        #expect(
            try pairs(cache.keys(notReadSince: read, after: key, limit: limit, stream: stream))
                == pairs(memory.keys(notReadSince: read, after: key, limit: limit, stream: stream))
        )
    }

    private func comparePassed(
        _ cache: VersionCache,
        _ memory: MemoryVersions,
        _ stream: StreamName,
        _ generator: inout Generator
    ) throws {
        let time = Instant(seconds: Int64(Int.random(in: 0...21, using: &generator.random)))
        let limit = Int.random(in: 1...20, using: &generator.random)
        var after: [UInt8]?
        var passed: [[UInt8]] = []
        repeat {
            let found = try cache.keys(
                versionBefore: time,
                format: .epochSeconds,
                after: after,
                limit: limit,
                stream: stream
            )
            let expected = memory.keys(
                versionBefore: time,
                format: .epochSeconds,
                after: after,
                limit: limit,
                stream: stream
            )
            #expect(found.keys == expected.keys && found.end == expected.end)
            passed += found.keys
            after = found.end
        } while after != nil
        // All of them, and by no more than what each says of itself.
        let all = memory.keys(
            versionBefore: time,
            format: .epochSeconds,
            after: nil,
            limit: .max,
            stream: stream
        )
        #expect(passed == all.keys)
    }

    private struct Pair: Equatable {
        var key: [UInt8]
        var version: RememberedVersion
    }

    private func pairs(_ found: [(key: [UInt8], version: RememberedVersion)]) -> [Pair] {
        found.map { Pair(key: $0.key, version: $0.version) }
    }
}
