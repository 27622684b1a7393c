package import Core
package import Kafka
import Runs

/// Asks the daemon of an installation from another process, by the topics of commands and of runs.
package struct DaemonClient: Sendable {
    /// So long a command may take until it is answered.
    package static let patience = Duration.seconds(10)

    let kafka: KafkaSettings
    let prefix: TopicPrefix
    private let wall: WallClock
    private let monotonic: Monotonic

    /// A client of an installation; nothing is asked yet.
    package init(
        _ kafka: KafkaSettings,
        prefix: TopicPrefix,
        wall: @escaping WallClock = Instant.systemClock,
        monotonic: Monotonic = .system
    ) {
        self.kafka = kafka
        self.prefix = prefix
        self.wall = wall
        self.monotonic = monotonic
    }

    /// The host of the daemon; nil where none runs.
    package func holder() async throws -> String? { try await GroupMember.holder(kafka, prefix: prefix) }

    /// Asks, and gives the answer; throws where no daemon runs, or none answers.
    ///
    /// With `follows`, a run that comes of it is waited for, and its end given; `onLine` hears of every line about it.
    package func ask(
        _ verb: DaemonCommand.Verb,
        by: String,
        follows: Bool = false,
        onLine: @escaping @Sendable (RunLine) -> Void = { _ in }
    ) async throws -> (answer: CommandAnswer, end: RunFinish?) {
        guard let holder = try await holder() else {
            throw ClientError(
                .noDaemon,
                "no daemon runs for the topic prefix \(prefix): start it with sluice serve, or look at --topic-prefix and --kafka"
            )
        }
        let now = wall()
        let command = DaemonCommand(
            id: RandomID.make(),
            by: by,
            at: now,
            expires: now.advanced(by: Self.patience),
            verb: verb
        )
        let result = try await LogTopic.with(.runs, kafka, prefix: prefix) { runs in
            let start = try await runs.end()
            return try await LogTopic.with(.commands, kafka, prefix: prefix) { commands in
                try await commands.append(key: Array(command.id.utf8), try command.bytes())
                try await commands.flush()
                let heard = Heard(command: command.id, follows: follows, onLine: onLine)
                return try await hear(in: runs, from: start, heard)
            }
        }
        guard let result else {
            throw ClientError(
                .noAnswer,
                "the daemon on \(holder) did not answer within \(Self.patience.components.seconds) s; it does what was asked "
                    + "when it can, unless that is too late: look at sluice runs, and at its log"
            )
        }
        return result
    }

    /// The answer to a command, and the end of its run where that is followed; nil where no answer comes in time.
    private func hear(
        in runs: LogTopic,
        from start: Int64,
        _ heard: Heard
    ) async throws -> (answer: CommandAnswer, end: RunFinish?)? {
        try await withThrowingTaskGroup(of: (answer: CommandAnswer, end: RunFinish?)?.self) { group in
            group.addTask {
                try await runs.follow(from: .offset(start)) { record in
                    guard let line = try? RunLine(record.value ?? []) else { return true }
                    return heard.goesOn(after: line)
                }
                return heard.result
            }
            group.addTask { [monotonic] in
                try? await monotonic.sleep(Self.patience)
                // Once there is an answer, a run takes as long as it takes.
                guard heard.result == nil else {
                    await heard.end.wait()
                    return heard.result
                }
                return nil
            }
            defer { group.cancelAll() }
            return try await group.next() ?? nil
        }
    }

    // MARK: What was

    /// The lines of the log of runs since a time, those that are wanted, in the order in which they were written first.
    package func history(since start: Instant, where isWanted: @escaping @Sendable (RunLine) -> Bool)
        async throws
        -> [RunLine]
    {
        // Whoever only looks must not create what they look at.
        let admin = try KafkaAdmin(settings: kafka, patience: Self.patience)
        let topic = try await closing(admin, by: { await $0.close() }) {
            try await $0.describeTopic(prefix.runsTopic, withSettings: false)
        }
        guard topic != nil else {
            throw ClientError(
                .unknownRun,
                "no daemon ever ran for the topic prefix \(prefix): there is no topic \(prefix.runsTopic); look at "
                    + "--topic-prefix and --kafka"
            )
        }
        return try await LogTopic.with(.runs, kafka, prefix: prefix) { runs in
            var lines = RunLines()
            _ = try await runs.read(from: .time(start)) { record in
                guard let line = try? RunLine(record.value ?? []), isWanted(line) else { return }
                // One of an earlier time that was written again since.
                guard line.erased == nil || line.at >= start else { return }
                lines.take(line, key: record.key)
            }
            return lines.lines
        }
    }
}
