import CommandLine
import Configuration
import Core
import Daemon
import JSON
import Telemetry

/// `sluice backfills`: what the log of runs says of them, whether a daemon runs or not.
struct BackfillsCommand {
    let program: Program
    let command: ParsedCommand

    private static let usualAge = Duration.seconds(30 * 86_400)

    func run() async throws -> Int32 {
        let options = try KafkaOptions(program: program, command: command, file: nil)
        let client = DaemonClient(options.settings, prefix: options.prefix)
        let since = try command.instant("since")
        let start = since ?? Instant.systemClock().advanced(by: .zero - Self.usualAge)
        let schedule = command.value("schedule")
        let lines = try await client.history(since: start) { line in
            guard case .backfill(let note) = line.event else { return false }
            return schedule == nil || note.schedule == schedule
        }
        var notes: [String: BackfillNote] = [:]
        for line in lines {
            if case .backfill(let note) = line.event { notes[note.backfill.id] = note }
        }
        show(notes.values.sorted { $0.backfill.id < $1.backfill.id })
        return ExitCode.success.rawValue
    }

    private func show(_ notes: [BackfillNote]) {
        guard command.value("output") != "json" else {
            return program.print(JSONValue.array(notes.map(BackfillCommand.json)).compactText + "\n")
        }
        var table = Table([
            .init("BACKFILL"), .init("SCHEDULE"), .init("STATUS"), .init("CHUNKS", .right), .init("FROM"),
            .init("TO"), .init("STREAMS"), .init("WHY"),
        ])
        for note in notes {
            let backfill = note.backfill
            table.append([
                backfill.id, note.schedule, backfill.status.rawValue, "\(backfill.done)/\(backfill.chunks)",
                backfill.from.rfc3339(), backfill.to.rfc3339(),
                backfill.streams?.joined(separator: ", ") ?? "by time", backfill.reason ?? "",
            ])
        }
        program.print(table)
    }
}
