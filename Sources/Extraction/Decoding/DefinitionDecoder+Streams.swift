import Core
import Expressions
import YAML

/// The streams, each over the defaults.
extension DefinitionDecoder {
    /// What a stream's declaration refers to.
    private struct Context {
        var defaults: [String: YAMLNode]
        var feeds: [String]
        var errors: ErrorRules
        /// The names of all streams.
        var streams: [String]
    }

    mutating func streams(
        _ node: YAMLNode?,
        defaults: YAMLNode?,
        feeds: [String],
        errors: ErrorRules
    ) -> [StreamDefinition] {
        let shared = defaults.map { fields($0, Vocabulary.defaults) } ?? [:]
        guard let node else { return [] }
        let members = members(node)
        if members.isEmpty { report(node, "there are no streams: an extractor reads at least one") }
        let names = members.map(\.key)
        let context = Context(defaults: shared, feeds: feeds, errors: errors, streams: names)
        checkFamilyNames(members)
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
        } else if parents[name]?.isFamily == true {
            report(node, "\(name) is a family of streams: name a stream without one_per")
            return nil
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
        let format = format(own)
        let records =
            format == .json || own["records"] != nil
            ? required("records", of: fields, in: member.value).flatMap { recordsPath($0) } : []
        let key = required("key", of: fields, in: member.value).flatMap { self.key($0) }
        let version = fields["version"].flatMap { self.version($0) }
        let limit = fields["limit"].flatMap { self.limit($0) }
        if parent == nil, let node = own["replaces"] {
            report(node, "only a stream with for_each has children to replace")
        }
        let onePer = own["one_per"].flatMap { self.onePer($0) }
        let discover = discover(
            own["discover"],
            own["one_per"] == nil ? [:] : [StreamDefinition.objectVariable: .field]
        )
        let adds = own["adds"].map { self.adds($0, parent: parent) } ?? []
        var outline = StreamOutline(
            node: member.value,
            own: own,
            fields: fields,
            records: records,
            key: key,
            version: version,
            parent: parent,
            hasMessage: !context.errors.messagePaths.isEmpty,
            hasCode: !context.errors.codePaths.isEmpty,
            variables: variables(parent: parent, own)
        )
        checkFamily(outline)
        let progress = progress(of: outline)
        if case .window = progress { outline.variables["window"] = .fields([["from"], ["to"]]) }
        // Where the progress has a problem of its own, its variables are none.
        if progress == nil, let node = fields["progress"], node["window"] != nil {
            outline.variables["window"] = .anything
        }
        let request = request(own, defaults: context.defaults["query"], in: member.value, outline.variables)
        if let request { check(request, of: outline, progress: progress) }
        let beside = beside(outline, progress: progress)
        let batch = own["batch"].flatMap { self.batch($0, parent: parent) }
        let lost = lost(outline, progress: progress)
        let since = since(outline, progress: progress)
        let following = Following(
            stream: member.value,
            key: key,
            parent: parent?.definition,
            feeds: context.feeds
        )
        let follow = follow(outline, following, defaults: context.defaults["follow"])
        let entities = entities(own["entity"], streams: context.streams, parent: parent?.name)
        guard let request, let records, let key, let progress else { return nil }
        if own["one_per"] != nil, onePer == nil { return nil }
        var stream = StreamDefinition(
            name: member.key,
            request: request,
            format: format,
            recordsPath: records,
            key: key,
            version: version,
            progress: progress,
            limit: limit,
            lost: lost,
            since: since,
            follow: follow,
            parent: parent,
            adds: adds,
            batch: batch,
            deletedWhen: beside.deletedWhen,
            deletes: beside.deletes,
            reconcile: beside.reconcile,
            merged: beside.merged,
            hydrate: beside.hydrate,
            discover: discover,
            resweep: beside.resweep,
            absence: beside.absence,
            onDrift: fields["on_drift"].flatMap { choice($0, "response to drift") } ?? .warn,
            onePer: onePer,
            entities: entities
        )
        stream.personal = personal(own["pii"], of: stream)
        return stream
    }

    /// How a stream's answers are written; those that are no JSON document are the list of records themselves.
    private mutating func format(_ own: [String: YAMLNode]) -> BodyFormat {
        guard let node = own["format"], let format: BodyFormat = choice(node, "format") else { return .json }
        guard format != .json else { return .json }
        if let records = own["records"] {
            report(records, "an answer of \(format.rawValue) is the list of records: take records away")
        }
        for name in ["follow", "hydrate"] {
            guard let other = own[name], (try? other.string()) != "none" else { continue }
            report(other, "\(name) needs answers of JSON: take \(name) or format away")
        }
        return format
    }

