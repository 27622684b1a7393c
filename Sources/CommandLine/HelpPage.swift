/// The help of one command.
struct HelpPage {
    /// The commands from the program down to the one explained.
    let lineage: [Command]
    let width: Int

    private var command: Command { lineage[lineage.count - 1] }
    private var title: String { lineage.map(\.name).joined(separator: " ") }

    var text: String {
        var lines = wrap(command.summary, indent: 0)
        lines += ["", "Usage", "  " + usage]
        for paragraph in command.discussion { lines += [""] + wrap(paragraph, indent: 0) }
        lines += list("Commands", command.subcommands.map { ($0.name, $0.summary) })
        lines += list("Arguments", command.arguments.map { ($0.label, argumentHelp($0)) })
        for (heading, options) in grouped {
            lines += list(heading, options.map { ($0.label, $0.fullHelp) })
        }
        if !command.examples.isEmpty { lines += ["", "Examples"] + exampleLines }
        return lines.joined(separator: "\n") + "\n"
    }

    /// The usage line: required options are spelled out, the others only hinted at.
    var usage: String {
        var parts = [title]
        for option in lineage.flatMap(\.options) where option.isRequired {
            parts.append("--\(option.name) \(option.value ?? "")")
        }
        if lineage.contains(where: { $0.options.contains { !$0.isRequired } }) { parts.append("[options]") }
        if !command.subcommands.isEmpty { parts.append("<command>") }
        parts += command.arguments.map(\.label)
        return parts.joined(separator: " ")
    }

    /// Options by heading, in the order of the headings' first appearance; the inherited ones come last.
    private var grouped: [(String, [Option])] {
        var groups: [(String, [Option])] = []
        for option in lineage.reversed().flatMap(\.options) + [Self.helpOption] {
            if let index = groups.firstIndex(where: { $0.0 == option.heading }) {
                groups[index].1.append(option)
            } else {
                groups.append((option.heading, [option]))
            }
        }
        return groups
    }

    private var exampleLines: [String] {
        var lines: [String] = []
        var heading = ""
        for example in command.examples {
            if example.heading != heading { lines.append("  # " + example.heading) }
            heading = example.heading
            lines.append("  " + example.line)
        }
        return lines
    }

    private func argumentHelp(_ argument: Argument) -> String {
        argument.choices.isEmpty
            ? argument.help : argument.help + " (one of " + argument.choices.joined(separator: ", ") + ")"
    }

    /// Where help begins: the same for every list of a page, so that the eye finds it.
    private var column: Int {
        let labels =
            command.subcommands.map(\.name) + command.arguments.map(\.label)
            + grouped.flatMap(\.1).map(\.label)
        return min(labels.map(\.count).max() ?? 0, 32) + 4
    }

    private func list(_ heading: String, _ rows: [(String, String)]) -> [String] {
        guard !rows.isEmpty else { return [] }
        var lines = ["", heading]
        for (label, help) in rows {
            let wrapped = wrap(help, indent: column)
            let start = "  " + label
            if start.count + 2 <= column, let first = wrapped.first {
                let padding = String(repeating: " ", count: column - start.count)
                lines.append(start + padding + first.dropFirst(column))
                lines += wrapped.dropFirst()
            } else {
                lines += [start] + wrapped
            }
        }
        return lines
    }

    private func wrap(_ text: String, indent: Int) -> [String] {
        let margin = String(repeating: " ", count: indent)
        let room = max(width - indent, 24)
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ") {
            if !line.isEmpty, line.count + 1 + word.count > room {
                lines.append(margin + line)
                line = ""
            }
            line += (line.isEmpty ? "" : " ") + word
        }
        return lines + [margin + line]
    }

    static let helpOption = Flag("help", short: "h", help: "Explain this command.").option
}
