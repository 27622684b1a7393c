/// The manual page of the whole program, in the man macros of roff.
struct ManualPage {
    let interface: Interface

    var text: String {
        let root = interface.root
        // The program's own stands first.
        let version = String(interface.version().prefix { !$0.isNewline })
        var lines = [
            ".TH \"\(root.name.uppercased())\" \"1\" \"\" \"\(Self.escaped(version))\"",
            ".SH NAME",
            "\(root.name) \\- \(Self.escaped(root.summary))",
            ".SH SYNOPSIS",
            ".B \(root.name)",
            ".I command",
            "[options]",
        ]
        if !root.discussion.isEmpty { lines.append(".SH DESCRIPTION") }
        for paragraph in root.discussion { lines += [".PP", Self.escaped(paragraph)] }
        lines.append(".SH COMMANDS")
        for command in root.subcommands { append(command, lineage: [root, command], to: &lines) }
        lines += definitions("OPTIONS OF EVERY COMMAND", (root.options + [HelpPage.helpOption]).map(Self.row))
        lines += definitions("ENVIRONMENT", environment)
        lines += definitions("FILES", interface.files.map { ($0.path, $0.meaning) })
        lines += definitions("EXIT STATUS", interface.exitCodes.map { ("\($0.code)", $0.meaning) })
        return lines.joined(separator: "\n") + "\n"
    }

    private func append(_ command: Command, lineage: [Command], to lines: inout [String]) {
        for child in command.subcommands { append(child, lineage: lineage + [child], to: &lines) }
        guard command.subcommands.isEmpty else { return }
        lines += [
            ".SS \"\(Self.escaped(HelpPage(lineage: lineage, width: 80).usage))\"",
            Self.escaped(command.summary),
        ]
        for paragraph in command.discussion { lines += [".PP", Self.escaped(paragraph)] }
        for argument in command.arguments { lines += Self.definition(argument.label, argument.help) }
        for option in lineage.dropFirst().flatMap(\.options) {
            let (label, help) = Self.row(option)
            lines += Self.definition(label, help)
        }
        for example in command.examples {
            lines += [
                ".PP", Self.escaped(example.heading) + ":", ".RS", ".nf", Self.escaped(example.line), ".fi",
                ".RE",
            ]
        }
    }

    private var environment: [(String, String)] {
        var rows: [(String, String)] = []
        func visit(_ command: Command) {
            for option in command.options {
                guard let variable = option.environment, !rows.contains(where: { $0.0 == variable }) else {
                    continue
                }
                rows.append((variable, "What --\(option.name) says where it is not given: \(option.help)"))
            }
            command.subcommands.forEach(visit)
        }
        visit(interface.root)
        rows += interface.variables.map { ($0.name, $0.meaning) }
        return rows.sorted { $0.0 < $1.0 }
    }

    private func definitions(_ heading: String, _ rows: [(String, String)]) -> [String] {
        rows.isEmpty ? [] : [".SH \"\(heading)\""] + rows.flatMap { Self.definition($0.0, $0.1) }
    }

    private static func definition(_ label: String, _ text: String) -> [String] {
        [".TP", ".B \(escaped(label))", escaped(text)]
    }

    private static func row(_ option: Option) -> (String, String) {
        (String(option.label.drop { $0 == " " }), option.fullHelp)
    }

    /// Text that roff prints as it stands: no macro at a line's start, no hyphens for minus signs.
    private static func escaped(_ text: String) -> String {
        var result = text.first == "." || text.first == "'" ? "\\&" : ""
        for character in text {
            switch character {
            case "\\": result += "\\e"
            case "-": result += "\\-"
            case "\"": result += "\\(dq"
            default: result.append(character)
            }
        }
        return result
    }
}
