import Cache
import Core
import Glibc
import JSON
import Kafka

/// Measures what remembering costs: `WholeWay versions STEP COUNT FOLDER [KAFKA PREFIX]`.
///
/// `cache` needs no broker: records there and back, and the cache alone. `fill` commits COUNT versions by a session,
/// `start` starts one and looks. What lies in FOLDER decides whether a start is cold.
struct VersionsBench {
    private static let groupSize = 5000

    let count: Int
    let folder: String
    let account: AccountName
    let stream: StreamName

    static func run(_ words: [String]) async throws {
        guard words.count >= 5, let count = Int(words[3]) else {
            print("usage: WholeWay versions cache|fill|start COUNT FOLDER [KAFKA PREFIX]")
            exit(2)
        }
        let bench = VersionsBench(
            count: count,
            folder: words[4],
            account: try AccountName("bench/versions"),
            stream: try StreamName("charges")
        )
        switch words[2] {
        case "cache": try bench.cache()
        case "fill": try await bench.fill(kafka: words[5], prefix: words[6])
        default: try await bench.start(kafka: words[5], prefix: words[6])
        }
    }

    /// Keys as services make them: the order of time says nothing about the order of bytes.
    private func key(_ number: Int) -> [UInt8] {
        let mixed = UInt64(number) &* 0x9e37_79b9_7f4a_7c15
        let text = String(mixed, radix: 36)
        return Array("ch_3\(String(repeating: "0", count: 13 - text.count))\(text)".utf8)
    }

    private func changes(_ group: Int) -> [VersionChange] {
        (group * Self.groupSize..<min(count, (group + 1) * Self.groupSize)).map { number in
            VersionChange(
                stream,
                .version(
                    key: key(number),
                    RememberedVersion(
                        content: ContentHash(high: UInt64(number) &* 77, low: UInt64(number)),
                        count: 1,
                        seen: Instant(milliseconds: 1_767_322_800_123),
                        read: 1
                    )
                )
            )
        }
    }

    private var groups: Range<Int> { 0..<(count + Self.groupSize - 1) / Self.groupSize }

    /// CPU time in microseconds for each of so many things: the machine can have others to serve.
    private static func micros(of things: Int, _ body: () throws -> Void) rethrows -> Double {
        let before = Usage.now.cpuSeconds
        try body()
        return (Usage.now.cpuSeconds - before) * 1e6 / Double(things)
    }

    private static func show(_ name: String, _ value: Double, _ unit: String) {
        let rounded = (value * 100).rounded() / 100
        print(#"{"name": "\#(name)", "value": \#(rounded), "unit": "\#(unit)"}"#)
    }

    private func cache() throws {
        let sample = groups.map(changes)
        var encoded: [VersionRecords] = []
        Self.show(
            "record written",
            Self.micros(of: count) { encoded = sample.map { VersionRecords($0, account: account) } },
            "µs"
        )
        var reader = VersionRecordReader(account: account)
        let decoding = try Self.micros(of: count) {
            for records in encoded {
                for record in records.records {
                    _ = try reader.change(
                        key: Array(records.bytes[record.key.range]),
                        value: Array(records.bytes[record.value.range])
                    )
                }
            }
        }
        Self.show("record read", decoding, "µs")
        encoded = []
        let cache = try VersionCache(
            folder: folder,
            identity: CacheIdentity(log: "bench", id: "1", account: account),
            end: .max
        )
        let filling = try Self.micros(of: count) {
            for (number, changes) in sample.enumerated() {
                try cache.apply(changes, position: Int64(number))
            }
        }
        Self.show("cache, first change of a key", filling, "µs")
        let again = try Self.micros(of: count) {
            for (number, changes) in sample.enumerated() {
                try cache.apply(changes, position: Int64(number))
            }
        }
        Self.show("cache, next change of a key", again, "µs")
        try look(cache)
        cache.close()
    }

    private func look(_ store: any VersionStore) throws {
        var text: [UInt8] = []
        let slices = (0..<100).map { _ in
            let key = key(Int.random(in: 0..<count))
            defer { text += key }
            return ByteSlice(offset: text.count, count: key.count)
        }
        let looking = try Self.micros(of: 100_000) {
            for _ in 0..<1000 { _ = try store.versions(of: slices, in: text, stream: stream) }
        }
        Self.show("looking up a key", looking, "µs")
        var live = 0
        let counting = try Self.micros(of: 1_000_000) {
            live = try store.counts(notReadSince: 1, stream: stream).live
        }
        Self.show("counting \(live) keys", counting, "s")
    }

    // MARK: Sessions

    private func settings(_ kafka: String, _ prefix: String) throws -> SessionSettings {
        var settings = SessionSettings(
            kafka: KafkaSettings(bootstrap: kafka),
            prefix: try TopicPrefix(prefix),
            account: account,
            run: "bench",
            host: "bench",
            lockFolder: try LockFolder(path: "\(folder)/locks"),
            eventTopics: []
        )
        settings.cacheFolder = CacheFolder(path: "\(folder)/cache")
        return settings
    }

    private func fill(kafka: String, prefix: String) async throws {
        let session = try await AccountSession.start(settings(kafka, prefix))
        let begun = ContinuousClock.now
        let before = Usage.now
        for group in groups {
            try await session.commit(TransactionGroup(pages: [], state: [], versions: changes(group)))
        }
        let spent = (ContinuousClock.now - begun) / .seconds(1)
        Self.show("committing a group of \(Self.groupSize)", spent / Double(groups.count) * 1000, "ms")
        Self.show(
            "CPU for each version",
            (Usage.now.cpuSeconds - before.cpuSeconds) / Double(count) * 1e6,
            "µs"
        )
        Self.show("anonymous memory", Usage.anonymousMegabytes, "MB")
        await session.end()
    }

    private func start(kafka: String, prefix: String) async throws {
        let begun = ContinuousClock.now
        let session = try await AccountSession.start(settings(kafka, prefix))
        Self.show("starting", (ContinuousClock.now - begun) / .seconds(1), "s")
        Self.show("anonymous memory", Usage.anonymousMegabytes, "MB")
        try look(session.versions)
        await session.end()
    }
}
