import Extraction
package import JSON
package import Telemetry

/// How a check is told.
extension DefinitionCheck {
    /// A line for each finding; on a terminal the source line and a caret below it.
    package func text(on terminal: Terminal) -> String {
        findings.map { finding in
            var text = "\(file):\(finding.line):\(finding.column): "
            let word = finding.severity.rawValue
            let color = finding.severity == .error ? "31" : "33"
            text += terminal.hasColors ? "\u{1B}[1;\(color)m\(word)\u{1B}[0m: " : "\(word): "
            text += finding.text + (finding.rule.map { " [\($0)]" } ?? "") + "\n"
            return terminal.isInteractive ? text + excerpt(at: finding, on: terminal) : text
        }.joined()
    }

    /// The line that a finding is about, cut around its column where it is longer than the terminal.
    private func excerpt(at finding: Finding, on terminal: Terminal) -> String {
        guard lines.indices.contains(finding.line - 1) else { return "" }
        let number = String(finding.line)
        let gutter = max(5, number.count + 2)
        let room = max(20, terminal.size().columns - gutter - 3)
        let line = Array(TerminalText.clean(lines[finding.line - 1]))
        let column = min(max(0, finding.column - 1), line.count)
        let start = max(0, column - room + 12)
        let shown = String(line[start...].prefix(room))
        let before = TerminalText.width(String(line[start..<column]))
        let margin = String(repeating: " ", count: gutter)
        return TerminalText.pad(number, to: gutter, alignRight: true) + " | \(shown)\n"
            + "\(margin) | \(String(repeating: " ", count: before))^\n"
    }

    /// What a program reads.
    package var json: JSONValue {
        [
            "file": .string(file),
            "extractor": definition.map { .string($0.name) } ?? .null,
            "findings": .array(
                findings.map { finding in
                    [
                        "severity": .string(finding.severity.rawValue),
                        "rule": finding.rule.map { .string($0) } ?? .null,
                        "line": .number(finding.line),
                        "column": .number(finding.column),
                        "text": .string(finding.text),
                    ]
                }
            ),
        ]
    }
}
