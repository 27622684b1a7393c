import Core

/// Reads all that is committed of topics, several of them at a time and all partitions of each.
package struct TopicSweep: Sendable {
    private let kafka: KafkaSettings

    /// So many topics are read at a time: each has a client of its own.
    private static let atOnce = 4
    /// An open transaction is over by then.
    private static let standstill = Duration.seconds(60)

    /// A sweep of a cluster's topics.
    package init(_ kafka: KafkaSettings) { self.kafka = kafka }

    /// Gives `each` the records, in order by partition, and returns how many partitions each topic has that is there.
    ///
    /// `onTopic` hears of each before it is read.
    package func run(
        _ topics: [String],
        onTopic: @Sendable (String) -> Void = { _ in },
        each: @escaping @Sendable (_ topic: String, _ partition: Int32, TopicRecord) -> Void
    ) async throws -> [String: Int] {
        var ends: [(topic: String, ends: [Int64])] = []
        try await closing(try TopicReader(settings: kafka), by: { await $0.close() }) { reader in
            for topic in Set(topics).sorted() {
                if let found = try await reader.endOffsets(ifThere: topic) { ends.append((topic, found)) }
            }
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            var running = 0
            for (topic, ends) in ends where ends.contains(where: { $0 > 0 }) {
                if running >= Self.atOnce { try await group.next() }
                running += 1
                onTopic(topic)
                group.addTask { try await read(topic, ends) { each(topic, $0, $1) } }
            }
            try await group.waitForAll()
        }
        return Dictionary(ends.map { ($0.topic, $0.ends.count) }) { first, _ in first }
    }

    private func read(_ topic: String, _ ends: [Int64], each: (Int32, TopicRecord) -> Void) async throws {
        let reading = try PartitionsReading(settings: kafka, topic: topic, ends: ends, withHeaders: true)
        try await closing(reading, by: { await $0.close() }) { reading in
            let behind = try await reading.readOn(standstill: Self.standstill, each: each)
            try Task.checkCancellation()
            guard let first = behind.partitions.first else { return }
            throw PublishError(
                .timedOut,
                "\(topic)/\(first) could not be read to its end: an open transaction holds the rest back; try again in a minute"
            )
        }
    }
}
