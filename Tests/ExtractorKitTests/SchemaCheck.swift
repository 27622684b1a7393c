import ExtractorKit
import JSON
import YAML

/// As much of JSON Schema as the format's schema uses, over YAML.
struct SchemaCheck {
    private var schema = FormatSchema.json
    private(set) var problems: [String] = []

    static func problems(ofYAML text: String) throws -> [String] {
        var check = SchemaCheck()
        check.check(json(try YAMLDocument.parse(Array(text.utf8), file: "e.yaml")), check.schema, "")
        return check.problems
    }

    private static func json(_ node: YAMLNode) -> JSONValue {
        switch node.content {
        case .mapping(let members): .object(members.map { .init(name: $0.key, value: json($0.value)) })
        case .sequence(let items): .array(items.map(json))
        case .scalar:
            switch node.scalar {
            case .bool(let value): .bool(value)
            case .number(let lexeme): .number(lexeme)
            case .text(let text): .string(text)
            case .null, nil: .null
            }
        }
    }

    private mutating func check(_ value: JSONValue, _ schema: JSONValue, _ path: String) {
        if let name = schema["$ref"]?.text?.split(separator: "/").last {
            return check(value, self.schema["definitions"]?[String(name)] ?? .null, path)
        }
        if let choices = schema["anyOf"]?.elements {
            let fits = choices.contains { choice in
                var other = self
                other.problems = []
                other.check(value, choice, path)
                return other.problems.isEmpty
            }
            if !fits { problems.append("\(path): fits no choice") }
        }
        if let words = schema["enum"]?.elements, !words.contains(value) {
            problems.append("\(path): \(value.compactText) is no word for it")
        }
        let types = schema["type"].map { $0.elements ?? [$0] }?.compactMap(\.text) ?? []
        if !types.isEmpty, !types.contains(where: { Self.names(of: value).contains($0) }) {
            problems.append("\(path): \(value.compactText) is no \(types)")
        }
        if let pattern = schema["pattern"]?.text, let text = value.text,
            (try? Regex(pattern).firstMatch(in: text)) == nil
        {
            problems.append("\(path): does not match \(pattern)")
        }
        if let number = value.int {
            if let minimum = schema["minimum"]?.int, number < minimum {
                problems.append("\(path): too small")
            }
            if let maximum = schema["maximum"]?.int, number > maximum {
                problems.append("\(path): too large")
            }
        }
        for (index, item) in (value.elements ?? []).enumerated() {
            if let items = schema["items"] { check(item, items, "\(path)/\(index)") }
        }
        if let members = value.members { checkMembers(members, schema, path) }
    }

    private mutating func checkMembers(_ members: [JSONValue.Member], _ schema: JSONValue, _ path: String) {
        for name in schema["required"]?.elements?.compactMap(\.text) ?? []
        where !members.contains(where: { $0.name == name }) {
            problems.append("\(path)/\(name): missing")
        }
        if let maximum = schema["maxProperties"]?.int, members.count > maximum {
            problems.append("\(path): too many")
        }
        for member in members {
            let place = "\(path)/\(member.name)"
            if let property = schema["properties"]?[member.name] {
                check(member.value, property, place)
            } else if let others = schema["additionalProperties"], others.members != nil {
                check(member.value, others, place)
            } else if schema["additionalProperties"]?.bool == false {
                problems.append("\(place): unknown")
            }
        }
    }

    private static func names(of value: JSONValue) -> [String] {
        switch value {
        case .object: ["object"]
        case .array: ["array"]
        case .string: ["string"]
        case .bool: ["boolean"]
        case .number: value.int == nil ? ["number"] : ["number", "integer"]
        case .null: ["null"]
        }
    }
}
