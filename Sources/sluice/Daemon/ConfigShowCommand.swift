import CommandLine
import Configuration
import Core
import JSON
import Telemetry

/// `sluice config show`: every setting of the daemon, and where it comes from.
struct ConfigShowCommand {
    let program: Program
    let command: ParsedCommand

    /// The order of the documentation; pools and Kafka's own settings stand where their first part does.
    private static let order = [
        "kafka", "topic_prefix", "schedules", "extractors", "listen", "token", "pools", "drain", "state_key",
        "cache_folder", "lock_folder", "privacy", "registry", "alerts",
    ]
    /// What it means that nobody says anything.
    private static let meanings = [
        "extractors": "(those that are installed)", "token": "(whoever reaches it may use it)",
        "state_key": "(none)", "cache_folder": "(in the user's cache folder)",
        "lock_folder": "(the first that can be written to)",
        "privacy": "(none: everything passes)", "registry.url": "(none)", "alerts.webhook": "(none)",
        "alerts.secret": "(none)",
    ]

    private struct Line {
        var name: String
        /// Nil where nobody says anything.
        var value: String?
        var origin: SettingOrigin
    }

    func run() throws -> Int32 {
        let draft = DaemonOptions(program: program, command: command).draft()
        var lines = draft.rows.map { Line(name: $0.name, value: $0.value, origin: $0.origin) }
        if draft.error == nil { lines += draft.unset.map { Line(name: $0, origin: .definition) } }
        let sorted = lines.enumerated().sorted {
            (Self.rank($0.element.name), $0.offset) < (Self.rank($1.element.name), $1.offset)
        }.map(\.element)
        if command.value("output") == "json" {
            show(json: sorted, draft.error)
        } else if draft.error == nil {
            show(sorted)
        }
        guard let error = draft.error else { return ExitCode.success.rawValue }
        program.complain("\(error)")
        return ExitCode.configuration.rawValue
    }

    private static func rank(_ name: String) -> Int {
        let first = name.prefix { $0 != "." }
        return order.firstIndex { $0 == first } ?? order.count
    }

    private func show(_ lines: [Line]) {
        var table = Table([.init("SETTING"), .init("VALUE"), .init("FROM")])
        for line in lines {
            table.append([line.name, line.value ?? Self.meanings[line.name] ?? "(none)", "\(line.origin)"])
        }
        program.print(table)
    }

    private func show(json lines: [Line], _ error: ConfigurationError?) {
        let settings = lines.map { line -> JSONValue in
            [
                "name": .string(line.name),
                "value": line.value.map(JSONValue.string) ?? .null,
                "origin": Self.json(line.origin),
            ]
        }
        let errors = (error?.single ?? []).map { error -> JSONValue in
            ["code": .string(error.codeText), "message": .string(error.message)]
        }
        let json: JSONValue = ["settings": .array(settings), "errors": .array(errors)]
        program.print(json.compactText + "\n")
    }

    private static func json(_ origin: SettingOrigin) -> JSONValue {
        switch origin {
        case .definition: ["kind": "default"]
        case .flag(let name): ["kind": "flag", "name": .string(name)]
        case .environment(let name): ["kind": "variable", "name": .string(name)]
        case .file(let path, let line, let column):
            [
                "kind": "file", "path": .string(path), "line": .number(line),
                "column": .number(column),
            ]
        }
    }
}
