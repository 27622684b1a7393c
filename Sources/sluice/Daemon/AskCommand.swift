import CommandLine
import Configuration
import Core
import Daemon
import JSON

/// The commands that ask a daemon for something: `sluice trigger`, `pause`, `resume`, `skip-next`, `cancel`.
struct AskCommand {
    let program: Program
    let command: ParsedCommand

    func run() async throws -> Int32 {
        let options = try KafkaOptions(program: program, command: command, file: nil)
        let verb = try verb()
        let client = DaemonClient(options.settings, prefix: options.prefix)
        let waits = command.has("wait")
        let (answer, end) = try await client.ask(verb, by: program.operatorName, follows: waits)
        show(answer, end)
        if let end { return Int32(end.exitCode) }
        guard answer.status == .refused else { return ExitCode.success.rawValue }
        let isUnknown = answer.code?.contains("unknown") ?? false
        return (isUnknown ? ExitCode.configuration : .failed).rawValue
    }

    private func verb() throws -> DaemonCommand.Verb {
        let schedule = command.value("schedule") ?? ""
        switch command.path.last {
        case "trigger": return .trigger(schedule: schedule, insteadOfNext: command.has("instead-of-next"))
        case "pause":
            let until = try command.value("until").map { text in
                guard let time = TimeText.instant(text), time > Instant.systemClock() else {
                    throw command.bad("until", text, "a time to come: \(TimeText.forms)")
                }
                return time
            }
            return .pause(schedule: schedule, reason: command.value("reason") ?? "", until: until)
        case "resume": return .resume(schedule: schedule)
        case "skip-next":
            return command.has("undo") ? .undoSkips(schedule: schedule) : .skipNext(schedule: schedule)
        case "cancel": return .cancel(run: command.value("run") ?? "")
        default: preconditionFailure("a command without an implementation: \(command.title)")
        }
    }

    private func show(_ answer: CommandAnswer, _ end: RunFinish?) {
        if command.value("output") == "json" {
            let json: JSONValue = [
                "status": .string(answer.status.rawValue),
                "run": answer.run.map(JSONValue.string) ?? .null,
                "code": answer.code.map(JSONValue.string) ?? .null,
                "message": .string(answer.message),
                "ended": end.map { .string($0.status.rawValue) } ?? .null,
                "outcome": end?.outcome ?? .null,
            ]
            return program.print(json.compactText + "\n")
        }
        if answer.status == .refused {
            return program.complain("\(answer.message) [\(answer.code ?? "daemon.refused")]")
        }
        let run = answer.run.map { " (run \($0))" } ?? ""
        program.print("\(answer.message)\(run)\n")
        guard let end else { return }
        let records = end.outcome["records"]?.int ?? 0
        let deletes = end.outcome["deletes"]?.int ?? 0
        program.print("\(end.status.rawValue): \(records) records and \(deletes) deletes\n")
        if let message = end.errorMessage {
            program.complain("\(message) [\(end.errorCode ?? "run.failed")]")
        }
    }
}
