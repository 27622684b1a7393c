package import Core

/// Reads the committed state of accounts as it is now, without any session and without disturbing one.
package struct StateScan: Sendable {
    /// What was found.
    package struct Found: Sendable {
        /// Nil where the topic has none yet.
        package var layout: LayoutRecord?
        /// By account the records, by their keys' bytes.
        package var accounts: [AccountName: [[UInt8]: [UInt8]]] = [:]

        /// Nothing.
        package init() {}
    }

    private let kafka: KafkaSettings
    private let prefix: TopicPrefix

    /// So long one partition may take.
    private static let patience = Duration.seconds(20)

    /// A scan of an installation's state.
    package init(_ kafka: KafkaSettings, prefix: TopicPrefix) {
        self.kafka = kafka
        self.prefix = prefix
    }

    /// The state of one account, or of all; throws where nothing was ever synced.
    package func run(of account: AccountName? = nil) async throws -> Found {
        do {
            return try await closing(try TopicReader(settings: kafka), by: { await $0.close() }) { reader in
                try await Self.read(prefix, account, reader)
            }
        } catch let error as PublishError where error.code == .unknownTopic {
            throw PublishError(
                .unknownTopic,
                "nothing was ever synced under the prefix \(prefix.text): there is no topic \(prefix.stateTopic); look at "
                    + "--topic-prefix and --kafka"
            )
        }
    }

    /// The state of one account by a reader that is there, without the layout.
    package static func state(of account: AccountName, _ prefix: TopicPrefix, _ reader: TopicReader)
        async throws -> [[UInt8]: [UInt8]]
    {
        try await read(prefix, account, reader).accounts[account] ?? [:]
    }

    private static func read(_ prefix: TopicPrefix, _ account: AccountName?, _ reader: TopicReader)
        async throws -> Found
    {
        let topic = prefix.stateTopic
        let ends = try await reader.endOffsets(topic: topic)
        let wanted = account.map { Set([0, Int($0.statePartition(of: ends.count))]) } ?? Set(ends.indices)
        var found = Found()
        for partition in wanted.sorted() where ends[partition] > 0 {
            let last = try await read(topic, Int32(partition), upTo: ends[partition], reader)
            for (key, value) in last {
                guard let text = try StateKey.accountText(of: key) else {
                    if case .layout? = try StateKey(key) {
                        found.layout = try LayoutRecord(value, topic: topic)
                    }
                    continue
                }
                // What names no account is a later version's: nobody here could do anything with it.
                guard let owner = try? AccountName(text), account.map({ $0 == owner }) ?? true else {
                    continue
                }
                found.accounts[owner, default: [:]][key] = value
            }
        }
        return found
    }

    private static func read(_ topic: String, _ partition: Int32, upTo end: Int64, _ reader: TopicReader)
        async throws -> [[UInt8]: [UInt8]]
    {
        var last: [[UInt8]: [UInt8]] = [:]
        try await reader.readWhole(topic: topic, partition: partition, upTo: end, deadline: patience) {
            record in
            if let key = record.key { last[key] = record.value }
        }
        return last
    }
}
