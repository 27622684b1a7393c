package import Core

/// Reads the committed dead letters of an installation as they are now, without any session.
package struct DeadScan: Sendable {
    private let kafka: KafkaSettings
    private let prefix: TopicPrefix

    /// So long a partition may take.
    private static let patience = Duration.seconds(60)

    /// A scan of an installation's letters.
    package init(_ kafka: KafkaSettings, prefix: TopicPrefix) {
        self.kafka = kafka
        self.prefix = prefix
    }

    /// The letters that are not over, the oldest first; none where no record ever became one.
    package func run() async throws -> [DeadLetter] {
        do {
            return try await closing(try TopicReader(settings: kafka), by: { await $0.close() }) { reader in
                try await read(reader)
            }
        } catch let error as PublishError where error.code == .unknownTopic {
            return []
        }
    }

    /// The same by a reader that is there.
    package func read(_ reader: TopicReader) async throws -> [DeadLetter] {
        let topic = prefix.deadTopic
        var last: [[UInt8]: [UInt8]] = [:]
        let ends = try await reader.endOffsets(topic: topic)
        for (partition, end) in ends.enumerated() where end > 0 {
            let position = try await reader.read(
                topic: topic,
                partition: Int32(partition),
                committed: true,
                from: nil,
                upTo: end,
                deadline: Self.patience
            ) { record in
                if let key = record.key { last[key] = record.value }
            }
            guard position >= end else {
                throw PublishError(
                    .timedOut,
                    "\(topic)/\(partition) could be read to \(position) of \(end) only: an open transaction holds the rest back; "
                        + "try again in a minute"
                )
            }
        }
        let letters = try last.map { key, value in
            try DeadLetter(value, id: String(decoding: key, as: UTF8.self))
        }
        return letters.sorted { ($0.at, $0.id) < ($1.at, $1.id) }
    }
}
