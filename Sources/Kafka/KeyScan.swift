import Core

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

    /// So long a partition may take: all events of years may have to be read.
    private static let patience = Duration.seconds(3600)

    /// A scan of a cluster.
    package init(_ kafka: KafkaSettings) { self.kafka = kafka }

    /// What each topic that is there holds of its keys, and how many partitions it has; `onTopic` hears of each before it is
    /// read.
    package func run(
        _ places: [Place],
        onTopic: @Sendable (String) -> Void = { _ in }
    ) async throws -> [String: (counts: [[UInt8]: Count], partitions: Int)] {
        guard !places.isEmpty else { return [:] }
        return try await closing(try TopicReader(settings: kafka), by: { await $0.close() }) { reader in
            var found: [String: (counts: [[UInt8]: Count], partitions: Int)] = [:]
            for (topic, places) in Dictionary(grouping: places, by: \.topic).sorted(by: { $0.key < $1.key }) {
                onTopic(topic)
                guard let ends = try await reader.endOffsets(ifThere: topic) else { continue }
                found[topic] = (try await Self.read(places, topic, ends, reader), ends.count)
            }
            return found
        }
    }

    private static func read(_ places: [Place], _ topic: String, _ ends: [Int64], _ reader: TopicReader)
        async throws -> [[UInt8]: Count]
    {
        var counts: [[UInt8]: Count] = [:]
        for (partition, end) in ends.enumerated() where end > 0 {
            try await reader.readWhole(
                topic: topic,
                partition: Int32(partition),
                upTo: end,
                deadline: patience,
                withHeaders: places.contains { $0.source != nil }
            ) { record in
                guard let key = record.key, places.contains(where: { $0.holds(key, record) }) else { return }
                counts[key, default: Count()].records += 1
                counts[key]?.values += record.value == nil ? 0 : 1
                counts[key]?.partitions.insert(Int32(partition))
            }
        }
        return counts
    }
}

extension KeyScan.Place {
    fileprivate func holds(_ key: [UInt8], _ record: TopicRecord) -> Bool {
        guard keys.contains(key) else { return false }
        guard let source else { return true }
        let told = record[header: "\(EventHeader.source)"] ?? record[header: "\(EventHeader.plainSource)"]
        return told == source
    }
}
