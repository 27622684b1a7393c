import Core
import Synchronization

/// Counts what topics hold of keys, all that is committed and not compacted away yet, in whatever partition.
package struct KeyScan: Sendable {
    /// Keys that are looked for in a topic.
    package struct Place: Sendable {
        package var topic: String
        package var keys: Set<[UInt8]>
        /// Only records that say that they come from there; nil for all.
        package var source: String?

        /// Keys in a topic.
        package init(topic: String, keys: Set<[UInt8]>, source: String? = nil) {
            self.topic = topic
            self.keys = keys
            self.source = source
        }
    }

    /// What a topic holds of a key.
    package struct Count: Hashable, Sendable {
        /// Records, deletes among them.
        package var records = 0
        /// Those with a value.
        package var values = 0
        /// The partitions that they stand in.
        package var partitions: Set<Int32> = []
    }

    private let kafka: KafkaSettings

    /// A scan of a cluster.
    package init(_ kafka: KafkaSettings) { self.kafka = kafka }

    /// What each topic that is there holds of its keys, and how many partitions it has; `onTopic` hears of each before it is
    /// read.
    package func run(
        _ places: [Place],
        onTopic: @Sendable (String) -> Void = { _ in }
    ) async throws -> [String: (counts: [[UInt8]: Count], partitions: Int)] {
        guard !places.isEmpty else { return [:] }
        let byTopic = Dictionary(grouping: places, by: \.topic)
        let counts = Locked<[String: [[UInt8]: Count]]>([:])
        let partitions = try await TopicSweep(kafka).run(Array(byTopic.keys), onTopic: onTopic) {
            topic,
            partition,
            record in
            guard let key = record.key, byTopic[topic]?.contains(where: { $0.holds(key, record) }) == true
            else { return }
            counts.withLock { counts in
                var count = counts[topic]?[key] ?? Count()
                count.records += 1
                count.values += record.value == nil ? 0 : 1
                count.partitions.insert(partition)
                counts[topic, default: [:]][key] = count
            }
        }
        let found = counts.withLock { $0 }
        return Dictionary(partitions.map { ($0.key, (found[$0.key] ?? [:], $0.value)) }) { first, _ in first }
    }
}

extension KeyScan.Place {
    fileprivate func holds(_ key: [UInt8], _ record: TopicRecord) -> Bool {
        guard keys.contains(key) else { return false }
        return source.map { record.source == $0 } ?? true
    }
}
