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
    ///
    /// Of those whose ids are not kept the record's bytes are left out: all of them may be too many to hold (I7).
    package func run(keeping isKept: @Sendable (_ id: String) -> Bool = { _ in false }) async throws
        -> [DeadLetter]
    {
        do {
            return try await closing(try TopicReader(settings: kafka), by: { await $0.close() }) { reader in
                try await read(reader, keeping: isKept)
            }
        } catch let error as PublishError where error.code == .unknownTopic {
            return []
        }
    }

    private func read(_ reader: TopicReader, keeping isKept: (String) -> Bool) async throws -> [DeadLetter] {
        let topic = prefix.deadTopic
        var last: [String: Result<DeadLetter, StateError>] = [:]
        let ends = try await reader.endOffsets(topic: topic)
        for (partition, end) in ends.enumerated() where end > 0 {
            try await reader.readWhole(
                topic: topic,
                partition: Int32(partition),
                upTo: end,
                deadline: Self.patience
            ) { record in
                let id = String(decoding: record.key ?? [], as: UTF8.self)
                last[id] = record.value.map { value in
                    Result { () throws(StateError) in
                        let letter = try DeadLetter(value, id: id)
                        return isKept(id) ? letter : letter.withoutBytes
                    }
                }
            }
        }
        let letters = try last.values.map { try $0.get() }
        return letters.sorted { ($0.at, $0.id) < ($1.at, $1.id) }
    }
}
