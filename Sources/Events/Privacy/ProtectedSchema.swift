import Core
import JSON

extension RecordProtection {
    /// A schema as the records are published: what fits the one given fits it once protected, and before that as well.
    ///
    /// Only ever wider, so that a registry that wants compatible versions takes it, and what was published under an earlier
    /// policy fits as it does: a number that is masked or hashed may be null or a text, and what is dropped absent.
    package func widened(_ schema: RecordSchema) -> RecordSchema {
        let document = SchemaWidening(nodes, schema.document).document
        do {
            return try RecordSchema(document.bytes())
        } catch {
            preconditionFailure("a widened schema cannot be used: \(error)")
        }
    }
}

/// Walks a schema along the rules of a protection.
private struct SchemaWidening {
    private let nodes: [RecordProtection.Node]
    private let definitions: [JSONValue.Member]
    private let root: JSONValue

    init(_ nodes: [RecordProtection.Node], _ document: JSONValue) {
        self.nodes = nodes
        definitions = document["$defs"]?.members ?? []
        root = document
    }

    /// The schema, without the definitions that nothing names any more.
    var document: JSONValue {
        let inner = widened(root.without(["$defs"]), 0, .pass)
        var used: [String] = []
        note(inner, &used)
        let kept = definitions.filter { used.contains($0.name) }
        guard !kept.isEmpty, let members = inner.members else { return inner }
        return .object(members + [.init(name: "$defs", value: .object(kept))])
    }

    private static let reference = "#/$defs/"

    private func note(_ schema: JSONValue, _ used: inout [String]) {
        if let text = schema["$ref"]?.text {
            let name = Self.name(of: text)
            guard !used.contains(name) else { return }
            used.append(name)
            if let definition = definitions.first(where: { $0.name == name }) {
                note(definition.value, &used)
            }
        }
        for member in schema.members ?? [] { note(member.value, &used) }
        for element in schema.elements ?? [] { note(element, &used) }
    }

    private static func name(of reference: String) -> String {
        String(reference.dropFirst(Self.reference.count))
    }

    /// What a reference names, with the texts that stand beside it.
    private func resolved(_ schema: JSONValue) -> JSONValue {
        guard let text = schema["$ref"]?.text,
            let definition = definitions.first(where: { $0.name == Self.name(of: text) })?.value
        else { return schema }
        let beside = schema.without(["$ref"]).members ?? []
        return .object(beside + (definition.without(beside.map(\.name)).members ?? []))
    }

    /// The schema of a value that longer paths may lead through, or none does where there is no node.
    private func widened(_ schema: JSONValue, _ node: Int?, _ treatment: Treatment) -> JSONValue {
        let leadsOn = node.map { nodes[$0].leadsOn } ?? false
        guard leadsOn else { return treatment.action == .pass ? schema : leaves(schema, treatment, []) }
        let plain = resolved(schema)
        let wide = widened(inside: plain, node, treatment)
        // A reference stays where nothing is wider for it.
        return wide == plain ? schema : wide
    }

    private func widened(inside schema: JSONValue, _ node: Int?, _ treatment: Treatment) -> JSONValue {
        var schema = schema
        if let choices = schema["anyOf"]?.elements {
            return schema.setting(["anyOf"], to: .array(choices.map { widened($0, node, treatment) }))
        }
        if let items = schema["items"] {
            schema = schema.setting(["items"], to: widened(items, node, treatment))
        }
        schema = members(schema, node, treatment)
        // What stands there in an object's place is treated by itself.
        return treatment.action == .pass ? schema : Self.loosened(schema, treatment.action)
    }

