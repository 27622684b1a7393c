import Core
import JSON

/// Makes of a schema what a check needs, and finds all that is wrong with it.
struct SchemaCompiler {
    private static let annotations: Set<String> = ["title", "description", "examples", "$comment"]
    private static let known: Set<String> = annotations.union([
        "type", "properties", "required", "additionalProperties", "items", "enum", "const", "format", "anyOf",
        "$ref",
    ])
    private static let prefix = "#/$defs/"

    private var nodes: [SchemaNode] = []
    private var problems: [SchemaError.Problem] = []
    /// Where each definition is, by its name.
    private var definitions: [String: Int] = [:]
    private var used: Set<String> = []

    /// The nodes, the record's first.
    mutating func compile(_ document: JSONValue) throws(SchemaError) -> [SchemaNode] {
        nodes = [SchemaNode()]
        if document["$schema"]?.text != RecordSchema.dialect {
            report("#/$schema", "write \"$schema\": \"\(RecordSchema.dialect)\"")
        }
        let named = document["$defs"]?.members ?? []
        for (offset, member) in named.enumerated() { definitions[member.name] = offset + 1 }
        nodes += named.map { _ in SchemaNode() }
        for (offset, member) in named.enumerated() {
            let pointer = "#/$defs/\(Self.escaped(member.name))"
            if member.value["$ref"] != nil {
                report(pointer, "a reference alone; use what it names in its place")
            } else {
                fill(offset + 1, member.value, pointer)
            }
        }
        if document["$defs"].map({ $0.members == nil }) ?? false { report("#/$defs", "an object is needed") }
        if let id = document["$id"], id.text?.isEmpty ?? true { report("#/$id", "a text is needed") }
        let own = (document.members ?? []).filter { !["$schema", "$id", "$defs"].contains($0.name) }
        if document["$ref"] != nil { report("#/$ref", "a record's schema says itself what it is") }
        fill(0, document.members == nil ? document : .object(own), "#")
        for name in named.map(\.name) where !used.contains(name) {
            report("#/$defs/\(Self.escaped(name))", "nothing refers to it")
        }
        for index in nodes.indices where leadsBack(index, to: index, []) {
            report("#", "an anyOf that leads back to itself through anyOf alone")
            break
        }
        guard problems.isEmpty else { throw SchemaError(problems: problems) }
        return nodes
    }

    private mutating func report(_ pointer: String, _ text: String) {
        problems.append(.init(pointer: pointer, text: text))
    }

    private static func escaped(_ name: String) -> String {
        name.reduce(into: "") { text, character in
            text += character == "~" ? "~0" : character == "/" ? "~1" : String(character)
        }
    }

    private func leadsBack(_ node: Int, to start: Int, _ seen: Set<Int>) -> Bool {
        nodes[node].choices.contains {
            $0 == start || !seen.contains($0) && leadsBack($0, to: start, seen.union([$0]))
        }
    }

    // MARK: One schema

    /// The place of a schema: a node of its own, or of the definition that it refers to.
    private mutating func node(_ schema: JSONValue, _ pointer: String) -> Int {
        if let reference = schema["$ref"] {
            for member in schema.members ?? []
            where member.name != "$ref" && !Self.annotations.contains(member.name) {
                report("\(pointer)/\(Self.escaped(member.name))", "nothing stands beside $ref but texts")
            }
            let name = reference.text.flatMap {
                $0.hasPrefix(Self.prefix) ? String($0.dropFirst(Self.prefix.count)) : nil
            }
            if let name, let index = definitions[name] {
                used.insert(name)
                return index
            }
            report(
                "\(pointer)/$ref",
                name == nil
                    ? "only \(Self.prefix)NAME is possible" : "there is no \(Self.prefix)\(name ?? "")"
            )
            return 0
        }
        nodes.append(SchemaNode())
        let index = nodes.count - 1
        fill(index, schema, pointer)
        return index
    }

    private mutating func fill(_ index: Int, _ schema: JSONValue, _ pointer: String) {
        guard let members = schema.members else { return report(pointer, "a schema is an object") }
        for member in members where !Self.known.contains(member.name) {
            report(
                "\(pointer)/\(Self.escaped(member.name))",
                "no keyword that is checked; there are \(Self.known.sorted().joined(separator: ", "))"
            )
        }
        for name in ["title", "description", "$comment"] {
            if let text = schema[name], text.text == nil { report("\(pointer)/\(name)", "a text is needed") }
        }
        if let examples = schema["examples"], examples.elements == nil {
            report("\(pointer)/examples", "a list is needed")
        }
        if let choices = schema["anyOf"] { return fill(index, choices: choices, of: members, pointer) }
        nodes[index].types = types(schema, pointer)
        nodes[index].values = values(schema, pointer)
        fillText(index, schema, pointer)
        fillItems(index, schema, pointer)
        fillMembers(index, schema, pointer)
    }

