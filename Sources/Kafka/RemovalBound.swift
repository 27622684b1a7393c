/// How long the bytes of what was deleted or replaced in a topic stay on the brokers' disks at the most, as the topic is set.
///
/// A delete takes it from who reads; from the disk compaction takes it, or retention.
package struct RemovalBound: Hashable, Sendable {
    /// When the bytes are gone.
    package enum End: Hashable, Sendable {
        /// Within this of the delete, as long as something is written to the topic: the newest segment is closed by that alone.
        case within(Duration)
        /// At no certain time, and the setting that makes one.
        case uncertain(setting: String)
        /// The topic's settings may not be seen.
        case unknown
    }

    package let end: End
    /// How long a delete itself, which has the key alone, stays beyond that; nil where none does.
    package let deletesStay: Duration?

    /// Kafka's own words for no limit, and what counts as one.
    private static let unlimited: Int64 = 1 << 61
    /// What is recommended where there is no bound: as topics are made.
    private static let usual: Int64 = 20 * 86_400_000

    /// The bound of a topic with these settings.
    package init(_ configuration: [String: String]) {
        func setting(_ name: String) -> Int64? { configuration[name].flatMap { Int64($0) } }
        let words = TopicDescription.words(configuration["cleanup.policy"] ?? "")
        let isCompacted = words.contains("compact")
        deletesStay =
            isCompacted ? setting("delete.retention.ms").map { Duration.milliseconds($0) } : nil
        guard !words.isEmpty else {
            end = .unknown
            return
        }
        var bounds: [Int64] = []
        let segment = setting("segment.ms") ?? 7 * 86_400_000
        let least = setting("min.compaction.lag.ms") ?? 0
        if isCompacted, let most = setting("max.compaction.lag.ms"), most < Self.unlimited {
            // A segment is closed by then, and may not be cleaned before its newest record is old enough.
            bounds.append(max(most, min(segment, most) + least))
        }
        if words.contains("delete"), let retention = setting("retention.ms"), retention >= 0,
            retention < Self.unlimited
        {
            bounds.append(retention + min(segment, Self.unlimited))
        }
        if let bound = bounds.min() {
            end = .within(.milliseconds(bound))
        } else if isCompacted {
            end = .uncertain(setting: "max.compaction.lag.ms=\(max(Self.usual, least))")
        } else {
            end = .uncertain(setting: "retention.ms=\(90 * 86_400_000)")
        }
    }
}

extension KafkaAdmin {
    /// The command that gives a topic a setting, to paste.
    package static func alterCommand(_ topic: String, _ setting: String, settings: KafkaSettings) -> String {
        "kafka-configs --bootstrap-server \(settings.bootstrap) --alter --topic \(topic) --add-config \(setting)"
    }
}