    private func members(_ schema: JSONValue, _ node: Int?, _ treatment: Treatment) -> JSONValue {
        var schema = schema
        var gone: [String] = []
        func inner(_ name: String, _ value: JSONValue) -> JSONValue {
            let child = node.flatMap { node in
                let bytes = Array(name.utf8)
                return nodes[node].members.position(of: bytes.indices, in: bytes).map {
                    nodes[node].members.nodes[$0]
                }
            }
            let own = child.flatMap { nodes[$0].treatment } ?? treatment
            guard own.action == .drop else { return widened(value, child, own) }
            gone.append(name)
            return child.map { nodes[$0].leadsOn } ?? false ? widened(value, child, own) : value
        }
        var properties = schema["properties"]?.members ?? []
        for index in properties.indices {
            properties[index].value = inner(properties[index].name, properties[index].value)
        }
        // Members that the schema knows by their kind alone, and the rules by their names.
        if let others = schema["additionalProperties"], others.members != nil, let node {
            let known = Set(properties.map(\.name))
            for name in nodes[node].members.names.map({ String(decoding: $0, as: UTF8.self) })
            where !known.contains(name) {
                properties.append(.init(name: name, value: inner(name, others)))
            }
            if treatment.action != .pass {
                schema = schema.setting(
                    ["additionalProperties"],
                    to: widened(others, nil, treatment)
                )
            }
        }
        if !properties.isEmpty { schema = schema.setting(["properties"], to: .object(properties)) }
        if let required = schema["required"]?.elements {
            let kept = required.filter { !gone.contains($0.text ?? "") }
            schema =
                kept.isEmpty
                ? schema.without(["required"]) : schema.setting(["required"], to: .array(kept))
        }
        return schema
    }

    /// The schema of a value each of whose scalars is treated; `seen` are the definitions that it stands in.
    private func leaves(_ schema: JSONValue, _ treatment: Treatment, _ seen: [String]) -> JSONValue {
        guard treatment.action != .drop else { return schema }
        var seen = seen
        if let text = schema["$ref"]?.text {
            // What holds itself is said no further.
            guard !seen.contains(text) else { return .object([]) }
            seen.append(text)
        }
        let plain = resolved(schema)
        let wide = leaves(inside: plain, treatment, seen)
        return wide == plain ? schema : wide
    }

    private func leaves(inside schema: JSONValue, _ treatment: Treatment, _ seen: [String]) -> JSONValue {
        var schema = schema
        if let choices = schema["anyOf"]?.elements {
            return schema.setting(["anyOf"], to: .array(choices.map { leaves($0, treatment, seen) }))
        }
        if let items = schema["items"] {
            schema = schema.setting(["items"], to: leaves(items, treatment, seen))
        }
        if let properties = schema["properties"]?.members {
            schema = schema.setting(
                ["properties"],
                to: .object(
                    properties.map { .init(name: $0.name, value: leaves($0.value, treatment, seen)) }
                )
            )
        }
        if let others = schema["additionalProperties"], others.members != nil {
            schema = schema.setting(["additionalProperties"], to: leaves(others, treatment, seen))
        }
        return Self.loosened(schema, treatment.action)
    }

    /// The same for what a treatment leaves of its scalars as well.
    ///
    /// A text stays one; a number may be null or a token, by whichever policy, and a truth value null. What is dropped out of an
    /// array is null.
    private static func loosened(_ schema: JSONValue, _ action: PrivacyAction) -> JSONValue {
        let schema = schema.without(["enum", "const", "format"])
        guard let type = schema["type"] else { return schema }
        var types = type.elements ?? [type]
        let isNumber = types.contains("integer") || types.contains("number")
        var more: [JSONValue] = isNumber ? ["string"] : []
        if isNumber || types.contains("boolean") || action == .drop { more.append("null") }
        types += more.filter { !types.contains($0) }
        return types.count == (type.elements ?? [type]).count
            ? schema : schema.setting(["type"], to: .array(types))
    }
}

extension JSONValue {
    /// The object without some members.
    fileprivate func without(_ names: [String]) -> JSONValue {
        guard let members else { return self }
        return .object(members.filter { !names.contains($0.name) })
    }
}
