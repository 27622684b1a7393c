import Core
import Expressions
import YAML

/// The feeds, and how streams follow them.
extension DefinitionDecoder {
    mutating func feeds(_ node: YAMLNode?, errors: YAMLNode?) -> [FeedDefinition] {
        guard let node else { return [] }
        return members(node).compactMap {
            feed($0, hasMessage: errors?["message"] != nil)
        }
    }

    private mutating func feed(_ member: YAMLMember, hasMessage: Bool) -> FeedDefinition? {
        let node = member.value
        let isNamed = member.key.utf8.allSatisfy {
            (97...122).contains($0) || (65...90).contains($0) || (48...57).contains($0) || $0 == 45
                || $0 == 95
        }
        if member.key.isEmpty || member.key.utf8.count > 80 || !isNamed {
            report(member, "a feed's name is 1 to 80 of A-Z, a-z, 0-9, _ and -")
        }
        let fields = fields(node, Vocabulary.feed)
        let path = required("get", of: fields, in: node).flatMap { get($0) }
        let query = query(nil, fields["query"])
        let records = required("records", of: fields, in: node).flatMap { recordsPath($0) }
        let id = required("id", of: fields, in: node).flatMap { self.path($0) }
        let paging = required("paging", of: fields, in: node).flatMap {
            self.paging($0, key: id.map { [$0] })
        }
        if let paging, let records, let node = fields["paging"] {
            checkPageFields(paging.pageFields, records: records, at: node)
        }
        let time = required("time", of: fields, in: node).flatMap { self.time($0) }
        let type = required("type", of: fields, in: node).flatMap { self.path($0) }
        let object = required("object", of: fields, in: node).flatMap { self.path($0) }
        let snapshot = fields["snapshot"].flatMap { self.path($0) }
        let window = required("window", of: fields, in: node).flatMap { self.window($0) }
        let isNewestFirst = fields["newest_first"].flatMap { bool($0) } ?? false
        let times = feedTimes(fields, in: node)
        let expired = fields["expired"].flatMap { self.answer($0, hasMessage: hasMessage) }
        let limit = fields["limit"].flatMap { self.limit($0) }
        guard let path, let records, let id, let paging, let time, let type, let object, let window,
            let times
        else { return nil }
        return FeedDefinition(
            name: member.key,
            path: path,
            query: query,
            recordsPath: records,
            paging: paging,
            id: id,
            time: time.path,
            timeFormat: time.format,
            type: type,
            object: object,
            snapshot: snapshot,
            window: window,
            isNewestFirst: isNewestFirst,
            holdBack: times.holdBack,
            visibleWithin: times.visibleWithin,
            overlap: times.overlap,
            retention: times.retention,
            expired: expired,
            limit: limit
        )
    }

    mutating func time(_ node: YAMLNode) -> (path: [String], format: TimeFormat)? {
        let fields = fields(node, Vocabulary.time)
        let path = required("field", of: fields, in: node).flatMap { self.path($0) }
        let format: TimeFormat? = required("format", of: fields, in: node).flatMap { choice($0, "format") }
        guard let path, let format else { return nil }
        return (path, format)
    }

    private mutating func window(_ node: YAMLNode) -> FeedDefinition.Window? {
        let fields = fields(node, Vocabulary.feedWindow)
        let from = required("from", of: fields, in: node).flatMap { text($0) }
        let to = required("to", of: fields, in: node).flatMap { text($0) }
        guard let from, let to else { return nil }
        if from == to { report(node, "from and to are two parameters, not one") }
        return FeedDefinition.Window(from: from, to: to)
    }

    private mutating func feedTimes(
        _ fields: [String: YAMLNode],
        in node: YAMLNode
    ) -> (holdBack: Duration, visibleWithin: Duration, overlap: Duration, retention: Duration)? {
        func time(_ name: String, _ decoder: inout DefinitionDecoder) -> Duration? {
            decoder.required(name, of: fields, in: node).flatMap { decoder.duration($0) }
        }
        let holdBack = time("hold_back", &self)
        let visibleWithin = time("visible_within", &self)
        let overlap = time("overlap", &self)
        let retention = time("retention", &self)
        if let holdBack, let visibleWithin, holdBack < visibleWithin, let node = fields["hold_back"] {
            report(
                node,
                "hold_back is shorter than visible_within: an entry could appear behind the bookmark"
            )
        }
        guard let holdBack, let visibleWithin, let overlap, let retention else { return nil }
        if retention <= overlap + holdBack, let node = fields["retention"] {
            report(node, "retention is not longer than overlap and hold_back together: nothing could be read")
        }
        return (holdBack, visibleWithin, overlap, retention)
    }

    /// An answer that means one thing.
    ///
    /// `hasMessage` and `hasCode` are whether the definition says where a body has them.
    mutating func answer(_ node: YAMLNode, hasMessage: Bool, hasCode: Bool = true) -> AnswerPattern? {
        let fields = fields(node, Vocabulary.answer)
        let statuses = required("status", of: fields, in: node).map { self.statuses($0) }
        if let message = fields["message"], !hasMessage {
            report(message, "say under errors where the body has its message: message: error.message")
        }
        if let code = fields["code"], !hasCode {
            report(code, "say under errors where the body has its code: code: error.code")
        }
        let message = fields["message"].flatMap { text($0) }
        let code = fields["code"].flatMap { text($0) }
        return statuses.map { AnswerPattern(statuses: $0, code: code, messagePart: message) }
    }
}

