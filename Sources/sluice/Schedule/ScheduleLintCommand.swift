import CommandLine
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
            do {
                let schedule = try source.schedule(text)
                sound.append(schedule)
                findings += TrapFinder(schedule, at: source.from).traps().map {
                    Finding(schedule: text, isError: false, code: $0.code, text: $0.text)
                }
            } catch let error as any SluiceError {
                findings.append(
                    Finding(schedule: text, isError: true, code: error.codeText, text: error.message)
                )
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
