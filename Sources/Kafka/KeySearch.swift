package import Core

/// Looks for keys among the committed records of topics since a time, as the partitioner of the events places them.
package struct KeySearch: Sendable {
    /// A key in a topic.
    package struct Place: Hashable, Sendable {
        package var topic: String
        package var key: [UInt8]

        /// A place.
        package init(topic: String, key: [UInt8]) {
            self.topic = topic
            self.key = key
        }
    }

    private let kafka: KafkaSettings

    /// So long a partition may take: all events of weeks may have to be read.
    private static let patience = Duration.seconds(600)

    /// A search in a cluster.
    package init(_ kafka: KafkaSettings) { self.kafka = kafka }

    /// When those of some places that have a record since a time were published last.
    package func newest(among places: Set<Place>, since time: Instant) async throws -> [Place: Instant] {
        guard !places.isEmpty else { return [:] }
        return try await closing(try TopicReader(settings: kafka), by: { await $0.close() }) { reader in
            var found: [Place: Instant] = [:]
            for (topic, places) in Dictionary(grouping: places, by: \.topic).sorted(by: { $0.key < $1.key }) {
                let newest = try await Self.newest(Set(places), in: topic, since: time, reader)
                found.merge(newest) { $1 }
            }
            return found
        }
    }

    private static func newest(
        _ places: Set<Place>,
        in topic: String,
        since time: Instant,
        _ reader: TopicReader
    ) async throws -> [Place: Instant] {
        let ends = try await reader.endOffsets(topic: topic)
        var found: [Place: Instant] = [:]
        for partition in Set(places.map { Murmur2.partition(of: $0.key, among: ends.count) }).sorted() {
            guard let start = try await reader.offset(topic: topic, partition: partition, at: time) else {
                continue
            }
            try await reader.readWhole(
                topic: topic,
                partition: partition,
                from: start,
                upTo: ends[Int(partition)],
                deadline: patience
            ) { record in
                guard let key = record.key else { return }
                let place = Place(topic: topic, key: key)
                guard places.contains(place) else { return }
                let time = Instant(milliseconds: Int(record.timestamp))
                found[place] = max(found[place] ?? time, time)
            }
        }
        return found
    }
}
