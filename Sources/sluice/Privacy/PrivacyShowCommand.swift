import CommandLine
import Configuration
import Core
import Daemon
import JSON
import Telemetry

/// `sluice privacy show`: every personal field, and what becomes of it.
struct PrivacyShowCommand {
    let program: Program
    let command: ParsedCommand

    func run() throws -> Int32 {
        let overview = try PrivacyOverview(program: program, command: command, reader: .blind)
        if command.value("output") == "json" {
            let rows = overview.streams.flatMap { stream in
                stream.fields.map { field -> JSONValue in
                    [
                        "extractor": .string(stream.extractor), "stream": .string(stream.name),
                        "path": .string(field.pathText), "kind": .string(field.kind.rawValue),
                        "action": .string(field.action.rawValue), "marked": .bool(field.isMarked),
                        "from": field.origin.map { .string("\($0)") } ?? .null,
                    ]
                }
            }
            program.print(JSONValue.array(rows).compactText + "\n")
            return ExitCode.success.rawValue
        }
        var table = Table([
            .init("STREAM"), .init("FIELD"), .init("KIND"), .init("WHAT BECOMES OF IT"), .init("SAID BY"),
        ])
        for stream in overview.streams {
            for field in stream.fields {
                table.append([
                    "\(stream.extractor).\(stream.name)", field.pathText,
                    field.kind.rawValue + (field.isMarked ? "" : " (not marked)"), field.action.rawValue,
                    field.origin.map { "\($0)" } ?? "nobody",
                ])
            }
        }
        program.print(table)
        return ExitCode.success.rawValue
    }
}
