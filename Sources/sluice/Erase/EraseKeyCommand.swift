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
    }

    func run() async throws -> Int32 {
        let reason = try command.reason()
        let file = try command.value("config").map { try AccountFile.load($0) }
        let selection = try ErasedSelection(program: program, command: command, file: file)
        try check(reason, selection)
        let options = try KafkaOptions(program: program, command: command, file: file)
        let report = ErasureReport(program: program, command: command, kafka: options.settings)
        var plans: [Plan] = []
        let accounts = Dictionary(grouping: selection.parts, by: \.account)
        for (account, parts) in accounts.sorted(by: { $0.key < $1.key }) {
            plans += try await self.plans(account, parts.map(\.keys), reason, file, options)
        }
        let remains = try await ErasureRemains(plans.map(\.survey), options.settings, prefix: options.prefix)
        report.show(plans, remains)
        guard !command.has("dry-run") else {
            report.finish(.planned, plans, remains, message: "nothing was erased: --dry-run")
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
        for (_, plans) in Dictionary(grouping: plans, by: \.request.account).sorted(by: { $0.key < $1.key }) {
            doers.formUnion(try await erase(plans, options))
        }
        let doer = doers.sorted().joined(separator: " and ")
        let request =
            doers.contains(Self.itself) && doers.count == 1
            ? ""
            : "; the request itself names the keys, and stays in \(options.prefix.commandsTopic) until its retention ends"
        report.finish(.done, plans, remains, by: doer, message: "erased, by \(doer)\(request)")
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

    private func plans(
        _ account: AccountName,
        _ keys: [StateChange.ErasedKeys],
        _ reason: String,
        _ file: AccountFile?,
        _ options: KafkaOptions
    ) async throws -> [Plan] {
        let sources = try AccountSources(of: account, program: program, command: command, file: file)
        let shape = try AccountShape(sources)
        try sources.check(shape.account, is: account)
        let state = try await StateScan(options.settings, prefix: options.prefix).run(of: account)
        let survey = ErasureSurvey(
            keys,
            of: account,
            kafka: options.settings,
            prefix: options.prefix,
            shape: shape,
            onTopic: program.looksThrough
        )
        return zip(keys, try await survey.run(state.accounts[account] ?? [:])).map { keys, result in
            Plan(
                request: StateRequest(account: account, change: .erase(keys), reason: reason),
                erased: keys,
                shape: shape,
                survey: result
            )
        }
    }

    /// Who did it, for one account: a daemon that knows it, else this process, all of it in one session.
    private func erase(_ plans: [Plan], _ options: KafkaOptions) async throws -> Set<String> {
        let daemon = DaemonRequest(program: program, command: command, options: options)
        var doers: Set<String> = []
        var own: [(StateRequest, any AccountJob)] = []
        for plan in plans {
            if let (holder, answer) = try await daemon.ask(plan.request) {
                guard answer.status != .refused else {
                    throw StateError(
                        .unknownKey,
                        "the daemon on \(holder) refused it: \(answer.message) [\(answer.code ?? "daemon.refused")]"
                    )
                }
                doers.insert("the daemon on \(holder)")
                continue
            }
            let job = EraseJob(
                plan.request,
                plan.erased,
                kafka: options.settings,
                prefix: options.prefix,
                shape: plan.shape
            )
            own.append((plan.request, job))
        }
        guard !own.isEmpty else { return doers }
        _ = try await StateWriter(program: program, command: command, options: options).perform(own)
        return doers.union([Self.itself])
    }
}
