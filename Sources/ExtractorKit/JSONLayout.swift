package import JSON

/// JSON for people: what fits into a line stands in one, everything else a member or an element a line.
package enum JSONLayout {
    private static let width = 110

    /// The text of a document, without a line break at its end.
    package static func text(_ value: JSONValue) -> String { text(value, indent: 0, before: 0) }

    private static func text(_ value: JSONValue, indent: Int, before: Int) -> String {
        let line = line(value)
        // One more for the comma behind it.
        guard indent + before + line.count + 1 > width else { return line }
        let margin = String(repeating: " ", count: indent)
        switch value {
        case .object(let members) where !members.isEmpty:
            let lines = members.map { member in
                let name = JSONValue.string(member.name).compactText + ": "
                return "\(margin)  \(name)" + text(member.value, indent: indent + 2, before: name.count)
            }
            return "{\n\(lines.joined(separator: ",\n"))\n\(margin)}"
        case .array(let elements) where !elements.isEmpty:
            let lines = elements.map { "\(margin)  " + text($0, indent: indent + 2, before: 0) }
            return "[\n\(lines.joined(separator: ",\n"))\n\(margin)]"
        default: return line
        }
    }

    private static func line(_ value: JSONValue) -> String {
        switch value {
        case .object(let members):
            "{"
                + members.map { "\(JSONValue.string($0.name).compactText): \(line($0.value))" }
                .joined(separator: ", ") + "}"
        case .array(let elements): "[" + elements.map(line).joined(separator: ", ") + "]"
        default: value.compactText
        }
    }
}
