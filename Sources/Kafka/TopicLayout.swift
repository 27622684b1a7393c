/// How a topic is created where it is not there.
package struct TopicLayout: Sendable {
    package var partitions: Int
    /// Nil: three, or as many brokers as there are where there are fewer.
    package var replication: Int?
    package var configuration: [(String, String)]

    /// A layout.
    package init(partitions: Int, replication: Int? = nil, configuration: [(String, String)]) {
        self.partitions = partitions
        self.replication = replication
        self.configuration = configuration
    }

    /// Event topics: the last version of each key for ever, every version for a week.
    package static var events: TopicLayout {
        TopicLayout(
            partitions: 6,
            configuration: [("cleanup.policy", "compact"), ("min.compaction.lag.ms", "604800000")]
        )
    }

    /// The state topic: small segments, compacted soon, since every session start reads a partition whole.
    package static var state: TopicLayout {
        TopicLayout(
            partitions: 64,
            configuration: [
                ("cleanup.policy", "compact"), ("segment.ms", "3600000"), ("segment.bytes", "33554432"),
                ("min.cleanable.dirty.ratio", "0.1"), ("delete.retention.ms", "86400000"),
            ]
        )
    }

    /// The versions topic: its partitions are as many as the state's, whatever stands here.
    ///
    /// Tombstones stay for a week, so that a cache that is used once a week is not read anew each time.
    package static var versions: TopicLayout {
        TopicLayout(
            partitions: 64,
            configuration: [
                ("cleanup.policy", "compact"), ("segment.ms", "86400000"), ("segment.bytes", "134217728"),
                ("min.cleanable.dirty.ratio", "0.2"), ("delete.retention.ms", "604800000"),
            ]
        )
    }

    /// The log of runs: one order for all lines, kept for 90 days.
    package static var runs: TopicLayout { log(days: 90) }

    /// The log of commands: what nobody did within 7 days is done by nobody.
    package static var commands: TopicLayout { log(days: 7) }

    /// The log of alerts, kept as the runs are.
    package static var alerts: TopicLayout { log(days: 90) }

    /// A topic of notices: the last word of each key for ever.
    package static var notices: TopicLayout {
        TopicLayout(
            partitions: 1,
            configuration: [("cleanup.policy", "compact"), ("min.compaction.lag.ms", "604800000")]
        )
    }

    /// The topic of dead letters: each once, until it is replayed or dropped, and for 90 days, as the runs are.
    ///
    /// One order for all, as somebody reads them from the oldest to the newest.
    package static var dead: TopicLayout {
        TopicLayout(
            partitions: 1,
            configuration: [
                ("cleanup.policy", "compact,delete"), ("retention.ms", String(90 * 86_400_000)),
                ("segment.ms", "86400000"), ("max.message.bytes", "1048588"),
            ]
        )
    }

    private static func log(days: Int) -> TopicLayout {
        TopicLayout(
            partitions: 1,
            configuration: [
                ("cleanup.policy", "delete"), ("retention.ms", String(days * 86_400_000)),
                ("segment.ms", "86400000"),
            ]
        )
    }

    /// Creates the topic for that many brokers.
    func create(_ topic: String, brokers: Int, by admin: KafkaAdmin) async throws {
        let replication = replication ?? min(3, max(1, brokers))
        var configuration = configuration
        if replication >= 3, !configuration.contains(where: { $0.0 == "min.insync.replicas" }) {
            configuration.append(("min.insync.replicas", "2"))
        }
        try await admin.create(
            topic: topic,
            partitions: partitions,
            replication: replication,
            configuration: configuration
        )
    }
}
