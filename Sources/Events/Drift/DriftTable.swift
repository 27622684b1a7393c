import Core
import JSON

/// A schema as flat arrays: what a walk over a record needs of it, without a reference to count or an array to copy.
struct DriftTable: Sendable {
    /// What becomes of members that are not named.
    enum Others: Sendable {
        case unknown, open
        /// All of them are described alike.
        case described
    }

    struct Node: Sendable {
        var types: SchemaTypes
        var others: Others
        /// Of described others; 0 for none.
        var otherNode: Int32 = 0
        /// -1 where elements may be anything.
        var items: Int32 = -1
        var members: Range<Int32> = 0..<0
        /// In `slots`: a power of two of them.
        var firstSlot: Int32 = 0
        var slotMask: Int32 = 0
        /// In `choices`.
        var choices: Range<Int32> = 0..<0
    }

    struct Member: Sendable {
        /// In `names`.
        var name: Range<Int32>
        var node: Int32
        var isRequired: Bool
    }

    private(set) var nodes: [Node] = []
    private(set) var members: [Member] = []
    private(set) var names: [UInt8] = []
    private(set) var slots: [Int32] = []
    private(set) var choices: [Int32] = []

    init(_ schema: RecordSchema) {
        for node in schema.nodes { append(node) }
    }

    private mutating func append(_ node: SchemaNode) {
        var flat = Node(types: node.types, others: .unknown)
        switch node.others {
        // To a schema that refuses other members they are as new as to one that does not name them.
        case .undeclared, .refused: break
        case .allowed: flat.others = .open
        case .node(let other):
            flat.others = .described
            flat.otherNode = Int32(other)
        }
        if let items = node.items { flat.items = Int32(items) }
        let first = Int32(members.count)
        for position in node.members.names.indices {
            let start = Int32(names.count)
            names += node.members.names[position]
            members.append(
                Member(
                    name: start..<Int32(names.count),
                    node: Int32(node.members.nodes[position]),
                    isRequired: node.members.required.contains(position)
                )
            )
        }
        flat.members = first..<Int32(members.count)
        flat.firstSlot = Int32(slots.count)
        var size = 2
        while size < flat.members.count * 2 { size *= 2 }
        flat.slotMask = Int32(size - 1)
        slots += [Int32](repeating: -1, count: size)
        for member in flat.members {
            var slot = hash(members[Int(member)].name) & (size - 1)
            while slots[Int(flat.firstSlot) + slot] >= 0 { slot = (slot + 1) & (size - 1) }
            slots[Int(flat.firstSlot) + slot] = member
        }
        let firstChoice = Int32(choices.count)
        choices += node.choices.map { Int32($0) }
        flat.choices = firstChoice..<Int32(choices.count)
        nodes.append(flat)
    }

    private func hash(_ name: Range<Int32>) -> Int {
        KeyTable.hash(names, Int(name.lowerBound)..<Int(name.upperBound))
    }

    /// The member of a node with the name at a place of some bytes; nil where the node does not name it.
    func member(of node: Int, _ range: Range<Int>, in bytes: [UInt8]) -> Int? {
        let mask = Int(nodes[node].slotMask)
        let first = Int(nodes[node].firstSlot)
        var slot = KeyTable.hash(bytes, range) & mask
        while slots[first + slot] >= 0 {
            let member = Int(slots[first + slot])
            if isName(of: member, bytes, at: range.lowerBound, end: range.upperBound) { return member }
            slot = (slot + 1) & mask
        }
        return nil
    }

    /// Whether a member's name stands at a position and ends before `end`.
    private func isName(of member: Int, _ bytes: [UInt8], at start: Int, end: Int) -> Bool {
        end - start == members[member].name.count && begins(with: member, bytes, at: start)
    }

    /// Whether a member's name stands at a position, whatever follows; the bytes must reach so far.
    func begins(with member: Int, _ bytes: [UInt8], at start: Int) -> Bool {
        var position = start
        for index in members[member].name {
            guard names[Int(index)] == bytes[position] else { return false }
            position += 1
        }
        return true
    }

    func name(of member: Int) -> String {
        let range = members[member].name
        return String(decoding: names[Int(range.lowerBound)..<Int(range.upperBound)], as: UTF8.self)
    }

    /// The types that a node lets through, its choices' among them; no schema leads back to itself by these alone.
    func types(of node: Int) -> SchemaTypes {
        guard !nodes[node].choices.isEmpty else { return nodes[node].types }
        return nodes[node].choices.reduce(into: []) { $0.formUnion(types(of: Int(choices[Int($1)]))) }
    }

    /// The first path to each member that must be there, from the record on.
    var requiredPaths: [Int: [SchemaMisfit.Step]] {
        var paths: [Int: [SchemaMisfit.Step]] = [:]
        var seen: Set<Int> = []
        var queue: [(node: Int, path: [SchemaMisfit.Step])] = [(0, [])]
        while let (node, path) = queue.first {
            queue.removeFirst()
            guard seen.insert(node).inserted else { continue }
            for member in nodes[node].members {
                let inner = path + [.member(name(of: Int(member)))]
                if members[Int(member)].isRequired { paths[Int(member)] = inner }
                queue.append((Int(members[Int(member)].node), inner))
            }
            for choice in nodes[node].choices { queue.append((Int(choices[Int(choice)]), path)) }
            if nodes[node].items >= 0 { queue.append((Int(nodes[node].items), path + [.element(0)])) }
            if nodes[node].others == .described {
                queue.append((Int(nodes[node].otherNode), path + [.member("*")]))
            }
        }
        return paths
    }
}
