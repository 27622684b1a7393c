import JSON

/// Passes over records along a flat schema, and notes each way in which they differ from it once.
///
/// Members mostly come in the order of the record before: the name that is expected next is compared first, and only
/// another one is looked up.
struct DriftWalk: Sendable {
    private enum Place: Sendable {
        case member(Int32)
        case name([UInt8])
        case element
        case any
    }

    /// So many different ways are told of a stream (I7).
    static let maximumDrifts = 200
    /// A place with more unknown names than these has its keys from its data.
    static let maximumNames = 20

    private let table: DriftTable
    /// What stands behind each member, and first in each node, as it was last; -1 where that is not known.
    private var successors: [Int32]
    private var heads: [Int32]
    /// By member: how often it was there.
    private(set) var counts: [Int]
    /// By node: whether such an object was there.
    private(set) var visited: [Bool]
    private(set) var records = 0

    private var bytes: [UInt8] = []
    private var end = 0
    private var places: [Place] = []
    /// By the hash of what it is and where.
    private var told: Set<Int> = []
    private var unknownNames: [Int: Int] = [:]
    private var count = 0
    /// What is new since it was taken last.
    private var found: [SchemaDrift] = []

    init(_ table: DriftTable) {
        self.table = table
        successors = table.members.indices.map { Int32($0 + 1) }
        heads = table.nodes.map { $0.members.isEmpty ? -1 : $0.members.lowerBound }
        for node in table.nodes where !node.members.isEmpty {
            successors[Int(node.members.upperBound) - 1] = -1
        }
        counts = [Int](repeating: 0, count: table.members.count)
        visited = [Bool](repeating: false, count: table.nodes.count)
    }

    /// Looks at records of some bytes, each `step`th from `first` on, and gives what is new.
    mutating func look(_ records: ArraySlice<ByteSlice>, of page: [UInt8], step: Int) -> [SchemaDrift] {
        bytes = page
        for position in stride(from: records.startIndex, to: records.endIndex, by: step) {
            let range = records[position].range
            end = range.upperBound
            guard !range.isEmpty else { continue }
            self.records += 1
            _ = value(0, at: range.lowerBound, 0)
        }
        bytes = []
        defer { found = [] }
        return found
    }

    // MARK: Values

    /// Gives the position behind the value; `hash` stands for the path to it.
    private mutating func value(_ node: Int, at start: Int, _ hash: Int) -> Int {
        guard start < end else { return end }
        guard table.nodes[node].choices.isEmpty else { return choice(node, at: start, hash) }
        switch bytes[start] {
        case UInt8(ascii: "{"):
            guard table.nodes[node].types.contains(.object) else { break }
            return object(node, at: start, hash)
        case UInt8(ascii: "["):
            guard table.nodes[node].types.contains(.array) else { break }
            return array(node, at: start, hash)
        case UInt8(ascii: "\""):
            guard table.nodes[node].types.contains(.string) else { break }
            return CompactValue.endOfString(start, in: bytes, before: end)
        default:
            let types = table.nodes[node].types
            guard !types.isDisjoint(with: SchemaTypes(first: bytes[start])) else { break }
            let next = CompactValue.endOfScalar(start, in: bytes, before: end)
            if isNumber(bytes[start]), !types.contains(.number), !isWhole(start..<next) { break }
            return next
        }
        return misfit(node, at: start, hash)
    }

