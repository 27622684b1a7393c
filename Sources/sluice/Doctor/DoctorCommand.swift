import CommandLine
import Configuration
import Core
import JSON
import Telemetry

/// `sluice doctor`: looks at everything that a daemon needs, whatever is wrong before.
struct DoctorCommand {
    let program: Program
    let command: ParsedCommand

    func run() async -> Int32 {
        let options = DaemonOptions(program: program, command: command)
        let draft = options.draft()
        let isJSON = command.value("output") == "json"
        var findings: [Finding] = []
        // Secrets of accounts are hidden by who reads them.
        let redaction = Redaction(secrets: draft.secrets)
        func show(_ more: [Finding]) {
            findings += more
            // Told as they come: some of them take a while.
            if !isJSON { program.print(more.map { redaction($0.lines) }.joined()) }
        }
        show(settings(draft))
        let machine = MachineCheckup(program: program, draft: draft)
        show(machine.clock())
        show(machine.folders())
        show(machine.zones())
        let accounts = AccountsCheckup(options: options, draft: draft)
        let folder = await accounts.folder()
        show(folder.findings)
        show(await BrokerCheckup(draft: draft, otherTopics: folder.otherTopics).run())
        show(await RegistryCheckup(draft: draft).run())
        for schedule in folder.accounts { show(await accounts.credentials(of: schedule)) }
        let errors = findings.filter { $0.status == .error }
        let warnings = findings.count { $0.status == .warning }
        if isJSON {
            let json: JSONValue = [
                "checks": .array(findings.map(\.json)),
                "errors": .number(errors.count),
                "warnings": .number(warnings),
            ]
            program.print(redaction(json.compactText) + "\n")
        } else {
            program.print("\(findings.count) checks, \(errors.count) errors, \(warnings) warnings\n")
        }
        return errors.map(\.exitCode.rawValue).max() ?? ExitCode.success.rawValue
    }

    private func settings(_ draft: DaemonDraft) -> [Finding] {
        guard let error = draft.error else {
            return [.ok("settings", nil, "\(draft.rows.count) are known; sluice config show lists them")]
        }
        return Finding.errors("settings", nil, error)
    }
}
