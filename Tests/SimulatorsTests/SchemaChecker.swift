import JSON

/// Compares a document with an OpenAPI schema, closed: a field that the schema lacks is a problem.
struct SchemaChecker {
    var schemas: JSONValue

    func problems(of value: JSONValue, as name: String) -> Set<String> {
        guard let schema = schemas[name] else { return ["there is no schema \(name)"] }
        var problems: Set<String> = []
        check(value, schema, name, &problems)
        return problems
    }

    private func check(_ value: JSONValue, _ schema: JSONValue, _ path: String, _ problems: inout Set<String>)
    {
        if value.isNull {
            // A schema without members is of anything.
            if schema["nullable"]?.bool != true, schema.members?.isEmpty != true {
                problems.insert("\(path): null")
            }
            return
        }
        if let reference = schema["$ref"]?.text {
            let name = String(reference.split(separator: "/").last ?? "")
            return check(value, schemas[name] ?? .null, path, &problems)
        }
        for part in schema["allOf"]?.elements ?? [] { check(value, part, path, &problems) }
        if let choices = schema["anyOf"]?.elements {
            let fits = choices.contains { choice in
                var found: Set<String> = []
                check(value, choice, path, &found)
                return found.isEmpty
            }
            if !fits { problems.insert("\(path): fits no choice") }
        }
        if let allowed = schema["enum"]?.elements, !allowed.contains(value) {
            problems.insert("\(path): \(value.compactText) is none of \(allowed.map(\.compactText))")
        }
        switch (schema["type"]?.text, value) {
        case ("string", .string), ("boolean", .bool), ("number", .number), (nil, _):
            break
        case ("integer", .number):
            if value.int == nil { problems.insert("\(path): \(value.compactText) is no integer") }
        case ("array", .array(let elements)):
            for element in elements { check(element, schema["items"] ?? .null, "\(path)[]", &problems) }
        case ("object", .object(let members)):
            checkMembers(members, schema, path, &problems)
        case (let type?, _):
            problems.insert("\(path): \(value.compactText.prefix(40)) is no \(type)")
        }
    }

    private func checkMembers(
        _ members: [JSONValue.Member],
        _ schema: JSONValue,
        _ path: String,
        _ problems: inout Set<String>
    ) {
        for name in schema["required"]?.elements?.compactMap(\.text) ?? []
        where !members.contains(where: { $0.name == name }) {
            problems.insert("\(path).\(name): missing")
        }
        for member in members {
            if let property = schema["properties"]?[member.name] {
                check(member.value, property, "\(path).\(member.name)", &problems)
            } else if let others = schema["additionalProperties"] {
                check(member.value, others, "\(path).*", &problems)
            } else if schema["properties"] != nil {
                problems.insert("\(path).\(member.name): unknown")
            }
        }
    }
}
