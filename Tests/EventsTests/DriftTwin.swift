import Events
import JSON
import ProcessSupport

/// Finds drift in parsed values by the schema's own document: slow, and by no code of the detector.
struct DriftTwin {
    let document: JSONValue
    private(set) var found: Set<SchemaDrift> = []

    init(document: JSONValue) { self.document = document }

    mutating func look(_ record: JSONValue) { look(record, document, []) }

    private func resolved(_ schema: JSONValue) -> JSONValue {
        guard let name = schema["$ref"]?.text?.split(separator: "/").last else { return schema }
        return document["$defs"]?[String(name)] ?? .null
    }

    private func types(_ schema: JSONValue) -> Set<String> {
        let schema = resolved(schema)
        if let choices = schema["anyOf"]?.elements { return Set(choices.flatMap(types)) }
        guard let type = schema["type"] else {
            return ["string", "number", "boolean", "object", "array", "null"]
        }
        return Set((type.elements ?? [type]).compactMap(\.text))
    }

    private func type(of value: JSONValue) -> String {
        switch value {
        case .null: "null"
        case .bool: "boolean"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        case .number(let lexeme): Double(lexeme).map { $0 == $0.rounded() } ?? false ? "integer" : "number"
        }
    }

    private func fits(_ value: JSONValue, _ types: Set<String>) -> Bool {
        let type = type(of: value)
        return types.contains(type) || type == "integer" && types.contains("number")
    }

    private mutating func look(_ value: JSONValue, _ schema: JSONValue, _ path: [String]) {
        let schema = resolved(schema)
        if let choices = schema["anyOf"]?.elements {
            // A number that is not whole means a description of whole ones too, and does not fit it.
            let meant = choices.filter { choice in
                ["integer", "number"].contains(type(of: value))
                    ? !types(choice).isDisjoint(with: ["integer", "number"])
                    : types(choice).contains(type(of: value))
            }
            if meant.count == 1 { return look(value, meant[0], path) }
            if meant.isEmpty { misfit(value, schema, path) }
            return
        }
        guard fits(value, types(schema)) else { return misfit(value, schema, path) }
        if let elements = value.elements, let items = schema["items"] {
            for element in elements { look(element, items, path.dropLast() + [(path.last ?? "") + "[]"]) }
        }
        guard let members = value.members else { return }
        let named = schema["properties"]?.members ?? []
        for member in members {
            let name = member.name.replacing("\\", with: "\\\\").replacing(".", with: "\\.")
            if let known = named.first(where: { $0.name == member.name }) {
                look(member.value, known.value, path + [name])
                continue
            }
            switch schema["additionalProperties"] {
            case .bool(true)?: break
            case .object?: look(member.value, schema["additionalProperties"] ?? .null, path + ["*"])
            case nil where named.isEmpty: break
            default:
                let text = (path + [name]).joined(separator: ".")
                let isTold = found.contains { $0.path == text && $0.kind == .newField }
                guard !isTold else { continue }
                found.insert(SchemaDrift(path: text, kind: .newField, found: type(of: member.value)))
            }
        }
    }

    private mutating func misfit(_ value: JSONValue, _ schema: JSONValue, _ path: [String]) {
        let order = ["string", "integer", "number", "boolean", "object", "array", "null"]
        let words = order.filter { types(schema).contains($0) }
        let expected =
            words.count > 1
            ? "\(words.dropLast().joined(separator: ", ")) or \(words[words.count - 1])" : words[0]
        let text = path.isEmpty ? "." : path.joined(separator: ".")
        // Of one place each type is told once, whole numbers and others as one.
        let isNumber = ["integer", "number"].contains(type(of: value))
        let isTold = found.contains {
            $0.path == text && $0.kind == .type
                && ($0.found == type(of: value) || isNumber && ["integer", "number"].contains($0.found))
        }
        guard !isTold else { return }
        found.insert(
            SchemaDrift(path: text, kind: .type, expected: expected, found: type(of: value))
        )
    }
}

/// Makes schemas, and records that fit them mostly.
struct DriftMaker {
    var dice: SeededGenerator
    private var definitions: [JSONValue.Member] = []

    init(dice: SeededGenerator) { self.dice = dice }

