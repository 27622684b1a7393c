import CRDKafka
import Core
import JSON
import Kafka

/// The embedded Kafka, for errors that it can be told to answer with.
///
/// It hides nothing from read_committed and fences nobody: what it shows is the client's side only.
final class KafkaMock: Sendable {
    private let kafka: EmbeddedKafka
    private var cluster: OpaquePointer { unsafe kafka.cluster }
    var bootstrap: String { kafka.bootstrap }

    /// The requests that errors are pushed for.
    enum Request: Int16, Sendable {
        case produce = 0
        case metadata = 3
        case initProducerID = 22
        case addPartitions = 24
        case endTransaction = 26
    }

    init(topics: [String] = ["events", "state"]) throws {
        kafka = try EmbeddedKafka()
        for topic in topics { try kafka.create(topic: topic, partitions: 1) }
    }

    deinit { kafka.destroy() }

    /// The next requests of that kind are answered with these errors, one each.
    func push(_ errors: [Int32], for request: Request) {
        let errors = errors.map { rd_kafka_resp_err_t($0) }
        unsafe rd_kafka_mock_push_request_errors_array(cluster, request.rawValue, errors.count, errors)
    }

    /// Takes the broker off the network, or brings it back.
    func setDown(_ isDown: Bool) {
        if isDown {
            unsafe rd_kafka_mock_broker_set_down(cluster, 1)
        } else {
            unsafe rd_kafka_mock_broker_set_up(cluster, 1)
        }
    }

    /// How long every answer takes.
    func setRoundTrip(milliseconds: Int32) { unsafe rd_kafka_mock_broker_set_rtt(cluster, 1, milliseconds) }

    /// A producer on this cluster that is closed after `body`, whatever happens.
    func withProducer<Result>(
        overrides: [(String, String)] = [],
        budget: Duration = .seconds(20),
        _ body: (TransactionalProducer) async throws -> Result
    ) async throws -> Result {
        let producer = try TransactionalProducer(
            settings: KafkaSettings(bootstrap: bootstrap, overrides: overrides),
            transactionalID: "test.sluice.stripe.acme",
            budget: budget
        )
        do {
            let result = try await body(producer)
            await producer.close()
            return result
        } catch {
            await producer.close()
            throw error
        }
    }

    /// A group of so many small events and, unless which record fails must be certain, one bookmark.
    static func group(events count: Int = 2, topic: String = "events", withState: Bool = true)
        -> TransactionGroup
    {
        let value = Array(#"{"id":"a"}"#.utf8)
        let text = Array("keykey:12026-01-02T03:04:05Z".utf8)
        let event = Event(
            kind: .upsert,
            value: ByteSlice(offset: 0, count: value.count),
            key: ByteSlice(offset: 0, count: 3),
            id: ByteSlice(offset: 3, count: 5),
            time: ByteSlice(offset: 8, count: 20)
        )
        let page = EventPage(
            stream: "charges",
            topic: topic,
            source: "/stripe/acme/charges",
            upsertType: "stripe.charges.upsert",
            deleteType: "stripe.charges.delete",
            values: value,
            text: text,
            events: Array(repeating: event, count: count)
        )
        let state = StateRecord(key: Array("[]".utf8), value: Array("{}".utf8))
        return TransactionGroup(pages: [page], state: withState ? [state] : [])
    }
}

extension TransactionalProducer {
    /// Commits a group to the mock's state topic.
    func commit(_ group: TransactionGroup) async throws(PublishError) -> CommitOutcome {
        try await commit(group, stateTopic: "state", statePartition: 0, transaction: (run: "r", number: 1))
    }
}
