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
        try await closing(try TopicReader(settings: kafka), by: { await $0.close() }) { reader in
            let letters = try await reader.lastValues(of: prefix.deadTopic, within: Self.patience) {
                key,
                value in
                let id = String(decoding: key, as: UTF8.self)
                let letter = try DeadLetter(value, id: id)
                return isKept(id) ? letter : letter.withoutBytes
            }
            return letters.values.sorted { ($0.at, $0.id) < ($1.at, $1.id) }
        }
    }
}
