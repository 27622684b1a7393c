import CommandLine
import Core
import JSON
import Scheduling

/// `sluice schedule describe`: a schedule in words.
struct ScheduleDescribeCommand {
    let program: Program
    let command: ParsedCommand

    func run() throws -> Int32 {
        let source = try ScheduleSource(program: program, command: command)
        let schedule = try source.schedule(command.value("schedule") ?? "")
        let notes = schedule.timetable.daylightNotes(from: source.from)
        let normalized = schedule.timetable.rules.map(\.text)
        let version = source.zones.version
        if command.value("output") == "json" {
            let json: JSONValue = [
                "schedule": .string(schedule.id),
                "words": .string(schedule.timetable.words),
                "normalized": .array(normalized.map { .string($0) }),
                "time_zone": .string(schedule.timetable.zone.name),
                "time_zone_database": version.map { .string($0) } ?? .null,
                "clock_changes": .array(notes.map { .string($0) }),
                "policies": .array(schedule.policyWords.map { .string($0) }),
                "next": schedule.nextCounting(after: source.from).map { .string($0.rfc3339()) } ?? .null,
            ]
            program.print(json.compactText + "\n")
            return ExitCode.success.rawValue
        }
        var lines = [schedule.timetable.words]
        lines += notes
        lines += schedule.policyWords
        let next = schedule.nextCounting(after: source.from)
        lines.append("in numbers: \(normalized.joined(separator: "; "))")
        lines.append(
            next.map { "next: \(schedule.timetable.zone.local($0).text) (\($0.rfc3339()))" }
                ?? "no time comes"
        )
        lines.append("time zones: \(version ?? "of an unknown version"), \(source.zones.folder)")
        program.print(lines.map { $0 + "\n" }.joined())
        return ExitCode.success.rawValue
    }
}
