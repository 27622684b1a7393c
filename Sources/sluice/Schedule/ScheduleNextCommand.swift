import CommandLine
import Core
import JSON
import Scheduling
import Telemetry

/// `sluice schedule next`: the times to come.
struct ScheduleNextCommand {
    let program: Program
    let command: ParsedCommand

    func run() throws -> Int32 {
        let source = try ScheduleSource(program: program, command: command)
        let schedule = try source.schedule(command.value("schedule") ?? "")
        let count = try command.int("count", in: 1...1000) ?? 10
        let ticks = Upcoming(schedule: schedule).ticks(after: source.from, count: count)
        if command.value("output") == "json" {
            program.print(json(schedule, ticks, source.zones).compactText + "\n")
        } else if ticks.isEmpty {
            program.print("no time comes\n")
        } else {
            show(schedule, ticks)
        }
        return ExitCode.success.rawValue
    }

    private func show(_ schedule: Schedule, _ ticks: [UpcomingTick]) {
        let zone = schedule.timetable.zone
        var table = Table([.init(zone.name), .init("OFFSET"), .init("UTC"), .init("REMARK")])
        for tick in ticks {
            let local = zone.local(tick.nominal)
            let offset = zone.offset(at: tick.nominal.seconds)
            table.append([
                "\(Self.weekday(local)) \(local.text)", "\(offset.text) \(offset.abbreviation)",
                tick.nominal.rfc3339(), remark(tick, in: zone),
            ])
        }
        program.print(table)
    }

    private func remark(_ tick: UpcomingTick, in zone: Zone) -> String {
        var remarks: [String] = []
        if let skip = tick.skip { remarks.append("skipped: \(skip.text)") }
        if let deferral = tick.deferral {
            let time =
                deferral.until.map { "deferred to \(zone.local($0).text)" } ?? "deferred without an end"
            remarks.append("\(time): calendar: \(deferral.calendar)")
        }
        if let remark = tick.remark { remarks.append(remark.text) }
        if tick.due != tick.nominal, tick.deferral == nil {
            remarks.append("starts at \(zone.local(tick.due).timeText) (jitter)")
        }
        return remarks.joined(separator: "; ")
    }

    private static func weekday(_ local: LocalTime) -> String {
        ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"][local.date.weekday]
    }

    private func json(_ schedule: Schedule, _ ticks: [UpcomingTick], _ zones: ZoneDatabase) -> JSONValue {
        let zone = schedule.timetable.zone
        return [
            "schedule": .string(schedule.id),
            "time_zone": .string(zone.name),
            "time_zone_database": zones.version.map { .string($0) } ?? .null,
            "next": .array(
                ticks.map { tick in
                    let local = zone.local(tick.nominal)
                    let offset = zone.offset(at: tick.nominal.seconds)
                    let second = local.second == 0 ? ":00" : ""
                    return [
                        "nominal": .string(tick.nominal.rfc3339()),
                        "due": .string(tick.due.rfc3339(fractionDigits: 3)),
                        "local": .string("\(local.dateText)T\(local.timeText)\(second)\(offset.text)"),
                        "zone": .string(offset.abbreviation),
                        "remark": tick.remark.map { .string($0.text) } ?? .null,
                        "skipped": tick.skip.map { .string($0.text) } ?? .null,
                        "deferred": tick.deferral.map { .string("calendar: \($0.calendar)") } ?? .null,
                        "deferred_to": tick.deferral?.until.map { .string($0.rfc3339()) } ?? .null,
                    ]
                }
            ),
        ]
    }
}