    /// What the templates of a stream may read.
    private mutating func variables(
        parent: StreamDefinition.Parent?,
        _ own: [String: YAMLNode]
    ) -> [String: Variable] {
        var variables: [String: Variable] = [:]
        if own["one_per"] != nil { variables[StreamDefinition.objectVariable] = .field }
        if let parent { variables["parent"] = .fields(parent.definition.key) }
        if let discover = own["discover"], case .mapping(let members) = discover.content {
            variables["discovered"] = .fields(members.map { [$0.key] })
        }
        return variables
    }

    /// Whether a request says what its stream needs to be asked.
    private mutating func check(
        _ request: RequestTemplate,
        of stream: StreamOutline,
        progress: StreamDefinition.Progress?
    ) {
        guard let node = stream.own["get"] ?? stream.own["post"] else { return }
        if stream.parent != nil, !request.reads("parent") {
            report(node, "nothing here says whose list it is: write the parent's key, {{ parent.id }}")
        }
        if stream.isFamily, !request.reads(StreamDefinition.objectVariable) {
            report(
                node,
                "nothing here says whose records these are: write a field of the object, {{ each.id }}"
            )
        }
        if case .window(let window) = progress { check(request, of: window, at: node) }
    }

    /// The follow of a stream that is a list; a default one is of no use to any other.
    private mutating func follow(
        _ stream: StreamOutline,
        _ following: Following,
        defaults: YAMLNode?
    ) -> Follow? {
        // Its entries would not say of which object they are.
        if stream.isFamily { return nil }
        guard stream.fields["progress"] != nil, stream.parent == nil else {
            return follow(stream.own["follow"], defaults: defaults, of: following)
        }
        if let node = stream.own["follow"] {
            if case .scalar("none", _) = node.content { return nil }
            report(node, "a stream with progress tells its changes itself: take follow or progress away")
        }
        return nil
    }

    /// A path behind the base address.
    mutating func get(_ node: YAMLNode, _ variables: [String: Variable] = [:]) -> Template? {
        guard let path = template(node, variables: variables) else { return nil }
        if path.source.first != "/" { report(node, "a path begins with a slash and stands behind base_url") }
        return path
    }

    /// The name of a declared limit.
    mutating func limit(_ node: YAMLNode) -> String? {
        guard let limit = text(node) else { return nil }
        if !limitNames.contains(limit) {
            let hint =
                limitNames.isEmpty ? "declare it under limits" : Self.hint(for: limit, among: limitNames)
            report(node, "unknown limit \(limit); \(hint)")
        }
        return limit
    }

    private mutating func since(_ stream: StreamOutline, progress: StreamDefinition.Progress?)
        -> StreamDefinition.Since?
    {
        let own = stream.own["since"]
        if let parent = stream.parent {
            if let own { report(own, "a child stream begins where \(parent.name) does: take since away") }
            return parent.definition.since
        }
        if stream.fields["progress"] != nil {
            if let own {
                let reason =
                    if case .full = progress { "a full read leaves nothing out" } else {
                        "the progress has a beginning of its own"
                    }
                report(own, "\(reason): take since away")
            }
            return nil
        }
        guard let node = stream.fields["since"] else { return nil }
        if case .scalar = node.content {
            return text(node).map { StreamDefinition.Since(parameter: $0, format: .epochSeconds) }
        }
        let fields = fields(node, Vocabulary.since)
        let parameter = required("param", of: fields, in: node).flatMap { text($0) }
        let format: TimeFormat? = required("format", of: fields, in: node).flatMap { choice($0, "format") }
        guard let parameter, let format else { return nil }
        return StreamDefinition.Since(parameter: parameter, format: format)
    }

    /// The answer to a kept place that is lost; a window keeps none.
    private mutating func lost(_ stream: StreamOutline, progress: StreamDefinition.Progress?)
        -> AnswerPattern?
    {
        if case .window = progress {
            if let node = stream.own["lost"] {
                report(
                    node,
                    "a window is always read from its beginning, and no place in it is kept: take lost away"
                )
            }
            return nil
        }
        guard let node = stream.fields["lost"] else { return nil }
        return answer(node, hasMessage: stream.hasMessage, hasCode: stream.hasCode)
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
    mutating func key(_ node: YAMLNode) -> [[String]]? {
        guard case .sequence(let items) = node.content else { return path(node).map { [$0] } }
        let parts = items.compactMap { path($0) }
        guard parts.count == items.count else { return nil }
        if parts.isEmpty || Set(parts).count != parts.count {
            report(node, "a key has at least one field, and each of them once")
            return nil
        }
        return parts
    }
}