    private func isNumber(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "-") || isDigit(byte) }
    private func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    private func isWhole(_ token: Range<Int>) -> Bool {
        for position in token.dropFirst() where !isDigit(bytes[position]) {
            return DecimalNumber(bytes[token]).isWhole
        }
        return true
    }

    /// Of several descriptions the one of the value's type; where several may be meant, nothing is said of it.
    private mutating func choice(_ node: Int, at start: Int, _ hash: Int) -> Int {
        let type = SchemaTypes(first: bytes[start])
        let meant = table.nodes[node].choices.map { Int(table.choices[Int($0)]) }
            .filter { !table.types(of: $0).isDisjoint(with: type) }
        switch meant.count {
        case 0: return misfit(node, at: start, hash)
        case 1: return value(meant[0], at: start, hash)
        default: return CompactValue.end(of: start, in: bytes, before: end)
        }
    }

    private mutating func array(_ node: Int, at start: Int, _ hash: Int) -> Int {
        let items = Int(table.nodes[node].items)
        guard items >= 0 else { return CompactValue.end(of: start, in: bytes, before: end) }
        var index = start + 1
        places.append(.element)
        let inner = Self.hash(hash, 1)
        while index < end, bytes[index] != UInt8(ascii: "]") {
            let next = value(items, at: index, inner)
            guard next > index else {
                index = end
                break
            }
            index = next
            if index < end, bytes[index] == UInt8(ascii: ",") { index += 1 }
        }
        places.removeLast()
        return min(index + 1, end)
    }

    private mutating func object(_ node: Int, at start: Int, _ hash: Int) -> Int {
        visited[node] = true
        var index = start + 1
        var expected = Int(heads[node])
        var previous = -1
        while index < end, bytes[index] == UInt8(ascii: "\"") {
            var member = expected
            var behind = 0
            if member >= 0 { behind = endOfName(member, at: index) }
            if behind == 0 {
                behind = CompactValue.endOfString(index, in: bytes, before: end)
                member = self.member(of: node, index..<behind)
                if member >= 0 { learn(member, after: previous, in: node) }
            }
            let position = min(behind + 1, end)
            if member >= 0 {
                counts[member] += 1
                places.append(.member(Int32(member)))
                index = value(Int(table.members[member].node), at: position, Self.hash(hash, member + 3))
                places.removeLast()
                previous = member
                expected = Int(successors[member])
            } else {
                index = other(node, index..<behind, at: position, hash)
            }
            if index < end, bytes[index] == UInt8(ascii: ",") { index += 1 }
        }
        return min(index + 1, end)
    }

    /// The position behind the quotes of a member's name that stands at a position; 0 where another one does.
    private func endOfName(_ member: Int, at start: Int) -> Int {
        let behind = start + 2 + table.members[member].name.count
        guard behind < end, bytes[behind - 1] == UInt8(ascii: "\""),
            table.begins(with: member, bytes, at: start + 1)
        else { return 0 }
        return behind
    }

    private mutating func learn(_ member: Int, after previous: Int, in node: Int) {
        if previous >= 0 { successors[previous] = Int32(member) } else { heads[node] = Int32(member) }
    }

    /// The member of a name with its quotes; -1 for none.
    private func member(of node: Int, _ name: Range<Int>) -> Int {
        let inner = name.lowerBound + 1..<max(name.lowerBound + 1, name.upperBound - 1)
        guard bytes[inner].contains(UInt8(ascii: "\\")) else {
            return table.member(of: node, inner, in: bytes) ?? -1
        }
        var text: [UInt8] = []
        JSONText.decodeString(bytes[name], into: &text)
        return table.member(of: node, text.indices, in: text) ?? -1
    }

    /// A member that the schema does not name.
    private mutating func other(_ node: Int, _ name: Range<Int>, at start: Int, _ hash: Int) -> Int {
        switch table.nodes[node].others {
        case .open: break
        case .described:
            places.append(.any)
            defer { places.removeLast() }
            return value(Int(table.nodes[node].otherNode), at: start, Self.hash(hash, 2))
        case .unknown: unknown(name, at: start, hash)
        }
        return CompactValue.end(of: start, in: bytes, before: end)
    }

    // MARK: Drift

    private mutating func unknown(_ name: Range<Int>, at start: Int, _ hash: Int) {
        guard count < Self.maximumDrifts, unknownNames[hash, default: 0] <= Self.maximumNames,
            told.insert(Self.hash(hash, KeyTable.hash(bytes, name))).inserted
        else { return }
        unknownNames[hash, default: 0] += 1
        guard unknownNames[hash, default: 0] <= Self.maximumNames else {
            // Its keys come from its data: one word for all that follow.
            return note(.newField, [.any], expected: "", found: "")
        }
        var text: [UInt8] = []
        JSONText.decodeString(bytes[name], into: &text)
        note(.newField, [.name(text)], expected: "", found: type(at: start))
    }

    private mutating func misfit(_ node: Int, at start: Int, _ hash: Int) -> Int {
        let next = CompactValue.end(of: start, in: bytes, before: end)
        guard count < Self.maximumDrifts,
            told.insert(Self.hash(hash, -Int(SchemaTypes(first: bytes[start]).rawValue))).inserted
        else { return next }
        note(.type, [], expected: table.types(of: node).text, found: type(at: start))
        return next
    }

    private func type(at start: Int) -> String {
        guard start < end else { return "" }
        guard isNumber(bytes[start]) else { return SchemaTypes(first: bytes[start]).text }
        let next = CompactValue.endOfScalar(start, in: bytes, before: end)
        return (isWhole(start..<next) ? SchemaTypes.integer : .number).text
    }

    private mutating func note(_ kind: SchemaDrift.Kind, _ more: [Place], expected: String, found: String) {
        count += 1
        let path = SchemaMisfit.field((places + more).map { step($0) })
        self.found.append(
            SchemaDrift(
                path: path.isEmpty ? "." : DriftDetector.shortened(path),
                kind: kind,
                expected: expected,
                found: found
            )
        )
    }

    private func step(_ place: Place) -> SchemaMisfit.Step {
        switch place {
        case .member(let member): .member(table.name(of: Int(member)))
        case .name(let name): .member(String(decoding: name, as: UTF8.self))
        case .element: .element(0)
        case .any: .member("*")
        }
    }

    private static func hash(_ hash: Int, _ part: Int) -> Int {
        // What a path is known by: the steps in their order, well spread.
        let mixed =
            (UInt64(bitPattern: Int64(hash)) ^ UInt64(bitPattern: Int64(part))) &* 0x9e37_79b9_7f4a_7c15
        return Int(truncatingIfNeeded: mixed ^ (mixed >> 32))
    }
}