    private mutating func fill(
        _ index: Int,
        choices: JSONValue,
        of members: [JSONValue.Member],
        _ pointer: String
    ) {
        for member in members where member.name != "anyOf" && !Self.annotations.contains(member.name) {
            report(
                "\(pointer)/\(Self.escaped(member.name))",
                "nothing stands beside anyOf but texts; put it into each choice"
            )
        }
        guard let elements = choices.elements, elements.count > 1 else {
            return report("\(pointer)/anyOf", "a list of two or more schemas is needed")
        }
        for (offset, element) in elements.enumerated() {
            let choice = node(element, "\(pointer)/anyOf/\(offset)")
            nodes[index].choices.append(choice)
        }
    }

    private mutating func types(_ schema: JSONValue, _ pointer: String) -> SchemaTypes {
        guard let value = schema["type"] else { return .all }
        var types: SchemaTypes = []
        for word in value.elements ?? [value] {
            guard let type = SchemaTypes.names.first(where: { $0.name == word.text })?.type else {
                report(
                    "\(pointer)/type",
                    "\(word.compactText) is no type; there are "
                        + SchemaTypes.names.map(\.name).joined(separator: ", ")
                )
                continue
            }
            if types.contains(type) { report("\(pointer)/type", "\(word.compactText) stands twice") }
            types.insert(type)
        }
        if value.elements?.isEmpty == true { report("\(pointer)/type", "no type is possible") }
        return types
    }

    private mutating func values(_ schema: JSONValue, _ pointer: String) -> [SchemaNode.Value] {
        if schema["enum"] != nil, schema["const"] != nil {
            report("\(pointer)/const", "either enum or const")
        }
        let keyword = schema["enum"] == nil ? "const" : "enum"
        guard let value = schema[keyword] else { return [] }
        guard keyword == "const" || value.elements?.isEmpty == false else {
            report("\(pointer)/enum", "a list of values is needed")
            return []
        }
        return (keyword == "const" ? [value] : value.elements ?? []).compactMap { value in
            switch value {
            case .null: return .null
            case .bool(let value): return .bool(value)
            case .number(let lexeme): return .number(DecimalNumber(Array(lexeme.utf8)[...]))
            case .string(let text): return .text(Array(text.utf8))
            case .array, .object:
                report("\(pointer)/\(keyword)", "texts, numbers, truth values and null alone are compared")
                return nil
            }
        }
    }

    private mutating func fillText(_ index: Int, _ schema: JSONValue, _ pointer: String) {
        guard let format = schema["format"] else { return }
        let known = format.text.flatMap { SchemaNode.Format(rawValue: $0) }
        if known == nil {
            report(
                "\(pointer)/format",
                "\(format.compactText) is not checked; date-time and date are, and a description says the rest"
            )
        }
        need(.string, index, "format", pointer)
        nodes[index].format = known
    }

    private mutating func fillItems(_ index: Int, _ schema: JSONValue, _ pointer: String) {
        guard let items = schema["items"] else { return }
        need(.array, index, "items", pointer)
        let node = node(items, "\(pointer)/items")
        nodes[index].items = node
    }

    private mutating func fillMembers(_ index: Int, _ schema: JSONValue, _ pointer: String) {
        for name in ["properties", "required", "additionalProperties"] where schema[name] != nil {
            need(.object, index, name, pointer)
        }
        var named: [(name: [UInt8], node: Int)] = []
        if let properties = schema["properties"] {
            if properties.members == nil { report("\(pointer)/properties", "an object is needed") }
            for member in properties.members ?? [] {
                let node = node(member.value, "\(pointer)/properties/\(Self.escaped(member.name))")
                named.append((Array(member.name.utf8), node))
            }
        }
        var required: [Int] = []
        if let list = schema["required"] {
            if list.elements == nil { report("\(pointer)/required", "a list of names is needed") }
            for name in list.elements ?? [] {
                let bytes = name.text.map { Array($0.utf8) }
                if let position = named.firstIndex(where: { $0.name == bytes }), !required.contains(position)
                {
                    required.append(position)
                } else {
                    report(
                        "\(pointer)/required",
                        "\(name.compactText) is none of the properties, or stands twice"
                    )
                }
            }
        }
        nodes[index].members = SchemaMembers(named, required: required)
        switch schema["additionalProperties"] {
        case nil: break
        case .bool(let isAllowed): nodes[index].others = isAllowed ? .allowed : .refused
        case .some(let others):
            let node = node(others, "\(pointer)/additionalProperties")
            nodes[index].others = .node(node)
        }
        if named.isEmpty, nodes[index].others == .undeclared { nodes[index].others = .allowed }
    }

    private mutating func need(_ type: SchemaTypes, _ index: Int, _ keyword: String, _ pointer: String) {
        guard !nodes[index].types.contains(type) else { return }
        report("\(pointer)/\(keyword)", "has no effect, as type lets no \(type.text) through")
    }
}
