import CommandLine
import Core
import Extraction
import ExtractorKit
import JSON
import Telemetry

/// `sluice extractor list`: what can be found, and where.
struct ExtractorListCommand {
    let program: Program
    let command: ParsedCommand

    func run() -> Int32 {
        let locator = program.locator(command)
        if command.value("output") == "names" {
            program.print(locator.names.map { $0 + "\n" }.joined())
            return ExitCode.success.rawValue
        }
        // One that vanishes in between is no longer found.
        let checks = locator.names.compactMap { name in
            (try? DefinitionPlace.find(name, locator: locator)).flatMap { try? DefinitionCheck.read($0) }.map
            {
                (name: name, check: $0)
            }
        }
        if command.value("output") == "json" {
            let items = checks.map { json($0.name, $0.check) }
            program.print(JSONValue.array(items).compactText + "\n")
        } else if checks.isEmpty {
            program.print("no extractor in \(locator.folders.joined(separator: ", "))\n")
        } else {
            var table = Table([.init("EXTRACTOR"), .init("DESCRIPTION"), .init("STREAMS"), .init("FOLDER")])
            for (name, check) in checks {
                table.append([
                    name, check.definition?.description ?? "cannot be used: sluice extractor check \(name)",
                    check.definition?.streams.map(\.listedName).joined(separator: ", ") ?? "",
                    folder(of: check),
                ])
            }
            program.print(table)
        }
        return ExitCode.success.rawValue
    }

    private func folder(of check: DefinitionCheck) -> String {
        String(check.file.dropLast("/extractor.yaml".count))
    }

    private func json(_ name: String, _ check: DefinitionCheck) -> JSONValue {
        [
            "extractor": .string(name),
            "folder": .string(folder(of: check)),
            "description": check.definition.map { .string($0.description) } ?? .null,
            "streams": .array(check.definition?.streams.map { .string($0.name) } ?? []),
            "errors": .number(check.errors),
        ]
    }
}

extension StreamDefinition {
    /// As people see it: a family's streams have names that only an account knows.
    fileprivate var listedName: String { isFamily ? FamilyName.prefix(of: name) + "*" : name }
}
