import Core
import Foundation
import JSON
import Kafka
import Testing

@testable import Kafka

/// A clock that runs faster, so that leases of seconds pass in parts of one.
struct FastClock: Clock {
    typealias Instant = ContinuousClock.Instant
    let factor: Int
    private let origin = ContinuousClock.now

    init(factor: Int) { self.factor = factor }

    var now: Instant { origin.advanced(by: (ContinuousClock.now - origin) * factor) }
    var minimumResolution: Duration { .milliseconds(1) }

    func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        try await ContinuousClock().sleep(for: (deadline - now) / factor)
    }
}

/// An installation of its own on the test broker: a prefix, and hosts with lock folders.
struct SessionFixture {
    let prefix: TopicPrefix
    let account: AccountName
    let stream: StreamName
    let folder: String
    /// Leases, renewals and looks pass this many times faster.
    private let factor: Int

    init(factor: Int = 1, account: String = "stripe/acme") throws {
        prefix = try TopicPrefix(TestBroker.name("session"))
        self.account = try AccountName(account)
        stream = try StreamName("charges")
        folder = FileManager.default.temporaryDirectory.path + "/sluice-locks-\(prefix)"
        self.factor = factor
    }

    var topic: String {
        get throws { try TopicTemplate.standard.topic(prefix: prefix, account: account, stream: stream) }
    }

    /// Few, since each test has a state topic of its own; the design's 64 have a test to themselves.
    static let partitions = 4

    var partition: Int32 { account.statePartition(of: Self.partitions) }

    func settings(host: String = "a", account other: String? = nil) throws -> SessionSettings {
        let account = try other.map { try AccountName($0) } ?? account
        let topic = try TopicTemplate.standard.topic(prefix: prefix, account: account, stream: stream)
        var settings = SessionSettings(
            kafka: try TestBroker.settings,
            prefix: prefix,
            account: account,
            run: "run-\(host)",
            host: host,
            lockFolder: try LockFolder(path: "\(folder)/\(host)"),
            eventTopics: [EventTopic(stream: stream, topic: topic)]
        )
        settings.eventLayout.partitions = 1
        settings.stateLayout.partitions = Self.partitions
        settings.cacheFolder = CacheFolder(path: cacheFolder(host: host))
        settings.monotonic = Monotonic(FastClock(factor: factor))
        return settings
    }

    func cacheFolder(host: String = "a") -> String { "\(folder)/\(host)/cache" }

    /// A page of events and the bookmark that covers it.
    func group(_ numbers: ClosedRange<Int>) throws -> TransactionGroup {
        let page = ProducerFixture.page(topic: try topic, numbers.map { ("c\($0)", #"{"id":"c\#($0)"}"#) })
        let bookmark = Bookmark(
            fingerprint: Fingerprint(key: ["id"], version: nil, progress: "list", topic: try topic),
            list: .init(token: .string("c\(numbers.upperBound)"), records: numbers.upperBound, pages: 1),
            updated: 1
        )
        return TransactionGroup(pages: [page], state: [try bookmark.record(account: account, stream: stream)])
    }

    /// The keys of the topic's committed events.
    func keys() async throws -> [String] {
        try await TestBroker.records(of: topic).joined().map { String(decoding: $0.key ?? [], as: UTF8.self) }
    }

    /// The account's last committed session record.
    func sessionRecord() async throws -> SessionRecord? {
        let key = StateKey.session(account).bytes
        let records = try await TestBroker.records(of: prefix.stateTopic)[Int(partition)]
        return try records.last { $0.key == key }?.value.map { try SessionRecord($0, account: account) }
    }

    /// Writes state as somebody else would, without a session.
    func write(_ records: [StateRecord], partition: Int32? = nil) async throws {
        try await TestBroker.withProducer(TestBroker.name("writer")) { producer in
            _ = try await producer.commit(
                TransactionGroup(pages: [], state: records),
                stateTopic: prefix.stateTopic,
                statePartition: partition ?? self.partition,
                transaction: (run: "x", number: 1)
            )
        }
    }

    /// Another account that lives in the same state partition.
    func neighbour() throws -> String {
        for number in 0..<10_000 {
            let name = "zendesk/n\(number)"
            if try AccountName(name).statePartition(of: Self.partitions) == partition { return name }
        }
        throw TestBroker.Unavailable()
    }
}
