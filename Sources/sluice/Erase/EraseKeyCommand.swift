import CommandLine
import Configuration
import Core
import Daemon
import JSON
import Kafka
import Runs
import Telemetry

/// `sluice erase key`: nothing is left of the records of some keys.
struct EraseKeyCommand {
    let program: Program
    let command: ParsedCommand

    private static let itself = "this process"

    /// What is asked for, and what is there of it.
    struct Plan {
        var request: StateRequest
        var erased: StateChange.ErasedKeys
        var shape: AccountShape
        var survey: ErasureSurvey.Result
        var remains: ErasureRemains
    }

    func run() async throws -> Int32 {
        let reason = try command.reason()
        let file = try command.value("config").map { try AccountFile.load($0) }
        let selection = try ErasedSelection(program: program, command: command, file: file)
        try check(reason, selection)
        let options = try KafkaOptions(program: program, command: command, file: file)
        let report = ErasureReport(program: program, command: command, kafka: options.settings)
        var plans: [Plan] = []
        for part in selection.parts { plans.append(try await plan(part, reason, file, options)) }
        report.show(plans)
        guard !command.has("dry-run") else {
            report.finish(.planned, plans, message: "nothing was erased: --dry-run")
            return ExitCode.success.rawValue
        }
        for plan in plans {
            let unknown = plan.survey.found.filter { !$0.isKnown }
            guard unknown.isEmpty || plan.survey.isNamedByLog else {
                let names = unknown.map { String(decoding: $0.name, as: UTF8.self) }
                throw ErasureWords(plan.request.account, plan.erased).unknownKeys(names)
            }
        }
        let changes = ChangeReport(program: program, command: command)
        guard changes.isWanted("Erase it?") else { return ExitCode.failed.rawValue }
        var doers: Set<String> = []
        for plan in plans { doers.insert(try await erase(plan, options)) }
        let doer = doers.sorted().joined(separator: " and ")
        let request =
            doers.contains(Self.itself) && doers.count == 1
            ? ""
            : "; the request itself names the keys, and stays in \(options.prefix.commandsTopic) until its retention ends"
        report.finish(.done, plans, by: doer, message: "erased, by \(doer)\(request)")
        return ExitCode.success.rawValue
    }

    /// The reason stands in the audit, which must not bring back what is erased.
    private func check(_ reason: String, _ selection: ErasedSelection) throws {
        let names = selection.parts.contains { part in
            StateRequest(account: part.account, change: .erase(part.keys), reason: reason).namesErased
        }
        guard names else { return }
        throw UsageError(
            .badValue,
            "--reason names a key that is to be erased, and stays in the audit: name the request instead",
            command: command.title
        )
    }

    private func plan(
        _ part: ErasedSelection.Part,
        _ reason: String,
        _ file: AccountFile?,
        _ options: KafkaOptions
    ) async throws -> Plan {
        let sources = try AccountSources(of: part.account, program: program, command: command, file: file)
        let shape = try AccountShape(sources)
        try sources.check(shape.account, is: part.account)
        let state = try await StateScan(options.settings, prefix: options.prefix).run(of: part.account)
        let survey = ErasureSurvey(
            part.keys,
            of: part.account,
            kafka: options.settings,
            prefix: options.prefix,
            shape: shape,
            onTopic: { topic in
                guard program.terminal.isInteractive else { return }
                program.complain("looking through \(topic)")
            }
        )
        let result = try await survey.run(state.accounts[part.account] ?? [:])
        return Plan(
            request: StateRequest(account: part.account, change: .erase(part.keys), reason: reason),
            erased: part.keys,
            shape: shape,
            survey: result,
            remains: try await ErasureRemains(result, options.settings, prefix: options.prefix)
        )
    }

    /// Who did it: a daemon that knows the account, else this process.
    private func erase(_ plan: Plan, _ options: KafkaOptions) async throws -> String {
        let daemon = DaemonRequest(program: program, command: command, options: options)
        if let (holder, answer) = try await daemon.ask(plan.request) {
            guard answer.status == .refused else { return "the daemon on \(holder)" }
            throw StateError(
                .unknownKey,
                "the daemon on \(holder) refused it: \(answer.message) [\(answer.code ?? "daemon.refused")]"
            )
        }
        let writer = StateWriter(program: program, command: command, options: options)
        let job = EraseJob(
            plan.request,
            plan.erased,
            kafka: options.settings,
            prefix: options.prefix,
            shape: plan.shape
        )
        _ = try await writer.perform(plan.request, job)
        return Self.itself
    }
}
