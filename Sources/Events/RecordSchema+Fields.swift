/// A field that a schema names.
package struct SchemaField: Hashable, Sendable {
    /// As one field of many records: `lines.data[].amount`; `metadata.*` where only the members' values are described.
    package var path: String
    /// The names of the members on the way, without the elements of arrays.
    package var names: [String]
    /// The types that are let through, in words: "string or null".
    package var types: String

    /// A field.
    package init(path: String, names: [String], types: String) {
        self.path = path
        self.names = names
        self.types = types
    }
}

extension RecordSchema {
    /// No schema says more (I7).
    private static let mostFields = 2_000

    /// The fields that hold values: members and elements without members of their own, in the schema's order.
    package var fields: [SchemaField] {
        var fields = FieldWalk(nodes)
        fields.walk(0, [], [])
        return fields.found
    }

    private struct FieldWalk {
        let nodes: [SchemaNode]
        var found: [SchemaField] = []
        private var paths: Set<String> = []

        init(_ nodes: [SchemaNode]) { self.nodes = nodes }

        /// A description that leads back to itself ends there.
        mutating func walk(_ index: Int, _ path: [SchemaMisfit.Step], _ above: Set<Int>) {
            guard found.count < RecordSchema.mostFields else { return }
            let parts = parts(index, [])
            let above = above.union(parts)
            var hasOwn = false
            for part in parts {
                let node = nodes[part]
                for (name, member) in zip(node.members.names, node.members.nodes) {
                    hasOwn = true
                    descend(member, path + [.member(String(decoding: name, as: UTF8.self))], above)
                }
                if case .node(let other) = node.others {
                    hasOwn = true
                    descend(other, path + [.member("*")], above)
                }
                if let items = node.items {
                    hasOwn = true
                    descend(items, path + [.element(0)], above)
                }
            }
            guard !hasOwn, !path.isEmpty else { return }
            add(path, parts)
        }

        private mutating func descend(_ index: Int, _ path: [SchemaMisfit.Step], _ above: Set<Int>) {
            if above.isDisjoint(with: parts(index, [])) {
                walk(index, path, above)
            } else {
                add(path, parts(index, []))
            }
        }

        private mutating func add(_ path: [SchemaMisfit.Step], _ parts: [Int]) {
            let field = SchemaMisfit.field(path)
            guard paths.insert(field).inserted else { return }
            let types = parts.reduce(into: SchemaTypes()) { $0.formUnion(nodes[$1].types) }
            let names = path.compactMap { step in if case .member(let name) = step { name } else { nil } }
            found.append(SchemaField(path: field, names: names, types: types == .all ? "any" : types.text))
        }

        /// The descriptions that one can be, where it is a choice of several.
        private func parts(_ index: Int, _ seen: Set<Int>) -> [Int] {
            guard !nodes[index].choices.isEmpty else { return [index] }
            return nodes[index].choices.filter { !seen.contains($0) }.flatMap {
                parts($0, seen.union([index]))
            }
        }
    }
}
