package import Core
package import Kafka
import Runs

/// What is left on disks and in logs once records are erased, for how long, and what ends it sooner.
package struct ErasureRemains: Sendable {
    /// A topic from which the brokers still have to remove bytes.
    package struct Topic: Hashable, Sendable {
        package var name: String
        package var bound: RemovalBound
        /// The command that makes a bound where there is none.
        package var command: String?
    }

    package var topics: [Topic] = []
    /// What the logs of the installation say of the keys.
    package var logs: [LogErasure.Result] = []

    /// Looks at the topics that hold something of what surveys found.
    package init(_ results: [ErasureSurvey.Result], _ kafka: KafkaSettings, prefix: TopicPrefix) async throws
    {
        let keys = results.reduce(into: Set()) { $0.formUnion($1.erasure.keys) }
        for name in [LogTopic.Name.runs, .alerts] {
            if let log = try await LogErasure(name, kafka, prefix: prefix, keys: keys).look() {
                logs.append(log)
            }
        }
        let found = results.flatMap(\.found)
        var names = Set(found.flatMap(\.topics.keys))
        if found.contains(where: { $0.remembered > 0 }) { names.insert(prefix.versionsTopic) }
        if found.contains(where: { $0.letters > 0 }) { names.insert(prefix.deadTopic) }
        if results.contains(where: { !$0.state.isEmpty }) { names.insert(prefix.stateTopic) }
        names.formUnion(logs.filter { $0.replaced + $0.left > 0 }.map(\.topic))
        let admin = try KafkaAdmin(settings: kafka, patience: .seconds(20))
        topics = try await closing(admin, by: { await $0.close() }) { admin in
            var topics: [Topic] = []
            for name in names.sorted() {
                guard let configuration = try await admin.describeTopic(name)?.configuration else { continue }
                let bound = RemovalBound(configuration)
                var command: String?
                if case .uncertain(let setting) = bound.end {
                    command = KafkaAdmin.alterCommand(name, setting, settings: kafka)
                }
                topics.append(Topic(name: name, bound: bound, command: command))
            }
            return topics
        }
    }
}

extension ErasureRemains {
    /// In words, until when the bytes are there and what helps: a line for all topics that have the same bound.
    package var lines: [String] {
        var lines: [String] = []
        let sorted = Dictionary(grouping: topics, by: \.bound).values.sorted { $0[0].name < $1[0].name }
        for same in sorted {
            switch same[0].bound.end {
            case .within(let duration):
                let names = same.map(\.name).joined(separator: ", ")
                let deletes =
                    same[0].bound.deletesStay.map { "; the deletes stay \(Self.text($0)) longer" } ?? ""
                lines.append(
                    "off the disks within \(Self.text(duration)), as long as something is written to each of them\(deletes): \(names)"
                )
            case .uncertain:
                lines += same.map {
                    "\($0.name): nothing says when the bytes are off the disks; this does: \($0.command ?? "")"
                }
            case .unknown:
                lines += same.map {
                    "\($0.name): its settings may not be seen, so that nobody can say when the bytes are off the disks; grant "
                        + "DescribeConfigs"
                }
            }
        }
        return lines
    }

    /// Whole days, or hours below two of them.
    private static func text(_ duration: Duration) -> String {
        let hours = (duration.components.seconds + 3599) / 3600
        guard hours >= 48 else { return hours == 1 ? "an hour" : "\(hours) hours" }
        return "\((hours + 23) / 24) days"
    }
}

extension LogErasure.Result {
    /// In words what becomes of its lines; nil where none names a key.
    ///
    /// `bound` says until when they are there.
    package func text(_ kafka: KafkaSettings, _ bound: RemovalBound?) -> String? {
        guard replaced + left > 0 else { return nil }
        var parts: [String] = []
        if replaced > 0 {
            parts.append(
                "\(replaced) \(replaced == 1 ? "line names" : "lines name") a key and \(replaced == 1 ? "is" : "are") written again without it"
            )
        }
        if left > 0, let lastLeft {
            var until = ""
            if case .within(let duration)? = bound?.end {
                until = " until \(lastLeft.advanced(by: duration).rfc3339()) at the latest"
            }
            parts.append(
                "\(left) \(left == 1 ? "line names" : "lines name") a key and \(left == 1 ? "stays" : "stay")\(until)"
            )
            if !isCompacted, topic.hasSuffix(".runs") {
                let command = KafkaAdmin.alterCommand(
                    topic,
                    "cleanup.policy=[compact,delete],max.compaction.lag.ms=1728000000",
                    settings: kafka
                )
                parts.append(
                    "lines of this version can be written again once the topic is compacted, of those of earlier ones compaction keeps the "
                        + "last of each schedule only: \(command)"
                )
            }
        }
        return "\(topic): " + parts.joined(separator: "; ")
    }
}
