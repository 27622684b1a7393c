import Core
import Foundation
import Kafka
import Testing

/// The embedded Kafka takes what a session of an account does, from start to end and again.
@Suite(.timeLimit(.minutes(10))) struct EmbeddedKafkaTests {
    private let prefix: TopicPrefix
    private let account: AccountName
    private let stream: StreamName
    private let folder = FileManager.default.temporaryDirectory.path + "/sluice-embedded-\(UUID().uuidString)"

    init() throws {
        prefix = try TopicPrefix("demo")
        account = try AccountName("stripe/acme")
        stream = try StreamName("charges")
    }

    private func settings(_ kafka: EmbeddedKafka) throws -> SessionSettings {
        var settings = SessionSettings(
            kafka: KafkaSettings(bootstrap: kafka.bootstrap),
            prefix: prefix,
            account: account,
            run: "run",
            host: "here",
            lockFolder: try LockFolder(path: "\(folder)/locks"),
            eventTopics: [EventTopic(stream: stream, topic: "events")]
        )
        settings.cacheFolder = CacheFolder(path: "\(folder)/cache")
        settings.topicOrigin = .asFound
        return settings
    }

    @Test func `a session finds what the one before it committed`() async throws {
        let kafka = try EmbeddedKafka()
        for topic in [prefix.stateTopic, prefix.versionsTopic] {
            try kafka.create(topic: topic, partitions: 1)
        }
        try kafka.create(topic: "events", partitions: 2)
        let bookmark = Bookmark(
            fingerprint: Fingerprint(key: ["id"], version: nil, progress: "list", topic: "events"),
            list: Bookmark.List(isDone: true, records: 2, pages: 1),
            updated: 1
        )
        let record = try bookmark.record(account: account, stream: stream)
        let before = try await AccountSession.withSession(try settings(kafka)) { session in
            var group = KafkaMock.group(events: 2)
            group.state = [record]
            let before = try session.bookmark(of: stream)
            try await session.commit(group)
            #expect(try session.bookmark(of: stream) == bookmark)
            return before
        }
        #expect(before == nil)
        let after = try await AccountSession.withSession(try settings(kafka)) { try $0.bookmark(of: stream) }
        #expect(after == bookmark)
        let reader = try TopicReader(settings: KafkaSettings(bootstrap: kafka.bootstrap))
        #expect(try await reader.endOffsets(topic: "events").reduce(0, +) == 2)
        await reader.close()
        await kafka.close()
        try FileManager.default.removeItem(atPath: folder)
    }

    @Test func `a start that is cancelled ends at once, whatever it was reading`() async throws {
        let kafka = try EmbeddedKafka()
        for topic in [prefix.stateTopic, prefix.versionsTopic, "events"] {
            try kafka.create(topic: topic, partitions: 1)
        }
        let settings = try settings(kafka)
        try await AccountSession.withSession(settings) { _ in }
        let start = Task { try await AccountSession.start(settings) }
        start.cancel()
        await #expect(throws: CancellationError.self) { _ = try await start.value }
        await kafka.close()
        try FileManager.default.removeItem(atPath: folder)
    }

    @Test func `a topic is created once`() async throws {
        let kafka = try EmbeddedKafka()
        try kafka.create(topic: "events", partitions: 3)
        #expect(throws: PublishError.self) { try kafka.create(topic: "events", partitions: 3) }
        let reader = try TopicReader(settings: KafkaSettings(bootstrap: kafka.bootstrap))
        #expect(try await reader.endOffsets(topic: "events") == [0, 0, 0])
        await reader.close()
        await kafka.close()
        // Once is enough, twice does no harm.
        await kafka.close()
    }
}
