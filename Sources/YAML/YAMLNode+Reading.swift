/// What a scalar means where nothing says what it should be, by the core schema of YAML 1.2.
package enum YAMLScalar: Hashable, Sendable {
    case null
    case bool(Bool)
    /// A number in JSON's form; its digits stay (`1.10`, 23 of them).
    case number(String)
    case text(String)
}

extension YAMLNode {
    /// The meaning of a scalar; nil for sequences and mappings.
    ///
    /// `no`, `on`, `1_000`, `12:30:45`, `2024-01-01` are text, as are `.inf` and `.nan`, which JSON cannot say.
    package var scalar: YAMLScalar? {
        guard case .scalar(let text, let isPlain) = content else { return nil }
        guard isPlain else { return .text(text) }
        switch text {
        case "", "~", "null", "Null", "NULL": return .null
        case "true", "True", "TRUE": return .bool(true)
        case "false", "False", "FALSE": return .bool(false)
        default: return YAMLNumber.json(text).map { .number($0) } ?? .text(text)
        }
    }

    /// Whether nothing stands here (`null`, `~` or no text at all).
    package var isNull: Bool { scalar == .null }

    /// Whether keys may stand here.
    package var isMapping: Bool {
        if case .mapping = content { true } else { false }
    }

    /// The text; a plain `1.10` or `true` is the text as it was written.
    package func string() throws(YAMLError) -> String {
        guard case .scalar(let text, _) = content, !isNull else { throw unexpected("a text") }
        return text
    }

    /// The truth value.
    package func bool() throws(YAMLError) -> Bool {
        if case .bool(let value) = scalar { return value }
        guard case .scalar(let text, _) = content, !isNull else { throw unexpected("true or false") }
        if case .bool = YAMLNode(plain: text).scalar { throw fail("write \(text) without quotes") }
        throw fail("write true or false instead of \(text)")
    }

    /// The whole number.
    package func int() throws(YAMLError) -> Int {
        guard case .number(let text) = scalar else { throw unexpected("a whole number") }
        guard let value = Int(text) else {
            let isWhole = !text.contains { ".eE".contains($0) }
            throw fail(isWhole ? "the number \(text) is too large" : "a whole number is needed, not \(text)")
        }
        return value
    }

    /// The members; nothing at all is an empty mapping.
    package func mapping() throws(YAMLError) -> [YAMLMember] {
        if case .mapping(let members) = content { return members }
        guard isNull else { throw unexpected("a mapping (key: value)") }
        return []
    }

    /// The items; nothing at all is an empty sequence.
    package func sequence() throws(YAMLError) -> [YAMLNode] {
        if case .sequence(let items) = content { return items }
        guard isNull else { throw unexpected("a list ([a, b] or lines with - )") }
        return []
    }

    /// The value of a key, if this is a mapping that has it.
    package subscript(key: String) -> YAMLNode? {
        guard case .mapping(let members) = content else { return nil }
        return members.first { $0.key == key }?.value
    }

    /// An error at this node's place.
    package func fail(_ problem: String) -> YAMLError {
        YAMLError(file: file, line: line, column: column, problem: problem)
    }

    /// An error at the first key that is not among the known ones, with the nearest of those.
    package func checkKeys(_ known: [String]) throws(YAMLError) {
        _ = try mapping()
        if let first = unknownKeys(known).first { throw first }
    }

    /// An error for each key that is not among the known ones, with the nearest of those.
    package func unknownKeys(_ known: [String]) -> [YAMLError] {
        guard case .mapping(let members) = content else { return [] }
        return members.filter { !known.contains($0.key) }.map { member in
            let remedy =
                NearestName.of(member.key, among: known).map { "did you mean \($0)?" }
                ?? "known here: \(known.sorted().joined(separator: ", "))"
            return member.fail("unknown key \(member.key); \(remedy)")
        }
    }

    private init(plain text: String) {
        self.init(file: "", line: 1, column: 1, content: .scalar(text: text, isPlain: true))
    }

    /// Says what was expected and what kind of value stands here, never the value: it may be a secret.
    private func unexpected(_ expected: String) -> YAMLError {
        let found =
            switch content {
            case .mapping: "a mapping"
            case .sequence: "a list"
            case .scalar where isNull: "nothing"
            case .scalar(_, isPlain: false): "a quoted text"
            case .scalar: "a text"
            }
        return fail("\(expected) is needed here, not \(found)")
    }
}

extension YAMLMember {
    /// An error at this member's key.
    package func fail(_ problem: String) -> YAMLError {
        YAMLError(file: value.file, line: keyLine, column: keyColumn, problem: problem)
    }
}