    private mutating func roll(_ count: Int) -> Int { Int.random(in: 0..<count, using: &dice) }

    /// A record's schema without what surrounds it.
    mutating func record() -> JSONValue {
        definitions = [.init(name: "thing", value: object(depth: 1))]
        return object(depth: 3)
    }

    func document(_ record: JSONValue) -> JSONValue {
        var members = record.members ?? []
        members.insert(
            .init(name: "$schema", value: .string("https://json-schema.org/draft/2020-12/schema")),
            at: 0
        )
        if record.compactText.contains("$ref") {
            members.append(.init(name: "$defs", value: .object(definitions)))
        }
        return .object(members)
    }

    private mutating func object(depth: Int) -> JSONValue {
        var members: [JSONValue.Member] = [.init(name: "type", value: "object")]
        let names = ["id", "a", "b.c", "name", "ä", "long_name_of_a_field"].shuffled(using: &dice)
        let named = names.prefix(roll(6)).map { name in
            JSONValue.Member(name: name, value: schema(depth: depth - 1))
        }
        if !named.isEmpty { members.append(.init(name: "properties", value: .object(Array(named)))) }
        switch roll(6) {
        case 0: members.append(.init(name: "additionalProperties", value: .bool(true)))
        case 1: members.append(.init(name: "additionalProperties", value: .bool(false)))
        case 2: members.append(.init(name: "additionalProperties", value: schema(depth: 0)))
        default: break
        }
        return .object(members)
    }

    private mutating func schema(depth: Int) -> JSONValue {
        switch depth > 0 ? roll(9) : roll(4) {
        case 0: return ["type": "string"]
        case 1: return ["type": ["integer", "null"]]
        case 2: return ["type": "number"]
        case 3: return ["type": "boolean"]
        case 4: return ["type": "array", "items": schema(depth: depth - 1)]
        case 5: return ["anyOf": [["type": "string"], object(depth: depth - 1)]]
        case 6: return ["anyOf": [["type": "integer"], ["type": "null"], ["$ref": "#/$defs/thing"]]]
        case 7: return [:]
        default: return object(depth: depth - 1)
        }
    }

    /// A record that fits its schema, but for one value of so many.
    mutating func record(of schema: JSONValue, oddity: Int) -> JSONValue {
        while true {
            let record = value(of: schema, oddity: oddity)
            // A page holds objects alone.
            if record.members != nil { return record }
        }
    }

    /// A value that fits a schema, but for one of so many.
    mutating func value(of schema: JSONValue, oddity: Int) -> JSONValue {
        if roll(oddity * 3) == 0 { return scalar() }
        if schema["$ref"] != nil { return value(of: definitions[0].value, oddity: oddity) }
        if let choices = schema["anyOf"]?.elements {
            return value(of: choices[roll(choices.count)], oddity: oddity)
        }
        let types = schema["type"].map { $0.elements ?? [$0] } ?? ["string", "object"]
        switch types[roll(types.count)].text {
        case "string": return .string("t\(roll(5))")
        case "integer": return .number(roll(100))
        case "number": return .number("\(roll(100)).\(roll(100))")
        case "boolean": return .bool(roll(2) == 0)
        case "array":
            let items = schema["items"] ?? [:]
            return .array((0..<roll(4)).map { _ in value(of: items, oddity: oddity) })
        case "object": return object(of: schema, oddity: oddity)
        default: return .null
        }
    }

    private mutating func object(of schema: JSONValue, oddity: Int) -> JSONValue {
        var members: [JSONValue.Member] = []
        for member in schema["properties"]?.members ?? [] where roll(8) > 0 {
            members.append(.init(name: member.name, value: value(of: member.value, oddity: oddity)))
        }
        for name in ["new", "x", "y.z"] where roll(oddity) == 0 {
            members.append(.init(name: name, value: scalar()))
        }
        return .object(roll(4) == 0 ? members.shuffled(using: &dice) : members)
    }

    private mutating func scalar() -> JSONValue {
        switch roll(6) {
        case 0: .null
        case 1: .bool(true)
        case 2: .number(roll(9))
        case 3: .number("\(roll(9)).5")
        case 4: .array([.number(1)])
        default: .string("odd")
        }
    }
}
