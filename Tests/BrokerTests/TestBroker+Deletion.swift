import CRDKafka
import Core
import Kafka
import ProcessSupport

extension TestBroker {
    /// Deletes topics as an operator would, and waits until none of them is known any more.
    static func delete(_ topics: [String]) async throws {
        let bootstrap = try settings.bootstrap
        let thread = SerialThread()
        defer { thread.stop() }
        try await thread.run { () throws(TestFailure) in try request(topics, bootstrap) }
        let admin = try KafkaAdmin(settings: settings)
        for topic in topics {
            while try await admin.describeTopic(topic, withSettings: false) != nil { await Task.yield() }
        }
        await admin.close()
    }

    /// The product deletes no topic, so this goes to the library itself.
    private static func request(_ topics: [String], _ bootstrap: String) throws(TestFailure) {
        var text = [CChar](repeating: 0, count: 512)
        let configuration = unsafe rd_kafka_conf_new()
        unsafe rd_kafka_conf_set(configuration, "bootstrap.servers", bootstrap, &text, text.count)
        guard let client = unsafe rd_kafka_new(RD_KAFKA_PRODUCER, configuration, &text, text.count) else {
            unsafe rd_kafka_conf_destroy(configuration)
            throw TestFailure("no client to delete topics with")
        }
        defer { unsafe rd_kafka_destroy(client) }
        let queue = unsafe rd_kafka_queue_new(client)
        defer { unsafe rd_kafka_queue_destroy(queue) }
        var requests = unsafe topics.map { unsafe rd_kafka_DeleteTopic_new($0) }
        defer { unsafe rd_kafka_DeleteTopic_destroy_array(&requests, requests.count) }
        unsafe rd_kafka_DeleteTopics(client, &requests, requests.count, nil, queue)
        guard let event = unsafe rd_kafka_queue_poll(queue, 60_000) else {
            throw TestFailure("deleting \(topics): no answer")
        }
        defer { unsafe rd_kafka_event_destroy(event) }
        var count = 0
        guard let result = unsafe rd_kafka_event_DeleteTopics_result(event),
            let results = unsafe rd_kafka_DeleteTopics_result_topics(result, &count), count == topics.count
        else { throw TestFailure("deleting \(topics): no result") }
        for index in 0..<count {
            guard unsafe rd_kafka_topic_result_error(results[index]) == RD_KAFKA_RESP_ERR_NO_ERROR else {
                throw TestFailure("deleting \(topics[index]) was refused")
            }
        }
    }
}
