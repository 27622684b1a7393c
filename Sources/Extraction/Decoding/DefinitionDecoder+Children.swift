import Core
import Expressions
import YAML

/// What only a child stream has: members that its records begin with, and a request for many parents at once.
extension DefinitionDecoder {
    mutating func adds(_ node: YAMLNode, parent: StreamDefinition.Parent?) -> [Addition] {
        guard let parent else {
            report(node, "only the records of a stream with for_each lack something that its request says")
            return []
        }
        let variables: [String: Variable] = ["parent": .fields(parent.definition.key)]
        return members(node).compactMap { member in
            if member.key.isEmpty { report(member, "a member without a name could not be found") }
            return template(member.value, variables: variables).map { Addition(name: member.key, value: $0) }
        }
    }

    mutating func batch(_ node: YAMLNode, parent: StreamDefinition.Parent?) -> ChildBatch? {
        let fields = fields(node, Vocabulary.batch)
        let request = requestBeside(fields, in: node, ["keys": .anything])
        let size = required("size", of: fields, in: node).flatMap { count($0, atMost: 10_000) }
        let records = required("records", of: fields, in: node).flatMap { recordsPath($0) }
        let key = required("parent", of: fields, in: node).flatMap { path($0) }
        let children = required("children", of: fields, in: node).flatMap { path($0) }
        let more = fields["more"].map { path($0) }
        let none = fields["none"].map { namedKeys($0, Vocabulary.batchNone, "parent", records: records) }
        let every = fields["every"].map { duration($0) }
        if let request, !request.reads("keys") {
            report(node, "nothing here says which parents: write {{ keys }}, as \"{{ keys | join(',') }}\"")
        }
        check(node, every: fields["every"], parent: parent)
        guard let request, let size, let records, let key, let children else { return nil }
        return ChildBatch(
            request: request,
            size: size,
            recordsPath: records,
            parent: key,
            children: children,
            more: more ?? nil,
            none: none ?? nil,
            every: every ?? nil
        )
    }

    /// Many parents at once are those of a page, or of their list of what is there.
    private mutating func check(_ node: YAMLNode, every: YAMLNode?, parent: StreamDefinition.Parent?) {
        guard let parent else {
            report(node, "only a stream with for_each has the children of many parents: take batch away")
            return
        }
        switch parent.definition.progress {
        case .token, .window: break
        case .list, .full:
            report(
                node,
                "\(parent.name) is a list, whose children are read parent by parent: give it progress by windows or"
                    + " a token, or take batch away"
            )
        }
        if parent.definition.key.count > 1 {
            report(node, "parents are asked for by one key, and that of \(parent.name) has several parts")
        }
        guard let every else { return }
        if parent.definition.reconcile == nil {
            report(every, "nothing lists all parents: add reconcile to \(parent.name), or take every away")
        }
        if !parent.replaces {
            report(every, "children that are read again replace those before: add replaces: children")
        }
    }
}
