import Core
import Kafka

/// Where the events go: a Kafka in this process, with the topics that the daemon and the accounts' sessions need.
struct DemoBroker: Sendable {
    /// One, so that starting a session asks for one end only.
    private static let ownPartitions = 1
    private static let eventPartitions = 2
    /// It keeps 5 MiB of a partition, and an entity may come of several streams.
    private static let entityPartitions = 4

    static var prefix: TopicPrefix { get throws(NameError) { try TopicPrefix("demo") } }

    let streams: [DemoStream]
    let settings: KafkaSettings
    private let kafka: EmbeddedKafka

    /// A broker that runs; `close` must be called, after its clients were.
    init(_ streams: [DemoStream], entityTopics: Set<String>) async throws {
        let prefix = try Self.prefix
        self.streams = streams
        let kafka = try EmbeddedKafka()
        self.kafka = kafka
        settings = KafkaSettings(bootstrap: kafka.bootstrap)
        do {
            // It takes no request to create any, so that none is created later.
            for topic in [
                prefix.stateTopic, prefix.versionsTopic, prefix.runsTopic, prefix.commandsTopic,
                prefix.schemasTopic, prefix.catalogTopic, prefix.deadTopic,
            ] {
                try kafka.create(topic: topic, partitions: Self.ownPartitions)
            }
            for topic in entityTopics.sorted() {
                try kafka.create(topic: topic, partitions: Self.entityPartitions)
            }
            for stream in streams { try kafka.create(topic: stream.topic, partitions: Self.eventPartitions) }
        } catch {
            await kafka.close()
            throw error
        }
    }

    func close() async { await kafka.close() }
}
