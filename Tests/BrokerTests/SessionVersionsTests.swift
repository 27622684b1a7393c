import Cache
import Core
import Foundation
import JSON
import Synchronization
import Testing

@testable import Kafka

/// What an account remembers: committed with its events, cached, and read on by the next session.
@Suite(.enabled(if: TestBroker.isAvailable, "no Kafka broker"), .timeLimit(.minutes(3)))
struct SessionVersionsTests {
    private func version(_ count: Int, parent: String? = nil) -> RememberedVersion {
        RememberedVersion(
            content: ContentHash(high: 7, low: UInt64(count)),
            count: count,
            seen: Instant(milliseconds: 1_767_322_800_123),
            read: 1,
            parent: parent.map { Array($0.utf8) }
        )
    }

    /// A group of events whose versions are remembered, each with a count.
    private func group(_ fixture: SessionFixture, _ numbers: ClosedRange<Int>, count: Int = 1) throws
        -> TransactionGroup
    {
        var group = try fixture.group(numbers)
        group.versions = numbers.map { number in
            VersionChange(fixture.stream, .version(key: Array("c\(number)".utf8), version(count)))
        }
        return group
    }

    /// The counts that a store remembers of c1, c2, …; 0 where nothing is.
    private func counts(_ session: AccountSession, _ fixture: SessionFixture, _ numbers: ClosedRange<Int>)
        throws -> [Int]
    {
        var text: [UInt8] = []
        let slices = numbers.map { number in
            let key = Array("c\(number)".utf8)
            defer { text += key }
            return ByteSlice(offset: text.count, count: key.count)
        }
        return try session.versions.versions(of: slices, in: text, stream: fixture.stream).map {
            $0?.count ?? 0
        }
    }

