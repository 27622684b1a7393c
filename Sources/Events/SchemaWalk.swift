import Core
import JSON

/// One pass over a record's bytes along its schema.
struct SchemaWalk {
    private enum Place {
        case member(Range<Int>)
        case element(Int)
    }

    /// As much of a value as is shown.
    private static let excerpt = 60

    private let nodes: [SchemaNode]
    private let bytes: [UInt8]
    private let end: Int
    private var path: [Place] = []
    private(set) var misfits: [SchemaMisfit] = []

    /// A walk over compact JSON that was scanned before, up to `end`; other bytes give some misfits, never a trap.
    init(_ nodes: [SchemaNode], _ bytes: [UInt8], end: Int) {
        self.nodes = nodes
        self.bytes = bytes
        self.end = end
    }

    /// Checks the value at a position, and gives the position behind it.
    mutating func check(_ node: Int, at start: Int) -> Int {
        guard start < end else { return end }
        guard nodes[node].choices.isEmpty else { return checkChoices(node, at: start) }
        let kind = SchemaTypes(first: bytes[start])
        guard !nodes[node].types.isDisjoint(with: kind) else { return refuse(.type, node, at: start) }
        switch bytes[start] {
        case UInt8(ascii: "{"): return checkMembers(node, at: start)
        case UInt8(ascii: "["): return checkElements(node, at: start)
        default: return checkScalar(node, at: start)
        }
    }

    // MARK: Values

