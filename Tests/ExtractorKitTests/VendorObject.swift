import Events
import Expressions
import Extraction
import Foundation
import JSON

/// A vendor's own description of a stream's records, where the folder with such descriptions is.
struct VendorObject {
    static let folder =
        ProcessInfo.processInfo.environment["SLUICE_SPECS"]
        ?? Repository.root.appending(path: "../shared/specs").path
    static let isThere = FileManager.default.fileExists(atPath: folder)

    /// The documents' schemas; of two, the later has what the earlier lacks.
    private var schemas: [JSONValue]
    private var root: [JSONValue]

    /// Nil where the vendor describes no such object.
    init?(_ shipped: ShippedStream, _ stream: StreamDefinition) throws {
        switch shipped.extractor {
        case "stripe": try self.init(stripe: shipped)
        case "zendesk": try self.init(zendesk: stream)
        case "hubspot": try self.init(hubspot: stream)
        default: return nil
        }
    }

    private static func document(_ path: String) throws -> JSONValue {
        try JSONValue.parse(Array(try Data(contentsOf: URL(filePath: "\(folder)/\(path)"))))
    }

    /// A record says itself what it is, and the schema what it says.
    private init?(stripe shipped: ShippedStream) throws {
        let document = try Self.document("stripe/openapi-2026-06-24.json")
        let own = try shipped.schema().document["properties"]?["object"]?["examples"]?[0]?.text
        guard let schema = own.flatMap({ document["components"]?["schemas"]?[$0] }) else { return nil }
        schemas = [document["components"]?["schemas"] ?? .null]
        root = [schema]
    }

    /// The records of the answer to the stream's path.
    private init?(zendesk stream: StreamDefinition) throws {
        // The vendor's schema of ticket events is that of metric events, by a slip.
        guard stream.name != "ticket_events" else { return nil }
        let document = try Self.document("zendesk/support.json")
        let path = stream.request.path.source.replacing(".json", with: "")
        let found = document["paths"]?.members?.first { Self.matches(path, $0.name) }?.value
        schemas = [document["components"]?["schemas"] ?? .null]
        root = []
        let answer = found?["get"]?["responses"]?["200"]?["content"]?["application/json"]?["schema"]
        guard let answer, let name = stream.recordsPath.first,
            let list = properties(of: [resolved(answer, schemas[0])])[name]?.first,
            let items = resolved(list, schemas[0])["items"]
        else { return nil }
        self = VendorObject(schemas: schemas, root: [items])
    }

    private init?(hubspot stream: StreamDefinition) throws {
        let path = stream.request.path.source
        let kinds = [
            ("/associations/", "MultiAssociatedObjectWithLabel"), ("/objects/", "SimplePublicObject"),
            ("/owners", "PublicOwner"), ("/pipelines/", "Pipeline"),
            ("/properties/", "Property"), ("/schemas", "ObjectSchema"),
        ]
        guard let kind = kinds.first(where: { path.contains($0.0) })?.1 else { return nil }
        schemas = try ["v3", "2026-03"].map {
            try Self.document("hubspot/crm-\($0).json")["components"]?["schemas"] ?? .null
        }
        root = schemas.compactMap { $0[kind] }
    }

    private init(schemas: [JSONValue], root: [JSONValue]) {
        self.schemas = schemas
        self.root = root
    }

    /// `{{ parent.id }}` and `{ticket_id}` stand for any segment.
    private static func matches(_ path: String, _ pattern: String) -> Bool {
        let own = path.replacing(/\{\{[^}]*\}\}/, with: "*").split(separator: "/")
        let other = pattern.split(separator: "/")
        return own.count == other.count
            && zip(own, other).allSatisfy { $0 == $1 || $0 == "*" && $1.hasPrefix("{") }
    }

    // MARK: Comparing

    /// How a schema differs from the description: fields that only one of them has, and other types.
    func differences(_ schema: JSONValue, without dropped: Set<String>, beyond added: Set<String>) -> [String]
    {
        var found: [String] = []
        compare(schema, schema, root, "", dropped, added, &found)
        return found
    }

    private func compare(
        _ own: JSONValue,
        _ document: JSONValue,
        _ vendor: [JSONValue],
        _ path: String,
        _ dropped: Set<String>,
        _ added: Set<String>,
        _ found: inout [String]
    ) {
        let own =
            own["$ref"]?.text.flatMap { document["$defs"]?[String($0.dropFirst("#/$defs/".count))] } ?? own
        let vendor = vendor.map { node in schemas.map { resolved(node, $0) }.first { !$0.isNull } ?? node }
        found += Self.typeDifferences(own, vendor, path)
        if let items = own["items"] {
            compare(items, document, vendor.compactMap { $0["items"] }, path + "[]", dropped, added, &found)
        }
        guard let members = own["properties"]?.members else { return }
        let properties = properties(of: vendor)
        func place(_ name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }
        for member in members where !added.contains(place(member.name)) {
            // A map of anything may have some of its names declared.
            if properties.isEmpty, vendor.contains(where: { $0["additionalProperties"] != nil }) { continue }
            guard let nodes = properties[member.name] else {
                found.append("\(place(member.name)) is declared, and not in the vendor's description")
                continue
            }
            compare(member.value, document, nodes, place(member.name), dropped, added, &found)
        }
        guard own["additionalProperties"] == nil else { return }
        for name in properties.keys.sorted()
        where !members.contains(where: { $0.name == name }) && !dropped.contains(place(name)) {
            found.append("\(place(name)) is in the vendor's description, and not declared")
        }
    }

    private static func typeDifferences(_ own: JSONValue, _ vendor: [JSONValue], _ path: String) -> [String] {
        let types = own["type"].map { $0.elements ?? [$0] }?.compactMap(\.text) ?? []
        guard !types.isEmpty else { return [] }
        var found: [String] = []
        for node in vendor {
            if let type = node["type"]?.text, !types.contains(type),
                !(type == "integer" && types.contains("number"))
            {
                found.append("\(path) is \(types), and \(type) in the vendor's description")
            }
            if node["format"]?.text == "date-time", own["format"]?.text != "date-time" {
                found.append("\(path) is a date-time in the vendor's description")
            }
        }
        return found
    }

    /// What a client reads; each as each document describes it.
    private func properties(of nodes: [JSONValue]) -> [String: [JSONValue]] {
        var properties: [String: [JSONValue]] = [:]
        for member in nodes.flatMap({ $0["properties"]?.members ?? [] })
        where member.value["writeOnly"]?.bool != true {
            properties[member.name, default: []].append(member.value)
        }
        return properties
    }

    /// A node without references and `allOf`; null where the reference leads nowhere.
    private func resolved(_ node: JSONValue, _ schemas: JSONValue) -> JSONValue {
        if let name = node["$ref"]?.text?.split(separator: "/").last.map(String.init) {
            // Administrators see the larger of the two forms.
            return resolved(schemas[name == "UserObject" ? "UserForAdmin" : name] ?? .null, schemas)
        }
        guard let parts = node["allOf"]?.elements else { return node }
        let whole = parts.map { resolved($0, schemas) }
        if whole.count == 1 { return whole[0] }
        return [
            "type": "object",
            "properties": .object(whole.flatMap { $0["properties"]?.members ?? [] }),
        ]
    }
}