    /// The caches of a host, one for each account.
    private func folders(_ fixture: SessionFixture) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: fixture.cacheFolder())
    }

    private func refusal(_ settings: SessionSettings) async throws -> (any SluiceError)? {
        do {
            await (try await AccountSession.start(settings)).end()
            return nil
        } catch let error as any SluiceError {
            return error
        }
    }

    @Test func `I1 versions commit with their events and are there for the next session`() async throws {
        let fixture = try SessionFixture()
        let first = try await AccountSession.start(fixture.settings())
        #expect(try counts(first, fixture, 1...3) == [0, 0, 0])
        try await first.commit(group(fixture, 1...3))
        #expect(try counts(first, fixture, 1...4) == [1, 1, 1, 0])
        var forgetting = try group(fixture, 4...4, count: 9)
        forgetting.versions.append(VersionChange(fixture.stream, .version(key: Array("c1".utf8), nil)))
        let time = Instant(milliseconds: 5)
        forgetting.versions.append(VersionChange(fixture.stream, .entry(id: Array("e1".utf8), time: time)))
        try await first.commit(forgetting)
        await first.end()

        // On the same host from its cache, on another from the topic alone.
        for host in ["a", "b"] {
            let next = try await AccountSession.start(fixture.settings(host: host))
            #expect(try counts(next, fixture, 1...4) == [0, 1, 1, 9])
            #expect(
                try next.versions.entries(of: fixture.stream) == [
                    RememberedEntry(id: Array("e1".utf8), time: time)
                ]
            )
            await next.end()
        }
        let records = try await TestBroker.records(of: fixture.prefix.versionsTopic)
        #expect(records.count == SessionFixture.partitions)
        #expect(records[Int(fixture.partition)].count == 6)
        #expect(records[Int(fixture.partition)].last?.headers.isEmpty == true)
    }

    @Test func `a group that is aborted is not remembered`() async throws {
        let fixture = try SessionFixture()
        let session = try await AccountSession.start(fixture.settings())
        try await session.commit(group(fixture, 1...1))
        try await TestBroker.withProducer(fixture.prefix.transactionalID(of: fixture.account)) { _ in }
        await #expect(throws: PublishError.self) {
            try await session.commit(group(fixture, 1...2, count: 2))
        }
        #expect(try counts(session, fixture, 1...2) == [1, 0])
        try await session.commit(group(fixture, 2...2, count: 3))
        #expect(try counts(session, fixture, 1...2) == [1, 3])
        await session.end()
    }

    @Test func `another account's versions of the partition are its own`() async throws {
        let fixture = try SessionFixture()
        let neighbour = try fixture.neighbour()
        let first = try await AccountSession.start(fixture.settings())
        try await first.commit(group(fixture, 1...1))
        await first.end()
        let other = try await AccountSession.start(fixture.settings(account: neighbour))
        #expect(try counts(other, fixture, 1...1) == [0])
        await other.end()
    }

    // MARK: Crashes

    @Test func `I1 a session that died between commit and cache is read on from the cache's position`()
        async throws
    {
        let fixture = try SessionFixture()
        let first = try await AccountSession.start(fixture.settings())
        try await first.commit(group(fixture, 1...3))
        // The cache as it was before the last commit.
        let folder = fixture.cacheFolder()
        let copy = folder + "-copy"
        try FileManager.default.copyItem(atPath: folder, toPath: copy)
        try await first.commit(group(fixture, 2...4, count: 2))
        await first.abandon()
        try FileManager.default.removeItem(atPath: folder)
        try FileManager.default.moveItem(atPath: copy, toPath: folder)

        let second = try await AccountSession.start(fixture.settings())
        #expect(try counts(second, fixture, 1...4) == [1, 2, 2, 2])
        await second.end()
    }

    @Test func `a disk that is full ends the session, and what was committed is there for the next`()
        async throws
    {
        let fixture = try SessionFixture()
        var settings = try fixture.settings()
        settings.cacheLimit = 200_000
        let first = try await AccountSession.start(settings)
        try await first.commit(group(fixture, 1...3))
        let error = await #expect(throws: StateError.self) {
            try await first.commit(group(fixture, 1...5000, count: 2))
        }
        #expect(error?.exitCode == .environment)
        #expect(error?.message.contains("nothing is lost") == true)
        await #expect(throws: StateError.self) { try await first.commit(group(fixture, 1...1, count: 3)) }
        await first.end()

        let second = try await AccountSession.start(fixture.settings())
        #expect(try counts(second, fixture, 1...3) == [2, 2, 2])
        #expect(try second.versions.counts(notReadSince: 2, stream: fixture.stream) == (5000, 5000))
        #expect(try second.bookmark(of: fixture.stream)?.list.records == 5000)
        await second.end()
    }

    @Test func `a cache of which nobody knows whence is filled anew`() async throws {
        let fixture = try SessionFixture()
        let first = try await AccountSession.start(fixture.settings())
        try await first.commit(group(fixture, 1...3))
        await first.end()
        let folders = try folders(fixture)
        #expect(folders.count == 1)
        try FileManager.default.removeItem(atPath: "\(fixture.cacheFolder())/\(folders[0])/mark.json")
        let lines = Locked<[String]>([])
        var settings = try fixture.settings()
        settings.kafka.onLog = { line in
            if line.facility == "CACHE" { lines.withLock { $0.append(line.text) } }
        }
        let second = try await AccountSession.start(settings)
        #expect(try counts(second, fixture, 1...3) == [1, 1, 1])
        await second.end()
        #expect(lines.withLock { $0.count } == 1)
    }

    @Test func `a session that ended leaves nothing to read again`() async throws {
        let fixture = try SessionFixture()
        let first = try await AccountSession.start(fixture.settings())
        try await first.commit(group(fixture, 1...3))
        await first.end()
        let name = try #require(folders(fixture).first)
        let cache = try VersionCache(
            folder: "\(fixture.cacheFolder())/\(name)",
            identity: CacheIdentity(
                topic: fixture.prefix.versionsTopic,
                layoutID: String(name.split(separator: ".").last ?? ""),
                partition: fixture.partition,
                account: fixture.account
            ),
            end: 1000
        )
        #expect(cache.discarded == nil)
        // Three records. The end of their transaction, a fourth, is written by the broker behind the commit's answer (KIP-98),
        // and may be too late for the session's last look at the log.
        #expect(cache.position >= 3)
        cache.close()
    }

    // MARK: Refusals (I2)

    @Test func `a versions topic of another partition count is refused`() async throws {
        let fixture = try SessionFixture()
        let admin = try KafkaAdmin(settings: TestBroker.settings)
        try await admin.create(
            topic: fixture.prefix.versionsTopic,
            partitions: 3,
            replication: 1,
            configuration: [("cleanup.policy", "compact")]
        )
        await admin.close()
        let error = try #require(try await refusal(fixture.settings()))
        #expect(error.codeText == "state.other_layout")
        #expect(error.message.contains("has 3 partitions"))
    }

    @Test func `a versions topic that is not compacted is refused`() async throws {
        let fixture = try SessionFixture()
        let admin = try KafkaAdmin(settings: TestBroker.settings)
        try await admin.create(
            topic: fixture.prefix.versionsTopic,
            partitions: SessionFixture.partitions,
            replication: 1,
            configuration: [("cleanup.policy", "delete")]
        )
        await admin.close()
        #expect(try await refusal(fixture.settings())?.codeText == "state.other_layout")
    }

    @Test func `a versions topic that became shorter is refused until a resync or until it is accepted`()
        async throws
    {
        let fixture = try SessionFixture()
        let first = try await AccountSession.start(fixture.settings())
        try await first.commit(group(fixture, 1...3))
        await first.end()
        func shrink() async throws {
            let kept = KeptTopic.versions(
                fixture.prefix,
                end: 1000,
                partition: fixture.partition,
                of: SessionFixture.partitions
            )
            try await fixture.write([kept.record(account: fixture.account)])
        }
        try await shrink()
        let error = try #require(try await refusal(fixture.settings()))
        #expect(error.codeText == "state.topic_shrank")
        #expect(error.message.contains("partition \(fixture.partition)"))
        var resyncing = try fixture.settings()
        resyncing.resyncs = [fixture.stream]
        #expect(try await refusal(resyncing) == nil)
        try await shrink()
        var accepting = try fixture.settings()
        accepting.acceptsLoss = true
        #expect(try await refusal(accepting) == nil)
        #expect(try await refusal(fixture.settings()) == nil)
    }

    @Test func `what a newer version remembers is refused`() async throws {
        let fixture = try SessionFixture()
        await (try await AccountSession.start(fixture.settings())).end()
        let key = Array(#"["version","stripe/acme","charges","c1"]"#.utf8)
        try await TestBroker.withProducer(TestBroker.name("writer")) { producer in
            _ = try await producer.commit(
                TransactionGroup(
                    pages: [],
                    state: [StateRecord(key: key, value: Array(#"{"format":99}"#.utf8))]
                ),
                stateTopic: fixture.prefix.versionsTopic,
                statePartition: fixture.partition,
                transaction: (run: "x", number: 1)
            )
        }
        let error = try #require(try await refusal(fixture.settings()))
        #expect(error.codeText == "state.newer_format")
        #expect(try await fixture.sessionRecord()?.status == .ended)
    }
}
