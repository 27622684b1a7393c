import CommandLine
import Configuration
import Core
import JSON
import Scheduling

/// `sluice schedule lint`: errors and traps.
struct ScheduleLintCommand {
    let program: Program
    let command: ParsedCommand

    private struct Finding {
        var schedule: String
        var isError: Bool
        var code: String
        var text: String
    }

    func run() throws -> Int32 {
        let source = try ScheduleSource(program: program, command: command)
        var findings: [Finding] = []
        var sound: [Schedule] = []
        for text in command.values("schedule") {
            var problems = Problems()
            let file = try problems.take { try source.file(text) }
            let schedule = try file.flatMap { file in
                try problems.take { try file.map(source.schedule(of:)) ?? source.schedule(text) }
            }
            if let file = file ?? nil {
                problems.note(try AccountCheck(program: program, command: command).errors(of: file))
            }
            findings += problems.errors.flatMap(\.single).map {
                Finding(schedule: text, isError: true, code: $0.codeText, text: $0.message)
            }
            guard let schedule else { continue }
            sound.append(schedule)
            findings += TrapFinder(schedule, at: source.from).traps().map {
                Finding(schedule: text, isError: false, code: $0.code, text: $0.text)
            }
        }
        findings += TrapFinder.herds(sound).map {
            Finding(schedule: "", isError: false, code: $0.code, text: $0.text)
        }
        show(findings, count: command.values("schedule").count)
        let isRefused = findings.contains { $0.isError || command.has("strict") }
        return (isRefused ? ExitCode.configuration : .success).rawValue
    }

    private func show(_ findings: [Finding], count: Int) {
        if command.value("output") == "json" {
            let items = findings.map { finding -> JSONValue in
                [
                    "schedule": finding.schedule.isEmpty ? .null : .string(finding.schedule),
                    "severity": .string(finding.isError ? "error" : "warning"),
                    "code": .string(finding.code),
                    "text": .string(finding.text),
                ]
            }
            program.print(JSONValue.array(items).compactText + "\n")
            return
        }
        for finding in findings {
            let place = finding.schedule.isEmpty ? "" : "\(finding.schedule): "
            program.print(
                "\(place)\(finding.isError ? "error" : "warning"): \(finding.text) [\(finding.code)]\n"
            )
        }
        if findings.isEmpty {
            program.print("\(count == 1 ? "nothing" : "\(count) schedules, nothing") to say\n")
        }
    }
}
