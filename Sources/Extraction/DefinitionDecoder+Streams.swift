import Core
import Expressions
import YAML

/// The streams, each over the defaults.
extension DefinitionDecoder {
    private static let shared = ["query", "records", "key", "version", "paging", "limit"]

    mutating func streams(_ node: YAMLNode?, defaults: YAMLNode?, limits: [String]) -> [StreamDefinition] {
        let shared = defaults.map { fields($0, known: Self.shared) } ?? [:]
        guard let node else { return [] }
        let members = members(node)
        if members.isEmpty { report(node, "there are no streams: an extractor reads at least one") }
        return members.compactMap { stream($0, defaults: shared, limits: limits) }
    }

    private mutating func stream(
        _ member: YAMLMember,
        defaults: [String: YAMLNode],
        limits: [String]
    ) -> StreamDefinition? {
        checkStreamName(member)
        let own = fields(member.value, known: ["get"] + Self.shared)
        let fields = defaults.merging(own) { $1 }
        let path = required("get", of: fields, in: member.value).flatMap { template($0) }
        if let path, let node = fields["get"], path.source.first != "/" {
            report(node, "a path begins with a slash and stands behind base_url")
        }
        let records = required("records", of: fields, in: member.value).flatMap { recordsPath($0) }
        let key = required("key", of: fields, in: member.value).flatMap { self.key($0) }
        let version = fields["version"].flatMap { self.version($0) }
        let paging = required("paging", of: fields, in: member.value).flatMap { self.paging($0, key: key) }
        let limit = fields["limit"].flatMap { text($0) }
        if let limit, let node = fields["limit"], !limits.contains(limit) {
            report(node, "unknown limit \(limit); \(Self.hint(for: limit, among: limits))")
        }
        if let paging, let records, let node = fields["paging"] {
            checkPageFields(paging, records: records, at: node)
        }
        let query = query(defaults["query"], own["query"])
        guard let path, let records, let key, let paging else { return nil }
        return StreamDefinition(
            name: member.key,
            path: path,
            query: query,
            recordsPath: records,
            key: key,
            version: version,
            progress: .list(paging),
            limit: limit
        )
    }

    /// A field and how it is written: without the form nobody could tell the older of two.
    private mutating func version(_ node: YAMLNode) -> StreamDefinition.Version? {
        let fields = fields(node, known: ["field", "format"])
        let path = required("field", of: fields, in: node).flatMap { self.path($0) }
        guard let formatNode = required("format", of: fields, in: node), let name = text(formatNode) else {
            return nil
        }
        guard let format = VersionFormat(rawValue: name) else {
            let hint = Self.hint(for: name, among: VersionFormat.allCases.map(\.rawValue))
            report(formatNode, "unknown format \(name); \(hint)")
            return nil
        }
        return path.map { StreamDefinition.Version(path: $0, format: format) }
    }

    private mutating func checkStreamName(_ member: YAMLMember) {
        let isNamed = member.key.utf8.allSatisfy {
            (97...122).contains($0) || (65...90).contains($0) || (48...57).contains($0) || $0 == 45
                || $0 == 95
        }
        if member.key.isEmpty || member.key.utf8.count > 80 || !isNamed {
            report(member, "a stream's name is 1 to 80 of A-Z, a-z, 0-9, _ and -")
        } else if ["sluice", "entity"].contains(member.key) {
            report(member, "\(member.key) is a name of the topics' own: take another one")
        }
    }

    /// The stream's parameters over the default ones.
    private mutating func query(_ defaults: YAMLNode?, _ own: YAMLNode?) -> [(name: String, value: Template)]
    {
        var query: [(name: String, value: Template)] = []
        for member in [defaults, own].compactMap({ $0 }).flatMap({ members($0) }) {
            guard let value = template(member.value) else { continue }
            if let index = query.firstIndex(where: { $0.name == member.key }) {
                query[index].value = value
            } else {
                query.append((member.key, value))
            }
        }
        return query
    }

    /// `.` is the page itself.
    private mutating func recordsPath(_ node: YAMLNode) -> [String]? {
        if case .scalar(".", _) = node.content { return [] }
        return path(node)
    }

    /// One path, or a list of them for a composite key.
    private mutating func key(_ node: YAMLNode) -> [[String]]? {
        guard case .sequence(let items) = node.content else { return path(node).map { [$0] } }
        let parts = items.compactMap { path($0) }
        guard parts.count == items.count else { return nil }
        if parts.isEmpty || Set(parts).count != parts.count {
            report(node, "a key has at least one field, and each of them once")
            return nil
        }
        return parts
    }

    private mutating func paging(_ node: YAMLNode, key: [[String]]?) -> Paging? {
        let styles = ["last_record", "next_link", "link_header", "cursor"]
        if case .scalar(let text, _) = node.content {
            if text == "single_page" { return .singlePage }
            let hint = Self.hint(for: text, among: styles + ["single_page"])
            report(node, "unknown paging \(text); \(hint)")
            return nil
        }
        guard let (style, value) = only(node, of: styles) else { return nil }
        switch style {
        case "last_record": return lastRecord(value, key: key)
        case "next_link":
            let fields = fields(value, known: ["field"])
            return required("field", of: fields, in: value).flatMap { path($0) }.map { .nextLink(field: $0) }
        case "link_header":
            let fields = fields(value, known: ["rel"])
            return .linkHeader(relation: fields["rel"].flatMap { text($0) } ?? "next")
        default:
            let fields = fields(value, known: ["field", "param", "more"])
            let field = required("field", of: fields, in: value).flatMap { path($0) }
            let parameter = required("param", of: fields, in: value).flatMap { text($0) }
            let more = fields["more"].flatMap { path($0) }
            guard let field, let parameter else { return nil }
            return .cursor(field: field, parameter: parameter, more: more)
        }
    }

    private mutating func lastRecord(_ node: YAMLNode, key: [[String]]?) -> Paging? {
        let fields = fields(node, known: ["param", "field", "more"])
        let parameter = required("param", of: fields, in: node).flatMap { text($0) }
        let more = fields["more"].flatMap { path($0) }
        var field = fields["field"].flatMap { path($0) }
        if field == nil, let key {
            if key.count == 1 {
                field = key[0]
            } else {
                report(
                    node,
                    "the key has several fields: say which one the next page starts after, field: name"
                )
            }
        }
        guard let parameter, let field else { return nil }
        return .lastRecord(parameter: parameter, field: field, more: more)
    }

    private mutating func checkPageFields(_ paging: Paging, records: [String], at node: YAMLNode) {
        for field in paging.pageFields {
            if records.isEmpty {
                report(
                    node,
                    "the page itself is the list of records: it has no field \(FieldPath.text(field))"
                )
            } else if field.starts(with: records) || records.starts(with: field) {
                report(
                    node,
                    "\(FieldPath.text(field)) lies on the path of the records: name a field of the page beside them"
                )
            }
        }
    }
}
