import CommandLine
import Core
import Extraction
import ExtractorKit
import Glibc
import JSON
import Telemetry

/// `sluice extractor check`: all that is to be said of definitions.
struct ExtractorCheckCommand {
    let program: Program
    let command: ParsedCommand

    func run() throws -> Int32 {
        let locator = program.locator(command)
        var checks: [DefinitionCheck] = []
        for word in command.values("extractor") {
            checks.append(try .read(.find(word, locator: locator)))
        }
        let errors = checks.reduce(0) { $0 + $1.errors }
        let warnings = checks.reduce(0) { $0 + $1.warnings }
        if command.value("output") == "json" {
            let json: JSONValue = [
                "errors": .number(errors), "warnings": .number(warnings),
                "definitions": .array(checks.map(\.json)),
            ]
            program.print(json.compactText + "\n")
        } else {
            let output = Terminal.behind(STDOUT_FILENO) { program.environment[$0] }
            program.print(checks.map { text(of: $0, on: output) }.joined())
        }
        let isSound = errors == 0 && (warnings == 0 || !command.has("strict"))
        return (isSound ? ExitCode.success : .configuration).rawValue
    }

    private func text(of check: DefinitionCheck, on output: Terminal) -> String {
        let findings = check.text(on: output)
        guard let definition = check.definition else {
            return findings + "\(check.file): \(Self.count(check.errors, "error"))\n"
        }
        let warnings = check.warnings == 0 ? "" : ", \(Self.count(check.warnings, "warning"))"
        return findings
            + "\(check.file): \(definition.name) is sound, with \(Self.count(definition.streams.count, "stream"))\(warnings)\n"
    }

    private static func count(_ number: Int, _ noun: String) -> String {
        "\(number) \(noun)\(number == 1 ? "" : "s")"
    }
}
