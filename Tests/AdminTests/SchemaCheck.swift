import Core
import JSON

/// Compares values with the schemas of the document: as much of JSON Schema as it uses.
struct SchemaCheck {
    let document: JSONValue

    /// What does not fit, each with its place.
    func faults(_ value: JSONValue, _ schema: JSONValue, at place: String = "$") -> [String] {
        if let reference = schema["$ref"]?.text {
            let name = reference.split(separator: "/").last.map(String.init) ?? ""
            guard let target = document.member(at: ["components", "schemas", name]) else {
                return ["\(place): no schema \(reference)"]
            }
            return faults(value, target, at: place)
        }
        if let choices = schema["anyOf"]?.elements {
            let all = choices.map { faults(value, $0, at: place) }
            return all.contains { $0.isEmpty } ? [] : all.flatMap { $0 }
        }
        if let words = schema["enum"]?.elements, !words.contains(value) {
            return ["\(place): \(value.compactText) is none of the words"]
        }
        switch schema["type"]?.text {
        case "object": return object(value, schema, at: place)
        case "array":
            guard let elements = value.elements else { return ["\(place): no array"] }
            return elements.enumerated().flatMap {
                faults($0.element, schema["items"] ?? [:], at: "\(place)[\($0.offset)]")
            }
        case "string":
            guard let text = value.text else { return ["\(place): no text"] }
            let isTime = schema["format"]?.text == "date-time"
            return isTime && (Instant(rfc3339: text) == nil || !text.hasSuffix("Z"))
                ? ["\(place): no time"] : []
        case "integer": return value.int == nil ? ["\(place): no integer"] : []
        case "number":
            guard case .number(let digits) = value, let number = Double(digits) else {
                return ["\(place): no number"]
            }
            return number < Double(schema["minimum"]?.int ?? .min) ? ["\(place): too small"] : []
        case "boolean": return value.bool == nil ? ["\(place): no truth value"] : []
        case "null": return value.isNull ? [] : ["\(place): not null"]
        default: return schema.members?.contains { $0.name == "type" } == true ? ["\(place): a new type"] : []
        }
    }

    private func object(_ value: JSONValue, _ schema: JSONValue, at place: String) -> [String] {
        guard let members = value.members else { return ["\(place): no object"] }
        let known = schema["properties"]
        var faults = (schema["required"]?.elements ?? []).compactMap(\.text)
            .filter { value[$0] == nil }.map { "\(place): no \($0)" }
        for member in members {
            if let schema = known?[member.name] {
                faults += self.faults(member.value, schema, at: "\(place).\(member.name)")
            } else if let rest = schema["additionalProperties"] {
                faults +=
                    rest.bool == false
                    ? ["\(place): \(member.name) is not in the document"]
                    : self.faults(member.value, rest, at: "\(place).\(member.name)")
            }
        }
        return faults
    }
}
