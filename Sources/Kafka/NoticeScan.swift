package import Core

/// Reads the committed notices of an installation as they are now, without any session.
package struct NoticeScan: Sendable {
    private let kafka: KafkaSettings
    private let prefix: TopicPrefix

    /// So long a topic may take.
    package static let patience = Duration.seconds(60)

    /// A scan of an installation's notices.
    package init(_ kafka: KafkaSettings, prefix: TopicPrefix) {
        self.kafka = kafka
        self.prefix = prefix
    }

    /// What `take` makes of each notice that is not over, in no order; none where nothing was ever told.
    package func run<Value: Sendable>(
        _ topic: NoticeTopic,
        take: @escaping @Sendable (_ value: [UInt8]) -> Value?
    ) async throws -> [Value] {
        let reader = try TopicReader(settings: kafka)
        return try await closing(reader, by: { await $0.close() }) { reader in
            let last = try await reader.lastValues(of: topic.name(prefix), within: Self.patience) {
                _,
                value in
                take(value)
            }
            return Array(last.values)
        }
    }
}
