package import Core
import JSON
package import Kafka
import Synchronization
package import Telemetry

/// What the daemon writes down and is asked through, in Kafka; `close()` must be called.
package final class KafkaRecords: RunRecords {
    private let runs: LogTopic
    private let commands: LogTopic
    /// Nil where nobody else can be there.
    private let member: GroupMember?
    private let logger: Logger
    private let progress = Locked(CommandProgress())
    /// Lines that wait until it is certain that this is the daemon.
    private let held = Locked(0)

    /// The records of an installation, for the one that is its member, or the only one that can be.
    package init(
        _ kafka: KafkaSettings,
        prefix: TopicPrefix,
        origin: TopicOrigin = .createdHere,
        member: GroupMember?,
        logger: Logger
    ) async throws {
        runs = try await LogTopic.open(.runs, kafka, prefix: prefix, origin: origin)
        do {
            commands = try await LogTopic.open(.commands, kafka, prefix: prefix, origin: origin)
        } catch {
            await runs.close()
            throw error
        }
        self.member = member
        self.logger = logger
    }

    /// Gives both logs back, once what was added is durable or five seconds are over.
    package func close() async {
        async let runsEnd: Void = runs.close()
        await commands.close()
        await runsEnd
    }

    // MARK: The log of runs

    package func append(_ line: RunLine) async throws {
        // What a daemon decided that was taken for dead, its successor decides (I5): anybody can append to the log.
        if let member {
            held.withLock { $0 += 1 }
            defer { held.withLock { $0 -= 1 } }
            try await member.holds()
        }
        try await runs.append(key: RunLine.newKey(), try line.bytes())
    }

    package func flush() async throws { try await runs.flush() }

    package var backlog: Int { runs.backlog + held.withLock { $0 } }

    /// What the log of runs says since a time.
    func history(since start: Instant) async throws -> DaemonHistory {
        var history = DaemonHistory()
        var unreadable = 0
        _ = try await runs.read(from: .time(start)) { record in
            guard let bytes = record.value, let line = try? RunLine(bytes) else { return unreadable += 1 }
            // One of an earlier time that was written again since.
            guard line.erased == nil || line.at >= start else { return }
            history.take(line)
        }
        if unreadable > 0 {
            logger.warning(
                "the log of runs has lines that this version cannot read",
                ["lines": .number(String(unreadable))]
            )
        }
        return history
    }

    // MARK: Commands

    /// Gives the commands in their order; throws where the daemon has lost its place.
    func commands(_ each: @escaping @Sendable (DaemonCommand) -> Void) async throws {
        guard let member else {
            return try await commands.follow(from: .beginning) { record in
                give(record, to: each)
                return true
            }
        }
        try await member.commands { [self] record in give(record, to: each) }
    }

    private func give(_ record: TopicRecord, to each: (DaemonCommand) -> Void) {
        do {
            let command = try DaemonCommand(record.value ?? [])
            progress.withLock { $0.take(command.id, at: record.offset) }
            each(command)
        } catch {
            progress.withLock { $0.pass(record.offset) }
            logger.error("a command that cannot be read is passed over", ["error": .string("\(error)")])
        }
    }

    package func post(_ command: DaemonCommand) async throws {
        try await commands.append(key: Array(command.id.utf8), try command.bytes())
        try await commands.flush()
    }

    package func done(_ command: String) async {
        let offset = progress.withLock { progress in
            progress.done(command)
            return progress.advance()
        }
        guard let offset, let member else { return }
        do {
            try await member.commit(before: offset)
        } catch is CancellationError {
        } catch {
            // Given again, it is known by its id.
            logger.debug("the place in the topic of commands was not kept", ["error": .string("\(error)")])
        }
    }
}
