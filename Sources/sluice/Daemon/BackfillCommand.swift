import CommandLine
import Configuration
import Core
import Daemon
import Glibc
import JSON
import Telemetry

/// `sluice backfill`: asks the daemon to read a stretch of time again, or to go on with that.
struct BackfillCommand {
    let program: Program
    let command: ParsedCommand

    func run() async throws -> Int32 {
        let options = try KafkaOptions(program: program, command: command, file: nil)
        let verb = try verb()
        let client = DaemonClient(options.settings, prefix: options.prefix)
        if case .backfill(var request) = verb, !request.isDryRun, !command.has("yes") {
            request.isDryRun = true
            let plan = try await client.ask(.backfill(request), by: program.operatorName).answer
            guard plan.status != .refused else { return show(plan, nil) }
            guard confirms(plan) else {
                program.complain("nothing was begun")
                return ExitCode.failed.rawValue
            }
        }
        let begun = Instant.systemClock()
        let answer = try await client.ask(verb, by: program.operatorName).answer
        guard command.has("wait"), answer.status != .refused, let id = answer.run else {
            return show(answer, nil)
        }
        let isJSON = command.value("output") == "json"
        if !isJSON { program.print("\(answer.message)\n") }
        // Clocks of two hosts may differ.
        let end = try await client.follow(backfill: id, since: begun.advanced(by: .seconds(-600))) {
            [program] note in
            guard !isJSON else { return }
            program.print("\(Self.text(note))\n")
        }
        return show(answer, end)
    }

    private func verb() throws -> DaemonCommand.Verb {
        let schedule = command.value("schedule")
        if let id = command.value("resume") {
            for name in ["from", "to", "stream"] where command.value(name) != nil {
                throw UsageError(
                    .badValue,
                    "--\(name) and --resume: a backfill goes on with what it was begun with; leave one of them out",
                    command: command.title
                )
            }
            return .resumeBackfill(id: id)
        }
        guard let schedule else { throw missing("the schedule", "name it, or a backfill with --resume") }
        let seconds = try command.duration("chunk").map { Int($0.components.seconds) }
        return .backfill(
            DaemonCommand.BackfillRequest(
                schedule: schedule,
                streams: command.values("stream").isEmpty ? nil : command.values("stream"),
                from: try time("from"),
                to: try time("to"),
                chunk: seconds ?? DaemonCommand.BackfillRequest.usualChunk,
                isDryRun: command.has("dry-run")
            )
        )
    }

    private func time(_ name: String) throws -> Instant {
        guard let time = try command.instant(name) else {
            throw missing("--\(name)", "say \(TimeText.forms)")
        }
        return Instant(milliseconds: time.milliseconds)
    }

    private func missing(_ what: String, _ remedy: String) -> UsageError {
        UsageError(.badValue, "\(what) is missing; \(remedy)", command: command.title)
    }

    /// Whoever cannot be asked must have said it.
    private func confirms(_ plan: CommandAnswer) -> Bool {
        program.complain(plan.message)
        guard isatty(STDIN_FILENO) == 1 else {
            program.complain("say --yes to begin it, where nobody can be asked")
            return false
        }
        program.console.write(Array("Begin? [y/N] ".utf8))
        return ["y", "yes"].contains(readLine()?.lowercased() ?? "")
    }

    private func show(_ answer: CommandAnswer, _ end: BackfillNote?) -> Int32 {
        if command.value("output") == "json" {
            let json: JSONValue = [
                "status": .string(answer.status.rawValue),
                "backfill": answer.run.map(JSONValue.string) ?? .null,
                "code": answer.code.map(JSONValue.string) ?? .null,
                "message": .string(answer.message),
                "end": end.map(Self.json) ?? .null,
            ]
            program.print(json.compactText + "\n")
        } else if answer.status == .refused {
            program.complain("\(answer.message) [\(answer.code ?? "daemon.refused")]")
        } else if end == nil {
            program.print("\(answer.message)\n")
        }
        guard answer.status != .refused else {
            let isWrong = answer.code?.contains("unknown") == true || answer.code?.contains("bad_") == true
            return (isWrong ? ExitCode.configuration : .failed).rawValue
        }
        guard let end else { return ExitCode.success.rawValue }
        return (end.backfill.status == .done ? ExitCode.success : .failed).rawValue
    }

    private static func text(_ note: BackfillNote) -> String {
        let backfill = note.backfill
        let reason = backfill.reason.map { ": \($0)" } ?? ""
        return "\(backfill.status.rawValue), \(backfill.done) of \(backfill.chunks) chunks are done\(reason)"
    }

    static func json(_ note: BackfillNote) -> JSONValue {
        let backfill = note.backfill
        return [
            "id": .string(backfill.id),
            "schedule": .string(note.schedule),
            "account": .string(note.account.text),
            "status": .string(backfill.status.rawValue),
            "streams": backfill.streams.map { .array($0.map(JSONValue.string)) } ?? .null,
            "from": .string(backfill.from.rfc3339()),
            "to": .string(backfill.to.rfc3339()),
            "chunk_seconds": .number(backfill.chunk),
            "done": .number(backfill.done),
            "chunks": .number(backfill.chunks),
            "by": .string(backfill.by),
            "created": .string(backfill.created.rfc3339()),
            "ended": backfill.ended.map { .string($0.rfc3339()) } ?? .null,
            "reason": backfill.reason.map(JSONValue.string) ?? .null,
        ]
    }
}
