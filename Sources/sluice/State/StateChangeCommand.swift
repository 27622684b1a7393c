import CommandLine
import Configuration
import Core
import Daemon
import JSON
import Kafka
import Synchronization

/// `sluice state reset`, `set` and `skip`, and `sluice account remove`: one account's state is changed by hand.
struct StateChangeCommand {
    let program: Program
    let command: ParsedCommand

    func run() async throws -> Int32 {
        let request = try request()
        let options = try KafkaOptions(program: program, command: command, file: nil)
        let report = ChangeReport(program: program, command: command)
        // What has no meaning is refused before anybody is asked.
        let plan = try await plan(request, options)
        report.show([(request.account, plan)])
        guard !command.has("dry-run") else {
            report.finish(.planned, [(request.account, plan)], message: "nothing was changed: --dry-run")
            return ExitCode.success.rawValue
        }
        guard report.isWanted("Do it?") else { return ExitCode.failed.rawValue }
        if let code = try await ask(request, plan, options, report) { return code }
        let changed = try await perform(request, plan, options)
        report.finish(
            .done,
            [(request.account, changed)],
            by: "this process",
            message: "done: \(request.change.name)"
        )
        return ExitCode.success.rawValue
    }

    private func plan(_ request: StateRequest, _ options: KafkaOptions) async throws -> ChangedState {
        let found = try await StateScan(options.settings, prefix: options.prefix).run(of: request.account)
        return try request.applied(
            to: found.accounts[request.account] ?? [:],
            by: program.operatorName,
            at: Instant.systemClock()
        )
    }

    // MARK: What is asked

    private func request() throws -> StateRequest {
        StateRequest(account: try command.account(), change: try change(), reason: try command.reason())
    }

    private func change() throws -> StateChange {
        switch command.path.last {
        case "reset":
            let streams = try command.values("stream").map { try command.stream($0) }
            return .reset(streams: streams.isEmpty ? nil : streams, forgets: command.has("forget"))
        case "set":
            guard let time = try command.instant("at") else { throw command.bad("at", "", TimeText.forms) }
            return .set(try stream(), at: time)
        case "skip": return .skip(try stream(), try part())
        case "remove": return .remove
        default: preconditionFailure("a command without an implementation: \(command.title)")
        }
    }

    private func stream() throws -> StreamName { try command.stream(command.value("stream") ?? "") }

    private func part() throws -> StateChange.Part {
        let given = ["before", "before-page", "rest"].filter { command.has($0) }
        guard given.count == 1 else {
            throw UsageError(
                .badValue,
                given.isEmpty
                    ? "say what is left out: --before TIME, --before-page TOKEN or --rest"
                    : "--\(given.joined(separator: " and --")) leave out different things; choose one",
                command: command.title
            )
        }
        if let text = command.value("before") {
            if text == "now" { return .before(Instant.systemClock()) }
            guard let time = TimeText.instant(text) else {
                throw command.bad("before", text, "now, \(TimeText.forms)")
            }
            return .before(time)
        }
        guard let text = command.value("before-page") else { return .rest }
        do {
            return .beforePage(try JSONValue.parse(Array(text.utf8)))
        } catch {
            throw command.bad("before-page", text, "JSON: a text stands in quotes, as in '\"abc\"'")
        }
    }

    // MARK: By a daemon

    /// The exit code where a daemon did it, or refused; nil where there is none, or none that knows the account.
    private func ask(
        _ request: StateRequest,
        _ plan: ChangedState,
        _ options: KafkaOptions,
        _ report: ChangeReport
    ) async throws -> Int32? {
        let daemon = DaemonRequest(program: program, command: command, options: options)
        guard let (holder, answer) = try await daemon.ask(request) else { return nil }
        guard answer.status == .refused else {
            report.finish(
                .done,
                [(request.account, plan)],
                by: "the daemon on \(holder)",
                message: "done: \(request.change.name), by the daemon on \(holder): \(answer.message)"
            )
            return ExitCode.success.rawValue
        }
        let code = answer.code ?? "daemon.refused"
        report.finish(
            .refused,
            [(request.account, plan)],
            by: "the daemon on \(holder)",
            code: code,
            message: answer.message
        )
        return (code.hasPrefix("state.") ? ExitCode.configuration : .failed).rawValue
    }

    // MARK: By itself

    private func perform(_ request: StateRequest, _ plan: ChangedState, _ options: KafkaOptions) async throws
        -> ChangedState
    {
        let writer = StateWriter(program: program, command: command, options: options)
        var settings = try writer.settings(request.account)
        switch request.change {
        case .reset: settings.resyncs = StreamChoice(Set(plan.lines.compactMap(\.stream)))
        case .remove:
            settings.acceptsLoss = true
            settings.leavesNothing = true
        case .set, .skip, .letters, .erase: break
        }
        let session = settings
        let changed = try await LogTopic.with(.runs, options.settings, prefix: options.prefix) { runs in
            try await AccountSession.withSession(session) { session in
                try await session.change(request, by: program.operatorName, at: Instant.systemClock()) {
                    changed in
                    try await writer.audit(AuditEntry(request, changed, by: program.operatorName), runs)
                    return []
                }
            }
        }
        if case .remove = request.change { try await checkNothingIsLeft(of: request.account, options) }
        return changed
    }

    private func checkNothingIsLeft(of account: AccountName, _ options: KafkaOptions) async throws {
        let found = try await StateScan(options.settings, prefix: options.prefix).run(of: account)
        guard let left = found.accounts[account], !left.isEmpty else { return }
        throw PublishError(
            .timedOut,
            "\(account) is removed but for \(left.count) records of the session that did it, which Kafka did not take at its end; "
                + "run it again"
        )
    }
}
