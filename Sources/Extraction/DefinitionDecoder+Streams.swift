import Core
import Expressions
import YAML

/// The streams, each over the defaults.
extension DefinitionDecoder {
    /// What a stream's declaration refers to.
    private struct Context {
        var defaults: [String: YAMLNode]
        var limits: [String]
        var feeds: [String]
        var errors: ErrorRules
    }

    mutating func streams(
        _ node: YAMLNode?,
        defaults: YAMLNode?,
        limits: [String],
        feeds: [String],
        errors: ErrorRules
    ) -> [StreamDefinition] {
        let shared = defaults.map { fields($0, Vocabulary.defaults) } ?? [:]
        guard let node else { return [] }
        let members = members(node)
        if members.isEmpty { report(node, "there are no streams: an extractor reads at least one") }
        let context = Context(defaults: shared, limits: limits, feeds: feeds, errors: errors)
        let names = members.map(\.key)
        let children = members.filter { $0.value["for_each"] != nil }.map(\.key)
        // Parents first, wherever they stand: a child's templates are checked against its parent's key.
        var decoded: [String: StreamDefinition] = [:]
        for member in members where !children.contains(member.key) {
            decoded[member.key] = stream(member, parent: nil, in: context)
        }
        let parents = decoded
        for member in members where children.contains(member.key) {
            let parent = parent(of: member, parents: parents, names: names, children: children)
            // A parent that could not be decoded is said at its own place.
            if let parent { decoded[member.key] = stream(member, parent: parent, in: context) }
        }
        return names.compactMap { decoded[$0] }
    }

    private mutating func parent(
        of member: YAMLMember,
        parents: [String: StreamDefinition],
        names: [String],
        children: [String]
    ) -> StreamDefinition.Parent? {
        guard let node = member.value["for_each"], let name = text(node) else { return nil }
        if !names.contains(name) {
            report(node, "unknown stream \(name); \(Self.hint(for: name, among: names))")
        } else if children.contains(name) {
            report(node, "\(name) is a child itself: name a stream without for_each")
        }
        let replaces = member.value["replaces"]
        let word = replaces.flatMap { text($0) }
        if let replaces, let word, word != "children" {
            report(replaces, "unknown value \(word); write replaces: children, or take the line away")
        }
        return parents[name].map { StreamDefinition.Parent($0, replaces: word == "children") }
    }

    private mutating func stream(
        _ member: YAMLMember,
        parent: StreamDefinition.Parent?,
        in context: Context
    ) -> StreamDefinition? {
        checkStreamName(member)
        let own = fields(member.value, Vocabulary.stream)
        let fields = context.defaults.merging(own) { $1 }
        let variables = parent.map { ["parent": Variable.fields($0.definition.key)] } ?? [:]
        let path = required("get", of: fields, in: member.value).flatMap { self.get($0, variables) }
        let records = required("records", of: fields, in: member.value).flatMap { recordsPath($0) }
        let key = required("key", of: fields, in: member.value).flatMap { self.key($0) }
        let version = fields["version"].flatMap { self.version($0) }
        let paging = required("paging", of: fields, in: member.value).flatMap { self.paging($0, key: key) }
        let limit = fields["limit"].flatMap { self.limit($0, among: context.limits) }
        if let paging, let records, let node = fields["paging"] {
            checkPageFields(paging, records: records, at: node)
        }
        let query = query(context.defaults["query"], own["query"], variables)
        if parent == nil, let node = own["replaces"] {
            report(node, "only a stream with for_each has children to replace")
        }
        if parent != nil, let node = own["get"], let path,
            !(path.references + query.flatMap(\.value.references)).contains(where: { $0.path[0] == "parent" })
        {
            report(node, "nothing here says whose list it is: write the parent's key, {{ parent.id }}")
        }
        let lost = fields["lost"].flatMap { node in
            answer(
                node,
                hasMessage: context.errors.messagePath != nil,
                hasCode: context.errors.codePath != nil
            )
        }
        let since = since(own: own["since"], default: context.defaults["since"], parent: parent)
        let following = Following(
            stream: member.value,
            key: key,
            parent: parent?.definition,
            feeds: context.feeds
        )
        let follow = follow(own["follow"], defaults: context.defaults["follow"], of: following)
        guard let path, let records, let key, let paging else { return nil }
        return StreamDefinition(
            name: member.key,
            path: path,
            query: query,
            recordsPath: records,
            key: key,
            version: version,
            progress: .list(paging),
            limit: limit,
            lost: lost,
            since: since,
            follow: follow,
            parent: parent
        )
    }

