package import Core
import Synchronization

/// Where the reading of a log begins.
package enum LogStart: Hashable, Sendable {
    case beginning
    case offset(Int64)
    /// The first line that was appended at this time or later, by the clocks of those who append.
    case time(Instant)
}

/// A log of one partition that many append to and read: of runs, of commands; bytes in, bytes out.
///
/// `close()` must be called.
package final class LogTopic: Sendable {
    package let topic: String
    private let settings: KafkaSettings
    private let reader: TopicReader
    private let writer: LogWriter

    private init(_ settings: KafkaSettings, _ topic: String, _ monotonic: Monotonic) throws(PublishError) {
        self.settings = settings
        self.topic = topic
        reader = try TopicReader(settings: settings)
        writer = LogWriter(settings: settings, topic: topic, monotonic: monotonic)
    }

    /// The logs that an installation has.
    package enum Name: Sendable {
        case runs, commands, alerts

        /// Its topic in an installation.
        package func topic(_ prefix: TopicPrefix) -> String {
            switch self {
            case .runs: prefix.runsTopic
            case .commands: prefix.commandsTopic
            case .alerts: prefix.alertsTopic
            }
        }

        var layout: TopicLayout {
            switch self {
            case .runs: .runs
            case .commands: .commands
            case .alerts: .alerts
            }
        }
    }

    /// A log of an installation, created where it is missing.
    package static func open(
        _ name: Name,
        _ settings: KafkaSettings,
        prefix: TopicPrefix,
        origin: TopicOrigin = .createdHere
    ) async throws -> LogTopic {
        try await open(settings, topic: name.topic(prefix), layout: name.layout, origin: origin)
    }

    /// Opens a log of an installation for as long as `body` runs.
    package static func with<Value>(
        _ name: Name,
        _ settings: KafkaSettings,
        prefix: TopicPrefix,
        origin: TopicOrigin = .createdHere,
        _ body: (LogTopic) async throws -> Value
    ) async throws -> Value {
        try await closing(
            try await open(name, settings, prefix: prefix, origin: origin),
            by: { await $0.close() },
            body
        )
    }

    /// A log of another name.
    static func open(
        _ settings: KafkaSettings,
        topic: String,
        layout: TopicLayout,
        origin: TopicOrigin = .createdHere,
        monotonic: Monotonic = .system
    ) async throws -> LogTopic {
        let admin = try KafkaAdmin(settings: settings, patience: .seconds(20))
        try await closing(admin, by: { await $0.close() }) { try await ensure(topic, layout, origin, $0) }
        return try LogTopic(settings, topic, monotonic)
    }

    private static func ensure(
        _ topic: String,
        _ layout: TopicLayout,
        _ origin: TopicOrigin,
        _ admin: KafkaAdmin
    ) async throws {
        var description = try await origin.describe(topic, by: admin)
        if description == nil {
            try await layout.create(topic, brokers: try await admin.brokerCount(), by: admin)
            description = try await origin.describe(topic, by: admin)
        }
        guard let description else {
            throw PublishError(.unknownTopic, "the topic \(topic) was created and is not there")
        }
        guard description.partitions == 1 else {
            throw StateError(
                .otherLayout,
                "\(topic) has \(description.partitions) partitions: its lines have an order in one only; "
                    + "create it anew with 1"
            )
        }
        guard let policy = description.configuration["cleanup.policy"] else { return }
        // Made by an earlier version, or as it is made now: lines with keys of their own survive compaction.
        let accepted = ["delete", layout.configuration.first { $0.0 == "cleanup.policy" }?.1 ?? "delete"]
        guard accepted.contains(where: { TopicDescription.words($0) == TopicDescription.words(policy) })
        else {
            throw StateError(
                .otherLayout,
                "\(topic) has cleanup.policy=\(policy): lines would be lost, or stay for ever; set it to \(accepted[1])"
            )
        }
    }

    // MARK: Appending

    /// How many lines were appended that Kafka does not have yet.
    package var backlog: Int { writer.backlog }

    /// Appends a line behind those that were given before; durable once `flush()` returned.
    ///
    /// Kafka may be away meanwhile. Waits where very many lines are not acknowledged yet.
    package func append(key: [UInt8]? = nil, _ value: [UInt8]) async throws {
        try await writer.append(LogBacklog.Line(key: key, value: value))
    }

    /// Returns once Kafka has acknowledged every line that was appended before, however long it is away.
    ///
    /// Waiting is said in the client's log. What Kafka refuses is thrown, and tried again by the next call.
    package func flush() async throws { try await writer.flush() }

    // MARK: Reading

    /// The offset behind the last line.
    package func end() async throws(PublishError) -> Int64 {
        try await reader.highWatermark(topic: topic, partition: 0)
    }

    /// Gives `each` the lines from a start up to an end (nil: that of now), and returns the offset behind the last.
    package func read(
        from start: LogStart,
        upTo end: Int64? = nil,
        each: (TopicRecord) -> Void
    ) async throws -> Int64 {
        let target: Int64
        if let end { target = end } else { target = try await self.end() }
        let first = try await offset(of: start)
        let reached = try await reader.read(
            topic: topic,
            partition: 0,
            committed: false,
            from: first,
            upTo: target,
            deadline: .seconds(3600),
            standstill: .seconds(30),
            each: each
        )
        guard reached >= target else {
            try Task.checkCancellation()
            throw PublishError(
                .timedOut,
                "reading \(topic): Kafka gave nothing behind offset \(reached) for 30 s; try again"
            )
        }
        return reached
    }

    /// Gives `each` the lines from a start on, also those to come, until it answers false or the task is cancelled.
    ///
    /// A Kafka that is away is waited for.
    package func follow(
        from start: LogStart,
        each: (TopicRecord) async throws -> Bool
    ) async throws {
        let follower = try LogFollower(settings: settings, topic: topic, from: try await offset(of: start))
        do {
            var goesOn = true
            while goesOn {
                try Task.checkCancellation()
                let records = try await follower.next()
                for record in records {
                    goesOn = try await each(record)
                    if !goesOn { break }
                }
            }
        } catch {
            await follower.close()
            throw error
        }
        await follower.close()
    }

    /// The offset of a start: that of the oldest line where the log no longer has it.
    private func offset(of start: LogStart) async throws(PublishError) -> Int64 {
        let bounds = try await reader.bounds(topic: topic, partition: 0)
        switch start {
        case .beginning: return bounds.lowerBound
        case .offset(let offset): return max(offset, bounds.lowerBound)
        case .time(let time):
            let found = try await reader.offset(topic: topic, partition: 0, at: time)
            return max(found ?? bounds.upperBound, bounds.lowerBound)
        }
    }

    // MARK: The end

    /// Ends its clients; lines that Kafka does not have by then are waited for so long.
    package func close(patience: Duration = .seconds(5)) async {
        async let readerEnd: Void = reader.close()
        await writer.close(patience: patience)
        await readerEnd
    }
}
