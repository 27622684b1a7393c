import CommandLine
import Configuration
import Core
import Daemon
import JSON
import Runs
import Scheduling
import Telemetry

/// `sluice runs` and `sluice logs`: what the log of runs says, whether a daemon runs or not.
struct RunsCommand {
    let program: Program
    let command: ParsedCommand

    func run() async throws -> Int32 {
        let options = try KafkaOptions(program: program, command: command, file: nil)
        let client = DaemonClient(options.settings, prefix: options.prefix)
        if command.path.last == "logs" { return try await logs(client) }
        let since = try command.instant("since")
        let count = try command.int("count", in: 1...10_000) ?? 50
        let lines = try await lines(client, since ?? Instant.systemClock().advanced(by: .seconds(-86_400)))
        show(Array(rows(lines).suffix(count)))
        return ExitCode.success.rawValue
    }

    private func lines(_ client: DaemonClient, _ since: Instant) async throws -> [RunLine] {
        let schedule = command.value("schedule")
        return try await client.history(since: since) { line in
            guard schedule == nil || line.event.schedule == schedule else { return false }
            return switch line.event {
            case .started, .ended, .skipped: true
            case .progress, .log, .audit, .answer, .backfill: false
            }
        }
    }

    /// A run stands where it began, with its end where it has one.
    private func rows(_ lines: [RunLine]) -> [RunRow] {
        var rows: [RunRow] = []
        var places: [String: Int] = [:]
        for line in lines {
            switch line.event {
            case .started(let start):
                if places[start.run] == nil {
                    places[start.run] = rows.count; rows.append(RunRow(start, at: line.at))
                }
            case .ended(let finish):
                let place = places[finish.run] ?? rows.count
                if place == rows.count {
                    rows.append(RunRow(finish))
                } else {
                    rows[place].take(finish, at: line.at)
                }
            case .skipped(let schedule, let ticks) where command.has("skipped"):
                rows.append(RunRow(schedule, ticks, at: line.at))
            case .skipped, .progress, .log, .audit, .answer, .backfill: break
            }
        }
        return rows
    }

    private func show(_ rows: [RunRow]) {
        guard command.value("output") != "json" else {
            return program.print(JSONValue.array(rows.map(\.json)).compactText + "\n")
        }
        var table = Table([
            .init("TIME"), .init("SCHEDULE"), .init("RUN"), .init("STATUS"), .init("EVENTS", .right),
            .init("SECONDS", .right), .init("WHY"),
        ])
        for row in rows {
            table.append([
                row.at.rfc3339(), row.schedule, row.run, row.status, row.events.map(String.init) ?? "",
                row.seconds.map(String.init) ?? "", row.text,
            ])
        }
        program.print(table)
    }

    private func logs(_ client: DaemonClient) async throws -> Int32 {
        let run = command.value("run") ?? ""
        // A run's id begins with the time at which it was made.
        let since = RunID.time(of: run) ?? Instant(seconds: 0)
        let lines = try await client.history(since: since) { line in
            switch line.event {
            case .log(run, _): true
            case .started(let start): start.run == run
            default: false
            }
        }
        let texts = lines.compactMap { line in if case .log(_, let text) = line.event { text } else { nil } }
        if let text = texts.last {
            program.print(text)
            return ExitCode.success.rawValue
        }
        guard !lines.isEmpty else {
            throw ClientError(.unknownRun, "the log of runs has no run \(run); sluice runs lists them")
        }
        program.complain("the run said nothing, or goes on: while it does, its log is at the daemon's page")
        return ExitCode.success.rawValue
    }
}