    /// A path behind the base address.
    mutating func get(_ node: YAMLNode, _ variables: [String: Variable] = [:]) -> Template? {
        guard let path = template(node, variables: variables) else { return nil }
        if path.source.first != "/" { report(node, "a path begins with a slash and stands behind base_url") }
        return path
    }

    /// The name of a declared limit.
    mutating func limit(_ node: YAMLNode, among limits: [String]) -> String? {
        guard let limit = text(node) else { return nil }
        if !limits.contains(limit) {
            let hint = limits.isEmpty ? "declare it under limits" : Self.hint(for: limit, among: limits)
            report(node, "unknown limit \(limit); \(hint)")
        }
        return limit
    }

    private mutating func since(
        own: YAMLNode?,
        default shared: YAMLNode?,
        parent: StreamDefinition.Parent?
    ) -> StreamDefinition.Since? {
        if let parent {
            if let own { report(own, "a child stream begins where \(parent.name) does: take since away") }
            return parent.definition.since
        }
        guard let node = own ?? shared else { return nil }
        if case .scalar = node.content {
            return text(node).map { StreamDefinition.Since(parameter: $0, format: .epochSeconds) }
        }
        let fields = fields(node, Vocabulary.since)
        let parameter = required("param", of: fields, in: node).flatMap { text($0) }
        let format: TimeFormat? = required("format", of: fields, in: node).flatMap { choice($0, "format") }
        guard let parameter, let format else { return nil }
        return StreamDefinition.Since(parameter: parameter, format: format)
    }

    /// A field and how it is written: without the form nobody could tell the older of two.
    private mutating func version(_ node: YAMLNode) -> StreamDefinition.Version? {
        let fields = fields(node, Vocabulary.version)
        let path = required("field", of: fields, in: node).flatMap { self.path($0) }
        let format: VersionFormat? = required("format", of: fields, in: node).flatMap { choice($0, "format") }
        guard let path, let format else { return nil }
        return StreamDefinition.Version(path: path, format: format)
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
    mutating func query(
        _ defaults: YAMLNode?,
        _ own: YAMLNode?,
        _ variables: [String: Variable] = [:]
    ) -> [(name: String, value: Template)] {
        var query: [(name: String, value: Template)] = []
        for member in [defaults, own].compactMap({ $0 }).flatMap({ members($0) }) {
            guard let value = template(member.value, variables: variables) else { continue }
            if let index = query.firstIndex(where: { $0.name == member.key }) {
                query[index].value = value
            } else {
                query.append((member.key, value))
            }
        }
        return query
    }

    /// `.` is the page itself.
    mutating func recordsPath(_ node: YAMLNode) -> [String]? {
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

    mutating func paging(_ node: YAMLNode, key: [[String]]?) -> Paging? {
        if case .scalar(let text, _) = node.content {
            if text == "single_page" { return .singlePage }
            let hint = Self.hint(for: text, among: Vocabulary.paging.names + ["single_page"])
            report(node, "unknown paging \(text); \(hint)")
            return nil
        }
        guard let (style, value) = only(node, of: Vocabulary.paging) else { return nil }
        switch style {
        case "last_record": return lastRecord(value, key: key)
        case "next_link":
            let fields = fields(value, Vocabulary.nextLink)
            return required("field", of: fields, in: value).flatMap { path($0) }.map { .nextLink(field: $0) }
        case "link_header":
            let fields = fields(value, Vocabulary.linkHeader)
            return .linkHeader(relation: fields["rel"].flatMap { text($0) } ?? "next")
        default:
            let fields = fields(value, Vocabulary.cursor)
            let field = required("field", of: fields, in: value).flatMap { path($0) }
            let parameter = required("param", of: fields, in: value).flatMap { text($0) }
            let more = fields["more"].flatMap { path($0) }
            guard let field, let parameter else { return nil }
            return .cursor(field: field, parameter: parameter, more: more)
        }
    }

    private mutating func lastRecord(_ node: YAMLNode, key: [[String]]?) -> Paging? {
        let fields = fields(node, Vocabulary.lastRecord)
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

    mutating func checkPageFields(_ paging: Paging, records: [String], at node: YAMLNode) {
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
