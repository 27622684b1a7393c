import Core
import Foundation
import JSON
import Kafka
import ProcessSupport
import Testing

/// `sluice erase` over what a sync of two people's records left.
struct EraseFixture {
    let fixture: SyncFixture
    let server: PersonServer

    static let streams = ["customers", "orders", "payments"]

    private let broker: KafkaSettings

    /// Everything is published once; to a broker of its own into topics that are made so.
    init(_ own: OwnBroker? = nil, topics: [(String, String)] = []) async throws {
        fixture = try await SyncFixture("people", bootstrap: own?.bootstrap)
        broker = try own?.settings ?? TestBroker.settings
        server = try PersonServer()
        try server.write(into: fixture)
        if own != nil { try await create(topics) }
        let ended = try await fixture.run([])
        try #require(ended.code == 0, "\(ended.errors)")
        #expect(ended.summary["dead_letters"]?.int == 1)
    }

    /// All the topics that may hold something of a person.
    var topics: [String] {
        let events = Self.streams.map { "people.simulated.\($0)" }
        let entities = ["Customer", "Order", "Payment"].map { "entity.\($0)" }
        return (events + entities + ["sluice.dead", "sluice.versions", "sluice.state", "sluice.runs"]).map {
            "\(fixture.prefix).\($0)"
        }
    }

    /// Makes them as they are not made by themselves.
    private func create(_ configuration: [(String, String)]) async throws {
        let admin = try KafkaAdmin(settings: broker)
        try await closing(admin, by: { await $0.close() }) { admin in
            for topic in topics where !topic.hasSuffix(".state") && !topic.hasSuffix(".versions") {
                let isLog = topic.hasSuffix(".runs") || topic.hasSuffix(".dead")
                try await admin.create(
                    topic: topic,
                    partitions: isLog ? 1 : 2,
                    replication: 1,
                    configuration: [("cleanup.policy", isLog ? "compact,delete" : "compact")] + configuration
                )
            }
        }
    }

    /// Starts the command; the account is told by its file.
    func start(_ words: [String], environment: [String: String] = [:]) throws -> SluiceProcess {
        try SluiceProcess(
            [
                "erase", "key", "--config", "\(fixture.folder)/people.yaml", "--cache-folder",
                "\(fixture.folder)/cache", "-o", "json",
            ] + words + fixture.place,
            environment: environment
        )
    }

    func erase(_ words: [String]) async throws -> SyncFixture.Ended {
        try await fixture.end(of: start(words))
    }

    static let ann = ["--stream", "customers", "ann", "--reason", "request 4711"]

    /// The newest value of each key of a topic, as who reads it compacted has it.
    func newest(_ topic: String) async throws -> [String: String] {
        var newest: [String: String] = [:]
        let admin = try KafkaAdmin(settings: broker)
        let isThere = try await closing(admin, by: { await $0.close() }) {
            try await $0.describeTopic(topic, withSettings: false) != nil
        }
        // The log of runs begins with the first who writes to it.
        guard isThere else { return [:] }
        for record in try await TestBroker.records(of: topic, at: broker).joined() {
            let key = String(decoding: record.key ?? [], as: UTF8.self)
            newest[key] = record.value.map { String(decoding: $0, as: UTF8.self) }
        }
        return newest
    }

    /// The topics in which the newest value of some key holds a text.
    func holding(_ text: String) async throws -> [String] {
        var found: [String] = []
        for topic in topics {
            let newest = try await newest(topic)
            if newest.values.contains(where: { $0.contains(text) }) { found.append(topic) }
        }
        return found
    }

    /// Whether any record of a topic, committed or not, holds a text: what compaction has not taken away yet.
    func isOnDisk(_ text: String, _ topic: String) async throws -> Bool {
        try await TestBroker.records(of: topic, committed: false, at: broker).joined().contains { record in
            [record.key, record.value].contains { String(decoding: $0 ?? [], as: UTF8.self).contains(text) }
        }
    }

    /// Writes something else into each partition of a topic, which lets its segments roll.
    func fill(_ topic: String) async throws {
        let partitions = try await TestBroker.records(of: topic, at: broker).count
        try await TestBroker.withProducer("\(fixture.prefix).filler", settings: broker) { producer in
            for partition in 0..<Int32(partitions) {
                _ = try await producer.commit(
                    TransactionGroup(
                        pages: [],
                        state: [StateRecord(key: Array("filler".utf8), value: Array("{}".utf8))]
                    ),
                    stateTopic: topic,
                    statePartition: partition,
                    transaction: (run: "filler", number: 1)
                )
            }
        }
    }

    /// What is remembered of a key of a stream as the topic has it.
    func remembered(_ stream: String, _ key: String) async throws -> JSONValue? {
        let name = "[\"version\",\"people/simulated\",\"\(stream)\",\"\(key)\"]"
        return try await newest("\(fixture.prefix).sluice.versions")[name].flatMap {
            try? JSONValue.parse(Array($0.utf8))
        }
    }
}
