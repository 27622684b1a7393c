import Web

/// What a path leads to, in its classic form (`/crm/v3/objects/…`) and in the one with a date
/// (`/crm/objects/2026-03/…`).
enum HubSpotRoute: Hashable {
    case list(String), object(String, id: String), search(String), batch(String)
    case associations(String, id: String, to: String)
    case associationBatch(String, to: String), associationLabels(String, to: String)
    case owners, owner(String)
    case properties(String), property(String, String), oldProperties(String)
    case pipelines(String), oldPipelines(String), pipeline(String, String), stages(String, String)
    case schemas, schema(String)
    case accountDetails, apiUsage
    case token(version: String)

    /// The route of a request; nil if there is none.
    init?(_ segments: [String]) {
        guard let (version, parts) = Self.split(segments) else { return nil }
        switch (parts.first, parts.count) {
        case ("objects", 2): self = .list(parts[1])
        case ("objects", 3) where parts[2] == "search": self = .search(parts[1])
        case ("objects", 3): self = .object(parts[1], id: parts[2])
        case ("objects", 4) where parts[2...] == ["batch", "read"]: self = .batch(parts[1])
        case ("objects", 5) where parts[3] == "associations" && version != "v3":
            self = .associations(parts[1], id: parts[2], to: parts[4])
        case ("associations", 5) where parts[3...] == ["batch", "read"] && version != "v3":
            self = .associationBatch(parts[1], to: parts[2])
        case ("associations", 4) where parts[3] == "labels" && version != "v3":
            self = .associationLabels(parts[1], to: parts[2])
        case ("owners", 1): self = .owners
        case ("owners", 2): self = .owner(parts[1])
        case ("properties", 3) where version == "v2": self = .oldProperties(parts[1])
        case ("properties", 2): self = .properties(parts[1])
        case ("properties", 3): self = .property(parts[1], parts[2])
        case ("pipelines", 2) where version == "v1": self = .oldPipelines(parts[1])
        case ("pipelines", 2): self = .pipelines(parts[1])
        case ("pipelines", 3): self = .pipeline(parts[1], parts[2])
        case ("pipelines", 4) where parts[3] == "stages": self = .stages(parts[1], parts[2])
        case ("schemas", 1): self = .schemas
        case ("schemas", 2): self = .schema(parts[1])
        case ("account-info", 2) where parts[1] == "details": self = .accountDetails
        case ("account-info", 4) where parts[1...] == ["api-usage", "daily", "private-apps"]: self = .apiUsage
        case ("oauth", 2) where parts[1] == "token": self = .token(version: version)
        default: return nil
        }
    }

    /// The version of a path, and the rest of it from its family on.
    private static func split(_ segments: [String]) -> (version: String, parts: [String])? {
        guard segments.count >= 3, let root = segments.first else { return nil }
        switch root {
        case "crm":
            // The date stands behind the family, the classic version before it.
            if ["v3", "v4"].contains(segments[1]) { return (segments[1], Array(segments[2...])) }
            guard isDate(segments[2]) else { return nil }
            return (segments[2], [segments[1]] + segments[3...])
        case "crm-object-schemas":
            return isVersion(segments[1], "v3") ? (segments[1], Array(segments[2...])) : nil
        case "account-info", "oauth":
            let isKnown = isVersion(segments[1], "v3") || root == "oauth" && segments[1] == "v1"
            return isKnown ? (segments[1], [root] + segments[2...]) : nil
        case "properties":
            // What was before the third version is still asked for.
            guard segments.count == 4, segments[1] == "v2", segments[3] == "properties" else { return nil }
            return (segments[1], [root] + segments[2...])
        case "crm-pipelines":
            return segments.count == 4 && segments[1] == "v1" ? (segments[1], Array(segments[2...])) : nil
        default: return nil
        }
    }

    private static func isVersion(_ text: String, _ classic: String) -> Bool {
        text == classic || isDate(text)
    }

    /// Whether it is `YYYY-MM`.
    private static func isDate(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard bytes.count == 7, bytes[4] == UInt8(ascii: "-") else { return false }
        return bytes.enumerated().allSatisfy { $0 == 4 || (0x30...0x39).contains($1) }
    }

    /// Its type of object, as the path names it.
    var typeName: String? {
        switch self {
        case .list(let name), .object(let name, _), .search(let name), .batch(let name): name
        case .associations(let name, _, _), .associationBatch(let name, _), .associationLabels(let name, _):
            name
        case .properties(let name), .property(let name, _), .oldProperties(let name): name
        case .pipelines(let name), .oldPipelines(let name), .pipeline(let name, _), .stages(let name, _),
            .schema(let name):
            name
        default: nil
        }
    }

    /// The type at the other end of its associations.
    var otherTypeName: String? {
        switch self {
        case .associations(_, _, let name), .associationBatch(_, let name), .associationLabels(_, let name):
            name
        default: nil
        }
    }

    /// Whether it is asked with POST.
    var isPosted: Bool {
        switch self {
        case .search, .batch, .associationBatch, .token: true
        default: false
        }
    }

    var isSearch: Bool {
        if case .search = self { true } else { false }
    }

    /// Whether its answer is a list that goes on behind an `after`.
    var isPaged: Bool {
        switch self {
        case .list, .owners: true
        default: false
        }
    }

    /// The path with ids left out, for counting.
    var logged: String {
        switch self {
        case .list(let type): "/objects/\(type)"
        case .object(let type, _): "/objects/\(type)/{id}"
        case .search(let type): "/objects/\(type)/search"
        case .batch(let type): "/objects/\(type)/batch/read"
        case .associations(let type, _, let other): "/objects/\(type)/{id}/associations/\(other)"
        case .associationBatch(let type, let other): "/associations/\(type)/\(other)/batch/read"
        case .associationLabels(let type, let other): "/associations/\(type)/\(other)/labels"
        case .owners: "/owners"
        case .owner: "/owners/{id}"
        case .properties(let type), .oldProperties(let type): "/properties/\(type)"
        case .property(let type, _): "/properties/\(type)/{name}"
        case .pipelines(let type), .oldPipelines(let type): "/pipelines/\(type)"
        case .pipeline(let type, _): "/pipelines/\(type)/{id}"
        case .stages(let type, _): "/pipelines/\(type)/{id}/stages"
        case .schemas: "/schemas"
        case .schema: "/schemas/{type}"
        case .accountDetails: "/account-info/details"
        case .apiUsage: "/account-info/api-usage/daily/private-apps"
        case .token: "/oauth/token"
        }
    }
}
