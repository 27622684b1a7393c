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

    /// Does what somebody asks of an account, one thing behind the other in one session, and gives what each came to.
    func perform(_ jobs: [(request: StateRequest, job: any AccountJob)]) async throws -> [ChangedState] {
        guard let account = jobs.first?.request.account else { return [] }
        let session = try settings(account)
        return try await LogTopic.with(.runs, options.settings, prefix: options.prefix) { runs in
            try await AccountSession.withSession(session) { session in
                var changed: [ChangedState] = []
                for (request, job) in jobs {
                    changed.append(
                        try await job.run(
                            in: session,
                            at: Instant.systemClock(),
                            add: { try await session.add($0) },
                            before: { changed in
                                let entry = AuditEntry(request, changed, by: program.operatorName)
                                try await audit(entry, runs)
                                return []
                            }
                        )
                    )
                }
                return changed
            }
        }
    }

    /// Writes into the audit what is about to be done: no change may be there that nobody knows of.
    func audit(_ entry: AuditEntry, _ runs: LogTopic) async throws {
        let line = RunLine(at: Instant.systemClock(), host: program.hostName, event: .audit(entry))
        try await runs.append(key: RunLine.newKey(), try line.bytes())
        try await runs.flush()
    }
}
