import CommandLine
import Core
import Daemon
import Kafka
import Runs

/// This process as the writer of an account's state, where no daemon is it (I3).
struct StateWriter {
    let program: Program
    let command: ParsedCommand
    let options: KafkaOptions

    /// The settings of a session in which nothing is read and no event published.
    func settings(_ account: AccountName) throws -> SessionSettings {
        var settings = SessionSettings(
            kafka: options.settings,
            prefix: options.prefix,
            account: account,
            run: RunID(at: Instant.systemClock()).text,
            host: program.hostName,
            lockFolder: try command.value("lock-folder").map { try LockFolder(path: $0) }
                ?? LockFolder.standard(),
            eventTopics: []
        )
        settings.cacheFolder = command.value("cache-folder").map { CacheFolder(path: $0) }
        settings.takesOver = command.has("take-over")
        settings.waits = command.has("wait")
        return settings
    }

    /// Writes into the audit what is about to be done: no change may be there that nobody knows of.
    func audit(_ entry: AuditEntry, _ runs: LogTopic) async throws {
        let line = RunLine(at: Instant.systemClock(), host: program.hostName, event: .audit(entry))
        try await runs.append(key: line.key, try line.bytes())
        try await runs.flush()
    }
}