// MARK: - Following

extension DefinitionDecoder {
    /// The stream whose `follow` is decoded.
    struct Following {
        var stream: YAMLNode
        var key: [[String]]?
        var parent: StreamDefinition?
        var feeds: [String]
    }

    mutating func follow(_ own: YAMLNode?, defaults: YAMLNode?, of stream: Following) -> Follow? {
        let shared = defaults.map { fields($0, Vocabulary.follow) } ?? [:]
        guard let own else {
            if defaults != nil {
                report(
                    stream.stream,
                    "the defaults name a feed: say which of its entries concern the stream"
                        + " (follow: {updates: [...]}), or that none do (follow: none)"
                )
            }
            return nil
        }
        if case .scalar("none", _) = own.content { return nil }
        let given = fields(own, Vocabulary.follow)
        let merged = shared.merging(given) { $1 }
        let feed = required("feed", of: merged, in: own).flatMap { text($0) }
        if let feed, let node = merged["feed"], !stream.feeds.contains(feed) {
            let hint =
                stream.feeds.isEmpty ? "declare it under feeds" : Self.hint(for: feed, among: stream.feeds)
            report(node, "unknown feed \(feed); \(hint)")
        }
        if let key = stream.key, key.count > 1 {
            report(own, "the entries of a feed name an object by one value, and the stream's key has several")
        }
        let rules = entryRules(merged, in: own)
        let look = stream.parent.map { childLook(merged, in: own, parent: $0) } ?? objectLook(merged, in: own)
        let relist = merged["relist"].flatMap { duration($0) }
        if relist == .zero, let node = merged["relist"] {
            report(node, "relist is no time: a stream whose list is read in every run has progress: full")
        }
        guard let feed, let look else { return nil }
        return Follow(
            feed: feed,
            rules: rules,
            path: look.path,
            query: look.query,
            goneWhen: look.goneWhen,
            relist: relist
        )
    }

    private typealias Look = (path: Template?, query: [(name: String, value: Template)], goneWhen: Template?)

    /// How an object is asked for.
    private mutating func objectLook(_ fields: [String: YAMLNode], in own: YAMLNode) -> Look? {
        let variables = ["object": Variable.fields([["id"]])]
        let path = required("get", of: fields, in: own).flatMap { get($0, variables) }
        let query = query(nil, fields["query"], variables)
        if let path, let node = fields["get"],
            !(path.references + query.flatMap(\.value.references)).contains(where: { $0.path[0] == "object" })
        {
            report(node, "nothing here says which object: write {{ object.id }}")
        }
        let goneWhen = fields["gone_when"].flatMap { condition($0) }
        return path.map { ($0, query, goneWhen) }
    }

    /// A child stream looks at its own list: of the parent that the entry is about.
    private mutating func childLook(
        _ fields: [String: YAMLNode],
        in own: YAMLNode,
        parent: StreamDefinition
    ) -> Look? {
        for name in ["get", "query", "gone_when"] {
            guard let node = fields[name] else { continue }
            report(node, "a child stream looks at its own list again: take \(name) away")
        }
        if parent.key.count > 1 {
            report(own, "the entries of a feed name \(parent.name) by one value, and its key has several")
        }
        return (nil, [], nil)
    }

    /// A condition over one variable, with others beside it.
    mutating func condition(
        _ node: YAMLNode,
        over variable: String = "record",
        beside others: [String: Variable] = [:]
    ) -> Template? {
        var variables = others
        if variable != "config" { variables[variable] = .anything }
        guard let template = template(node, variables: variables) else { return nil }
        let isAlone = template.source.hasPrefix("{{") && template.source.hasSuffix("}}")
        if !isAlone || !template.variables.contains(variable) {
            let (noun, name) =
                switch variable {
                case "record": ("the record", "deleted")
                case "config": ("the settings", "name")
                default: (variable, "deleted")
                }
            report(node, "a condition is one expression over \(noun): \"{{ \(variable).\(name) }}\"")
        }
        return template
    }

    private mutating func entryRules(_ fields: [String: YAMLNode], in own: YAMLNode) -> [Follow.Rule] {
        var rules: [Follow.Rule] = []
        let lists: [(name: String, change: Follow.Change)] = [
            ("creates", .create), ("updates", .update), ("deletes", .delete),
        ]
        for (name, change) in lists {
            for item in fields[name].map({ items($0) }) ?? [] {
                guard let text = text(item) else { continue }
                guard let pattern = EntryPattern(text) else {
                    report(
                        item,
                        "\(text) is no type: write a whole name, or the beginning of some, invoice.*"
                    )
                    continue
                }
                if rules.contains(where: { $0.pattern == pattern }) {
                    report(item, "\(text) stands here twice: an entry tells one kind of change")
                }
                rules.append(Follow.Rule(pattern, change))
            }
        }
        if lists.allSatisfy({ fields[$0.name] == nil }) {
            report(own, "no entries are named: add updates: [...], with creates and deletes where there are")
        }
        return rules
    }
}
