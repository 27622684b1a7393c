import CommandLine
import Configuration
import Core
import Daemon
import Glibc
import Kafka

/// `sluice state import`: takes over the state of accounts from a file.
struct StateImportCommand {
    let program: Program
    let command: ParsedCommand

    private typealias Plans = [(account: AccountName, changed: ChangedState)]

    func run() async throws -> Int32 {
        let reason = try command.reason()
        let options = try KafkaOptions(program: program, command: command, file: nil)
        let report = ChangeReport(program: program, command: command)
        let file = try file()
        if let holder = try await DaemonClient(options.settings, prefix: options.prefix).holder() {
            throw StateError(
                .daemonRuns,
                "a daemon runs on \(holder) for the topic prefix \(options.prefix), and what it knows of the schedules would go "
                    + "over what is imported: end it, import, and start it again"
            )
        }
        let found = try await state(options)
        let transfer = StateTransfer(
            of: file,
            into: options.prefix,
            layout: found.layout?.id,
            consent: .init(
                replaces: command.has("replace"),
                resyncs: command.has("resync"),
                acceptsLoss: command.has("accept")
            ),
            by: program.operatorName,
            reason: reason,
            at: Instant.systemClock()
        )
        let ends = try await ends(of: file, transfer, options)
        var problems = Problems()
        var plans: Plans = []
        for account in file.accounts {
            let changed = try problems.take {
                try transfer.plan(account, over: found.accounts[account.name] ?? [:], ends: ends)
            }
            if let changed, !changed.records.isEmpty { plans.append((account.name, changed)) }
        }
        try problems.check()
        guard !plans.isEmpty else {
            report.finish(.done, [], message: "all of it is here already")
            return ExitCode.success.rawValue
        }
        report.show(plans)
        guard !command.has("dry-run") else {
            report.finish(.planned, plans, message: "nothing was changed: --dry-run")
            return ExitCode.success.rawValue
        }
        guard report.isWanted("Import \(plans.count) \(plans.count == 1 ? "account" : "accounts")?") else {
            return ExitCode.failed.rawValue
        }
        return try await take(plans.map(\.account), of: transfer, ends, reason, options, report)
    }

    // MARK: What is there

    private func file() throws -> StateFile {
        let path = command.value("file") ?? ""
        let bytes = try FileBytes.load(path == "-" ? "/dev/stdin" : path, limit: StateFile.maximumBytes)
        var file = try StateFile(bytes, name: path == "-" ? "the standard input" : path)
        let choice = try AccountChoice(program: program, command: command)
        let all = file.accounts.map(\.name.text)
        file.accounts.removeAll { !choice.contains($0.name) }
        guard !file.accounts.isEmpty else {
            throw StateError(
                .unknownStream,
                "\(path) has no such account; it has \(all.isEmpty ? "none" : all.joined(separator: ", "))"
            )
        }
        return file
    }

    /// Nothing, where nothing was ever synced.
    private func state(_ options: KafkaOptions) async throws -> StateScan.Found {
        do {
            return try await StateScan(options.settings, prefix: options.prefix).run()
        } catch let error as PublishError where error.code == .unknownTopic {
            return StateScan.Found()
        }
    }

    private func ends(of file: StateFile, _ transfer: StateTransfer, _ options: KafkaOptions) async throws
        -> StateTransfer.Ends
    {
        var topics: Set<String> = []
        for account in file.accounts { topics.formUnion(try transfer.topics(of: account)) }
        let wanted = topics.sorted()
        return try await closing(try TopicReader(settings: options.settings), by: { await $0.close() }) {
            reader in
            var ends: StateTransfer.Ends = [:]
            for topic in wanted {
                do {
                    ends[topic] = try await reader.endOffsets(topic: topic)
                } catch let error as PublishError where error.code == .unknownTopic {
                    continue
                }
            }
            return ends
        }
    }

    // MARK: Taking it over

    /// Each account in a session of its own; one that fails stops none of the others.
    private func take(
        _ accounts: [AccountName],
        of transfer: StateTransfer,
        _ ends: StateTransfer.Ends,
        _ reason: String,
        _ options: KafkaOptions,
        _ report: ChangeReport
    ) async throws -> Int32 {
        let writer = StateWriter(program: program, command: command, options: options)
        var done: Plans = []
        var first: (any SluiceError)?
        for account in accounts {
            do {
                done.append((account, try await take(account, of: transfer, ends, reason, writer)))
            } catch let error as any SluiceError {
                program.complain("\(account) was not imported: \(error)")
                first = first ?? error
            }
        }
        let text = "\(done.count) of \(accounts.count) accounts imported"
        guard let first else {
            report.finish(.done, done, by: "this process", message: text)
            return ExitCode.success.rawValue
        }
        report.finish(
            done.isEmpty ? .refused : .partial,
            done,
            by: "this process",
            code: first.codeText,
            message: "\(text); run it again for the others"
        )
        return (done.isEmpty ? first.exitCode : .partial).rawValue
    }

    private func take(
        _ name: AccountName,
        of transfer: StateTransfer,
        _ ends: StateTransfer.Ends,
        _ reason: String,
        _ writer: StateWriter
    ) async throws -> ChangedState {
        let settings = try writer.settings(name)
        let by = program.operatorName
        return try await LogTopic.with(.runs, settings.kafka, prefix: settings.prefix) { runs in
            try await AccountSession.withSession(settings) { session in
                // What stands there now, with nobody else to write it.
                let changed = try transfer.plan(name, over: session.state, ends: ends)
                guard !changed.records.isEmpty else { return changed }
                let entry = AuditEntry(
                    by: by,
                    what: "state import",
                    account: name,
                    before: changed.before,
                    after: changed.after,
                    reason: reason
                )
                try await writer.audit(entry, runs)
                try await session.take(changed.records)
                return changed
            }
        }
    }
}
