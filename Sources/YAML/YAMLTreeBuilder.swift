/// Makes the tree out of events: anchors, merge keys, limits and refusals.
struct YAMLTreeBuilder {
    /// A node with the number of nodes in it after expansion.
    private struct Weighed {
        var node: YAMLNode
        var weight: Int
    }

    private let reader: YAMLEventReader
    private let file: String
    /// Nodes that are complete: what refers to itself finds no anchor, so no cycle can be built.
    private var anchors: [String: Weighed] = [:]
    private var nodes = 0

    init(reader: YAMLEventReader, file: String) {
        self.reader = reader
        self.file = file
    }

    mutating func document() throws(YAMLError) -> YAMLNode {
        _ = try reader.next()  // the stream's start
        let empty = YAMLNode(file: file, line: 1, column: 1, content: .mapping([]))
        guard case .documentStart = try reader.next().kind else { return empty }
        let first = try reader.next()
        let root = try node(first, depth: 0).node
        _ = try reader.next()  // the document's end
        let after = try reader.next()
        if case .documentStart = after.kind {
            throw error(after, "a second document begins here; a file holds one")
        }
        if case .scalar(text: "", isPlain: true) = root.content { return empty }
        return root
    }

    private mutating func node(_ event: YAMLEvent, depth: Int) throws(YAMLError) -> Weighed {
        var weighed = Weighed(
            node: YAMLNode(file: file, line: event.line, column: event.column, content: .sequence([])),
            weight: 1
        )
        switch event.kind {
        case .alias(let name):
            guard let target = anchors[name] else {
                throw error(event, "there is no anchor &\(name) before this")
            }
            weighed.node.content = target.node.content
            weighed.weight = target.weight
            try count(target.weight, at: event)
            return weighed
        case .scalar(let text, let isPlain):
            try count(1, at: event)
            weighed.node.content = .scalar(text: text, isPlain: try isOpen(event, isPlain: isPlain))
        case .sequenceStart:
            try enter(event, depth: depth, tag: "tag:yaml.org,2002:seq")
            let (items, weight) = try sequence(depth: depth)
            weighed.node.content = .sequence(items)
            weighed.weight += weight
        case .mappingStart(let isFlow):
            try enter(event, depth: depth, tag: "tag:yaml.org,2002:map")
            let (members, weight) = try mapping(event, isFlow: isFlow, depth: depth)
            weighed.node.content = .mapping(members)
            weighed.weight += weight
        case .streamStart, .streamEnd, .documentStart, .documentEnd, .sequenceEnd, .mappingEnd:
            preconditionFailure("libyaml gave an event where a value must stand")
        }
        if let anchor = event.anchor { anchors[anchor] = weighed }
        return weighed
    }

    private mutating func sequence(depth: Int) throws(YAMLError) -> (items: [YAMLNode], weight: Int) {
        var items: [YAMLNode] = []
        var weight = 0
        while true {
            let event = try reader.next()
            if case .sequenceEnd = event.kind { return (items, weight) }
            let item = try node(event, depth: depth + 1)
            items.append(item.node)
            weight += item.weight
        }
    }

    private mutating func mapping(
        _ start: YAMLEvent,
        isFlow: Bool,
        depth: Int
    ) throws(YAMLError) -> (members: [YAMLMember], weight: Int) {
        var members: [YAMLMember] = []
        var merged: [YAMLMember] = []
        var places: [String: YAMLEvent] = [:]
        var weight = 0
        while true {
            let event = try reader.next()
            if case .mappingEnd = event.kind { break }
            guard case .scalar(let key, let isPlain) = event.kind else {
                throw keyError(event, mapping: start, isFlow: isFlow)
            }
            _ = try isOpen(event, isPlain: isPlain)
            try count(1, at: event)
            if let earlier = places.updateValue(event, forKey: key) {
                throw error(
                    event,
                    "the key \(key) stands here twice, first at \(earlier.line):\(earlier.column)"
                )
            }
            if let anchor = event.anchor {
                let node = YAMLNode(
                    file: file,
                    line: event.line,
                    column: event.column,
                    content: .scalar(text: key, isPlain: isPlain)
                )
                anchors[anchor] = Weighed(node: node, weight: 1)
            }
            let value = try node(try reader.next(), depth: depth + 1)
            weight += value.weight + 1
            if key == "<<", isPlain {
                merged = try mergeable(value.node)
            } else {
                members.append(
                    YAMLMember(key: key, keyLine: event.line, keyColumn: event.column, value: value.node)
                )
            }
        }
        // Own keys win over merged ones, and among those the earlier mapping.
        var names = Set(members.map(\.key))
        for member in merged where names.insert(member.key).inserted { members.append(member) }
        return (members, weight)
    }

    private func mergeable(_ node: YAMLNode) throws(YAMLError) -> [YAMLMember] {
        switch node.content {
        case .mapping(let members): return members
        case .sequence(let items):
            var all: [YAMLMember] = []
            for item in items {
                guard case .mapping(let members) = item.content else {
                    throw item.fail("<< merges mappings, and this is none")
                }
                all += members
            }
            return all
        case .scalar:
            throw node.fail("<< merges a mapping or a list of mappings; quote it to use it as a key")
        }
    }

    /// The error for a key that is no scalar.
    ///
    /// `{{ x }}` is legal YAML, a mapping whose key is a mapping, and nobody means that.
    private func keyError(_ event: YAMLEvent, mapping: YAMLEvent, isFlow: Bool) -> YAMLError {
        if case .mappingStart(isFlow: true) = event.kind, isFlow, event.line == mapping.line,
            event.column == mapping.column + 1
        {
            return error(mapping, "a value that starts with {{ needs quotes: \"{{ … }}\"")
        }
        if case .alias = event.kind { return error(event, "a key must be written out, not an alias") }
        return error(event, "a key must be a text, not a list or a mapping")
    }

    /// Whether a scalar may mean something else than text.
    private func isOpen(_ event: YAMLEvent, isPlain: Bool) throws(YAMLError) -> Bool {
        guard let tag = event.tag else { return isPlain }
        switch tag {
        case "!", "tag:yaml.org,2002:str": return false
        case "tag:yaml.org,2002:int", "tag:yaml.org,2002:float", "tag:yaml.org,2002:bool",
            "tag:yaml.org,2002:null":
            return true
        default: throw tagError(event, tag)
        }
    }

    private func enter(_ event: YAMLEvent, depth: Int, tag expected: String) throws(YAMLError) {
        guard depth < YAMLDocument.maximumDepth else {
            throw error(event, "nested more than \(YAMLDocument.maximumDepth) levels deep")
        }
        if let tag = event.tag, tag != expected, tag != "!" { throw tagError(event, tag) }
    }

    private func tagError(_ event: YAMLEvent, _ tag: String) -> YAMLError {
        let prefix = "tag:yaml.org,2002:"
        let written = tag.hasPrefix(prefix) ? "!!" + tag.dropFirst(prefix.count) : tag
        return error(
            event,
            "the tag \(written) is not known here; remove it, or quote a text that starts with !"
        )
    }

    private mutating func count(_ weight: Int, at event: YAMLEvent) throws(YAMLError) {
        nodes += weight
        guard nodes <= YAMLDocument.maximumNodes else {
            throw error(event, "more than \(YAMLDocument.maximumNodes) values, aliases expanded")
        }
    }

    private func error(_ event: YAMLEvent, _ problem: String) -> YAMLError {
        YAMLError(file: file, line: event.line, column: event.column, problem: problem)
    }
}
