import Foundation
import JSON
import Kafka
import ProcessSupport
import Testing

/// `sluice sync` whose broker dies under it, and does not come back while it lives.
@Suite("A broker that dies", .enabled(if: OwnBroker.isAvailable), .timeLimit(.minutes(10)))
struct SyncBrokerDeathTests {
    private static let records = 4_000

    @Test("I1: its death in mid-run ends with 3, and when it is back the next run completes exactly")
    func diesInMidRun() async throws {
        let broker = try await OwnBroker.start()
        let fixture = try await SyncFixture(records: Self.records, bootstrap: broker.bootstrap)
        let topic = "\(fixture.prefix).stripe.simulated.customers"
        let admin = try KafkaAdmin(settings: broker.settings)
        try await admin.create(topic: topic, partitions: 1, replication: 1, configuration: [])
        await admin.close()
        let words = ["--stream", "customers"]
        let process = try fixture.start(words + ["--set", "requests_per_second=4"])
        try await wait(for: 500, in: topic, of: broker)
        try await broker.kill()
        let died = ContinuousClock.now
        let ended = try await fixture.end(of: process)
        let waited = ContinuousClock.now - died
        print("a run whose broker died ended after \(waited)")
        #expect(waited < .seconds(40))
        #expect(ended.code == 3, "\(ended.errors)")
        #expect(ended.errors.contains("publish.unreachable"), "\(ended.errors)")
        #expect(ended.summary["status"]?.text == "failed")
        let counted = ended.summary["streams"]?["customers"]?["records"]?.int ?? 0
        #expect(counted >= 500)

        try await broker.restart()
        let next = try await fixture.run(words)
        #expect(next.code == 0, "\(next.errors)")
        let keys = try await TestBroker.records(of: topic, at: broker.settings).joined().map(\.key)
        #expect(keys.count == Self.records)
        #expect(Set(keys).count == Self.records)
        // What was counted is there; a transaction whose answer was lost may be there beside it.
        #expect((next.summary["records"]?.int ?? 0) + counted <= Self.records)
        await broker.stop()
    }

    private func wait(for count: Int64, in topic: String, of broker: OwnBroker) async throws {
        let reader = try TopicReader(settings: broker.settings)
        let reached = try? await reader.read(
            topic: topic,
            partition: 0,
            committed: true,
            from: nil,
            upTo: count,
            deadline: .seconds(60)
        ) { _ in }
        await reader.close()
        guard reached == count else {
            throw TestFailure("\(reached ?? 0) of \(count) were committed in time")
        }
    }
}