    private mutating func checkScalar(_ node: Int, at start: Int) -> Int {
        let next = skip(start)
        let token = start..<next
        let first = bytes[start]
        if first == UInt8(ascii: "-") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first),
            !nodes[node].types.contains(.number), !isWhole(token)
        {
            return refuse(.type, node, at: start)
        }
        if !nodes[node].values.isEmpty, !nodes[node].values.contains(value(token)) {
            return refuse(.value, node, at: start)
        }
        if let format = nodes[node].format, first == UInt8(ascii: "\"") {
            var text: [UInt8] = []
            JSONText.decodeString(bytes[token], into: &text)
            if !fits(String(decoding: text, as: UTF8.self), format) {
                return refuse(.format, node, at: start)
            }
        }
        return next
    }

    private func fits(_ text: String, _ format: SchemaNode.Format) -> Bool {
        switch format {
        case .dateTime: Instant(rfc3339: text) != nil
        case .date: CivilDate(iso8601: text) != nil
        }
    }

    private func isWhole(_ token: Range<Int>) -> Bool {
        for position in token.dropFirst()
        where !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[position]) {
            return DecimalNumber(bytes[token]).isWhole
        }
        return true
    }

    private func value(_ token: Range<Int>) -> SchemaNode.Value {
        switch bytes[token.lowerBound] {
        case UInt8(ascii: "n"): return .null
        case UInt8(ascii: "t"): return .bool(true)
        case UInt8(ascii: "f"): return .bool(false)
        case UInt8(ascii: "\""):
            var text: [UInt8] = []
            JSONText.decodeString(bytes[token], into: &text)
            return .text(text)
        default: return .number(DecimalNumber(bytes[token]))
        }
    }

    private mutating func checkElements(_ node: Int, at start: Int) -> Int {
        guard let items = nodes[node].items else { return skip(start) }
        var index = start + 1
        var element = 0
        while index < end, bytes[index] != UInt8(ascii: "]") {
            path.append(.element(element))
            let next = check(items, at: index)
            path.removeLast()
            guard next > index else { return end }
            index = next
            element += 1
            if index < end, bytes[index] == UInt8(ascii: ",") { index += 1 }
        }
        return min(index + 1, end)
    }

    private mutating func checkMembers(_ node: Int, at start: Int) -> Int {
        var missing = nodes[node].members.required
        var index = start + 1
        while index < end, bytes[index] == UInt8(ascii: "\"") {
            let name = index..<skip(index)
            path.append(.member(name))
            index = min(name.upperBound + 1, end)
            if let position = position(of: name, node) {
                index = check(nodes[node].members.nodes[position], at: index)
                if !missing.isEmpty { missing.removeAll { $0 == position } }
            } else {
                index = checkOther(node, at: index)
            }
            path.removeLast()
            if index < end, bytes[index] == UInt8(ascii: ",") { index += 1 }
        }
        for position in missing {
            let name = String(decoding: nodes[node].members.names[position], as: UTF8.self)
            misfits.append(
                SchemaMisfit(path: steps + [.member(name)], kind: .missing, expected: name, found: "")
            )
        }
        return min(index + 1, end)
    }

    private mutating func checkOther(_ node: Int, at start: Int) -> Int {
        switch nodes[node].others {
        case .node(let others): return check(others, at: start)
        case .allowed: return skip(start)
        case .refused: return refuse(.unknown, node, at: start)
        case .undeclared: return refuse(.undeclared, node, at: start)
        }
    }

    private func position(of name: Range<Int>, _ node: Int) -> Int? {
        let inner = name.lowerBound + 1..<max(name.lowerBound + 1, name.upperBound - 1)
        guard bytes[inner].contains(UInt8(ascii: "\\")) else {
            return nodes[node].members.position(of: inner, in: bytes)
        }
        var text: [UInt8] = []
        JSONText.decodeString(bytes[name], into: &text)
        return nodes[node].members.position(of: text.indices, in: text)
    }

    /// Of several descriptions the one of the value's type is meant, and what it lacks is told; of more, any may fit.
    private mutating func checkChoices(_ node: Int, at start: Int) -> Int {
        let kind = SchemaTypes(first: bytes[start])
        let meant = nodes[node].choices.filter { !types(of: $0).isDisjoint(with: kind) }
        if meant.count == 1 { return check(meant[0], at: start) }
        for choice in meant {
            let before = misfits.count
            let next = check(choice, at: start)
            if misfits[before...].allSatisfy(\.isAllowed) { return next }
            misfits.removeLast(misfits.count - before)
        }
        return refuse(meant.isEmpty ? .type : .choice, node, at: start)
    }

    private func types(of node: Int) -> SchemaTypes {
        nodes[node].choices.isEmpty
            ? nodes[node].types : nodes[node].choices.reduce(into: []) { $0.formUnion(types(of: $1)) }
    }

    // MARK: Misfits

    private var steps: [SchemaMisfit.Step] {
        path.map { place in
            switch place {
            case .element(let index): return .element(index)
            case .member(let token):
                var name: [UInt8] = []
                JSONText.decodeString(bytes[token], into: &name)
                return .member(String(decoding: name, as: UTF8.self))
            }
        }
    }

    /// Notes a misfit of the value at a position, and gives the position behind it.
    private mutating func refuse(_ kind: SchemaMisfit.Kind, _ node: Int, at start: Int) -> Int {
        let next = skip(start)
        let expected =
            switch kind {
            case .type: types(of: node).text
            case .format:
                nodes[node].format == .date
                    ? "a date such as 2026-03-01" : "a time such as 2026-03-01T12:00:00Z"
            case .value: "one of \(nodes[node].values.map(Self.text).joined(separator: ", "))"
            case .choice: "as any choice says"
            case .missing, .unknown, .undeclared: ""
            }
        // A character has four bytes at most, and what is cut within one is not shown.
        let text = String(decoding: bytes[start..<min(next, start + Self.excerpt * 4)], as: UTF8.self)
        let isLong = text.count > Self.excerpt || next - start > Self.excerpt * 4
        misfits.append(
            SchemaMisfit(
                path: steps,
                kind: kind,
                expected: expected,
                found: isLong ? text.prefix(Self.excerpt) + "…" : text
            )
        )
        return next
    }

    private static func text(_ value: SchemaNode.Value) -> String {
        switch value {
        case .null: return "null"
        case .bool(let value): return value ? "true" : "false"
        case .number(let number): return number.text
        case .text(let text): return JSONValue.string(String(decoding: text, as: UTF8.self)).compactText
        }
    }

    // MARK: Bytes

    /// The position behind the value at a position.
    private func skip(_ start: Int) -> Int { CompactValue.end(of: start, in: bytes, before: end) }
}
