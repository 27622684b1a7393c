import Core
import Kafka
import ProcessSupport
import Testing

/// A producer that hears nothing from its broker for longer than its transaction lasts, and finds a successor then.
@Suite("A late abort", .enabled(if: OwnBroker.isAvailable), .timeLimit(.minutes(5)))
struct LateAbortTests {
    @Test("I3: what timed out is not aborted when it is old, so that the successor's transaction stays open")
    func successorGoesOn() async throws {
        let broker = try await OwnBroker.start()
        let admin = try KafkaAdmin(settings: broker.settings)
        let topic = "events"
        try await admin.create(topic: topic, partitions: 1, replication: 1, configuration: [])
        await admin.close()
        let (gone, loss) = AsyncStream<Void>.makeStream()
        let (timedOut, timeout) = AsyncStream<Void>.makeStream()
        var settings = broker.settings
        settings.onLog = { line in
            if line.facility == "FAIL", line.text.contains("TxnCoordinator") { loss.finish() }
            if line.facility == "TXNERR" { timeout.finish() }
        }
        let zombie = try await HeldTransaction(
            "id",
            at: [.begun, .stateProduced],
            settings: settings,
            transactionTimeout: .seconds(2),
            abortable: .zero
        )
        async let failed: Void = commit(zombie.producer, to: topic, "zombie")
        await zombie.stands()
        // The broker is never told of this transaction: an abort then has nothing to end, and only asks for an epoch.
        try await broker.kill()
        for await _ in gone {}
        zombie.goOn()
        await zombie.stands()
        for await _ in timedOut {}
        try await broker.restart()

        let owner = try await HeldTransaction("id", settings: broker.settings)
        async let committed: Void = commit(owner.producer, to: topic, "owner")
        await owner.stands()
        try await wait(for: "owner", in: topic, of: broker)
        zombie.goOn()
        do {
            try await failed
            Issue.record("a transaction that timed out was committed")
        } catch let error as PublishError {
            #expect(error.code != .fenced, "\(error)")
        }
        owner.goOn()
        try await committed
        let keys = try await TestBroker.records(of: topic, at: broker.settings)[0].map(\.key)
        #expect(keys == [Array("owner".utf8), ProducerFixture.bookmark("1").key])
        await zombie.producer.close()
        await owner.producer.close()
        await broker.stop()
    }

    /// An event and a bookmark, both to the one partition of a topic.
    private func commit(_ producer: TransactionalProducer, to topic: String, _ key: String) async throws {
        _ = try await producer.commit(
            TransactionGroup(
                pages: [ProducerFixture.page(topic: topic, [(key, "1")])],
                state: [ProducerFixture.bookmark("1")]
            ),
            stateTopic: topic,
            statePartition: 0,
            transaction: (run: "r", number: 1)
        )
    }

    /// Until a record is on the broker, and so its transaction is open there.
    private func wait(for key: String, in topic: String, of broker: OwnBroker) async throws {
        let reader = try TopicReader(settings: broker.settings)
        var isThere = false
        while !isThere {
            _ = try await reader.read(
                topic: topic,
                partition: 0,
                committed: false,
                from: nil,
                upTo: try await reader.highWatermark(topic: topic, partition: 0),
                deadline: .seconds(10)
            ) { isThere = isThere || $0.key == Array(key.utf8) }
        }
        await reader.close()
    }
}
