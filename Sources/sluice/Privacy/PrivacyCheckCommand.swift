import CommandLine
import Configuration
import Core
import Daemon
import JSON

/// `sluice privacy check`: what is wrong with a policy, its key included.
struct PrivacyCheckCommand {
    let program: Program
    let command: ParsedCommand

    func run() throws -> Int32 {
        let overview = try PrivacyOverview(
            program: program,
            command: command,
            reader: SecretReader(environment: program.environment)
        )
        guard let path = overview.path else {
            throw ConfigurationError(
                .badFlag,
                "no policy to look at; give --privacy FILE, or SLUICE_PRIVACY (docs/privacy.md says what stands in it)"
            )
        }
        let warnings = overview.streams.flatMap { stream in
            stream.unknown.map { field, hint in
                "\(field.origin.map { "\($0)" } ?? path): warning: no record of \(stream.extractor).\(stream.name) seems to have "
                    + "\(field.pathText), so that nothing may be protected by it"
                    + (hint.map { "; did you mean \($0)?" } ?? "")
            }
        }
        let fields = overview.streams.flatMap(\.fields)
        let counts = PrivacyAction.allCases.map { action in
            (action, fields.count { $0.action == action })
        }
        if command.value("output") == "json" {
            let json: JSONValue = [
                "policy": .string(path),
                "fields": .object(counts.map { .init(name: $0.rawValue, value: .number($1)) }),
                "warnings": .array(warnings.map(JSONValue.string)),
            ]
            program.print(json.compactText + "\n")
        } else {
            for warning in warnings { program.print(warning + "\n") }
            let told = counts.map { "\($1) \($0.rawValue)" }.joined(separator: ", ")
            program.print("\(path): sound, for \(fields.count) fields: \(told)\n")
        }
        return ExitCode.success.rawValue
    }
}
