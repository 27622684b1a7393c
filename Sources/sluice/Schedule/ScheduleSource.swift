import CommandLine
import Configuration
import Core
import Scheduling

/// What the commands about schedules are told: the words of a schedule, its zone, and the time to look from.
struct ScheduleSource {
    let command: ParsedCommand
    let zones: ZoneDatabase
    let from: Instant

    init(program: Program, command: ParsedCommand) throws {
        self.command = command
        zones = ZoneDatabase(environment: program.environment)
        from = try command.instant("from") ?? Instant.systemClock()
    }

    /// The schedule of a file or an expression.
    func schedule(_ text: String) throws -> Schedule {
        guard let file = try file(text) else { return try expression(text) }
        return try schedule(of: file)
    }

    /// The file that a word names; nil where it is an expression.
    func file(_ text: String) throws -> AccountFile? {
        guard Self.isFile(text) else { return nil }
        for name in ["time-zone", "name", "dst"] where command.source(name) == .commandLine {
            throw ConfigurationError(
                .badFlag,
                "--\(name) is for an expression, and \(text) is a file, which says it itself; leave the flag out"
            )
        }
        return try AccountFile.load(text)
    }

    /// When a file's account runs.
    func schedule(of file: AccountFile) throws -> Schedule {
        guard let keys = file.schedule else {
            throw ConfigurationError(
                .missingSetting,
                "\(file.path) says nothing of when it runs; add when: \"H * * * *\", or start it by sluice sync"
            )
        }
        return try keys.schedule(id: file.name, zones: zones)
    }

    private func expression(_ text: String) throws -> Schedule {
        let name = command.value("name") ?? ""
        let rule = try TimeRule(parsing: text, name: name)
        let zone = try command.value("time-zone").map { try zones.zone($0) } ?? .utc
        let daylight = command.value("dst").flatMap(DaylightRule.init(rawValue:)) ?? .cron
        return Schedule(id: name, timetable: Timetable([rule], zone: zone, daylight: daylight))
    }

    /// No expression ends as a file does.
    private static func isFile(_ text: String) -> Bool { text.hasSuffix(".yaml") || text.hasSuffix(".yml") }
}
