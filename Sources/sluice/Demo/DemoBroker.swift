import Core
import Extraction
import Kafka

/// Where the events go: a Kafka in this process, with the topics that a session of the account needs.
struct DemoBroker: Sendable {
    /// One, so that starting a session asks for one end only.
    private static let statePartitions = 1
    private static let eventPartitions = 2

    let prefix: TopicPrefix
    let topics: [EventTopic]
    let settings: KafkaSettings
    private let kafka: EmbeddedKafka

    /// A broker that runs; `close` must be called, after its clients were.
    init(_ account: DemoAccount) async throws {
        let prefix = try TopicPrefix("demo")
        self.prefix = prefix
        topics = try account.definition.streams.map { stream in
            let name = try StreamName(stream.name)
            return EventTopic(
                stream: name,
                topic: try TopicTemplate.standard.topic(prefix: prefix, account: account.name, stream: name)
            )
        }
        let kafka = try EmbeddedKafka()
        self.kafka = kafka
        settings = KafkaSettings(bootstrap: kafka.bootstrap)
        do {
            // It takes no request to create any, so that none is created later.
            for topic in [prefix.stateTopic, prefix.versionsTopic] {
                try kafka.create(topic: topic, partitions: Self.statePartitions)
            }
            for topic in topics { try kafka.create(topic: topic.topic, partitions: Self.eventPartitions) }
        } catch {
            await kafka.close()
            throw error
        }
    }

    func close() async { await kafka.close() }
}
