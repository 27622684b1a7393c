import Extraction
package import JSON

/// The JSON Schema of `extractor.yaml`, for editors.
package enum FormatSchema {
    /// The schema (draft 7, which editors know best), made of the keys that the decoder knows.
    package static var json: JSONValue {
        var members = object(
            ("$schema", .string("http://json-schema.org/draft-07/schema#")),
            ("title", "A sluice extractor"),
            ("$ref", .string(reference("extractor")))
        )
        let groups = Vocabulary.groups.map { JSONValue.Member(name: $0.name, value: schema(of: $0)) }
        members.append(.init(name: "definitions", value: .object(groups)))
        return .object(members)
    }

    /// The schema as a file: two spaces a level, a line end behind it.
    package static var text: String { pretty(json, indent: "") + "\n" }

    private static func reference(_ group: String) -> String { "#/definitions/\(group)" }

    private static func schema(of group: FieldGroup) -> JSONValue {
        var members = object(("type", "object"))
        let properties = group.fields.map { field -> JSONValue.Member in
            let described = object(("description", .string(field.summary))) + schema(of: field.form)
            return .init(name: field.name, value: .object(described))
        }
        members.append(.init(name: "properties", value: .object(properties)))
        members.append(.init(name: "additionalProperties", value: .bool(false)))
        let required = group.fields.filter(\.isRequired).map { JSONValue.string($0.name) }
        if !required.isEmpty { members.append(.init(name: "required", value: .array(required))) }
        if group.isChoice {
            members += object(("minProperties", .number("1")), ("maxProperties", .number("1")))
        }
        return .object(members)
    }

    private static func schema(of form: FieldForm) -> [JSONValue.Member] {
        switch form {
        // A plain number or truth value is read as it was written.
        case .text, .template, .path: object(("type", ["string", "number", "boolean"]))
        case .pattern(let pattern): object(("type", "string"), ("pattern", .string(pattern)))
        case .bool: object(("type", "boolean"))
        case .duration: object(("type", "string"), ("pattern", "^[0-9]+[smhd]$"))
        case .word(let words):
            object(("enum", .array(words.map { Int($0) == nil ? .string($0) : .number($0) })))
        case .plainValue: object(("type", ["string", "number", "boolean", "array"]))
        case .scalar: object(("type", ["string", "number", "boolean", "null"]))
        case .count: object(("type", "integer"), ("minimum", .number("1")))
        case .instant: object(("type", "string"), ("format", "date-time"))
        case .body: object(("type", ["object", "array"]))
        case .statuses:
            object(("anyOf", [status, .object(object(("type", "array"), ("items", status)))]))
        case .group(let name): object(("$ref", .string(reference(name))))
        case .map(let inner):
            object(("type", "object"), ("additionalProperties", .object(schema(of: inner))))
        case .list(let inner): object(("type", "array"), ("items", .object(schema(of: inner))))
        case .either(let forms): object(("anyOf", .array(forms.map { .object(schema(of: $0)) })))
        }
    }

    private static let status: JSONValue = .object(
        object(
            ("type", ["string", "integer"]),
            ("pattern", "^[345](xx|[0-9]{2})$"),
            ("minimum", .number("300")),
            ("maximum", .number("599"))
        )
    )

    private static func object(_ members: (String, JSONValue)...) -> [JSONValue.Member] {
        members.map { JSONValue.Member(name: $0.0, value: $0.1) }
    }

    private static func pretty(_ value: JSONValue, indent: String) -> String {
        let inner = indent + "  "
        switch value {
        case .object(let members) where !members.isEmpty:
            let lines = members.map {
                "\(inner)\(JSONValue.string($0.name).compactText): \(pretty($0.value, indent: inner))"
            }
            return "{\n\(lines.joined(separator: ",\n"))\n\(indent)}"
        case .array(let items) where items.contains { $0.members != nil }:
            let lines = items.map { inner + pretty($0, indent: inner) }
            return "[\n\(lines.joined(separator: ",\n"))\n\(indent)]"
        default: return value.compactText
        }
    }
}
