import Core
import JSON

/// One pass over records along the rules of their protection; what no rule touches goes over in whole runs.
struct RecordRewriter {
    private let nodes: [RecordProtection.Node]
    private let scalars: PersonalValue
    private let bytes: [UInt8]
    /// What was written.
    private(set) var values: [UInt8] = []
    /// Where the bytes begin that are not written yet.
    private var from = 0
    private var end = 0

    /// A rewriter of records within compact JSON that was scanned before.
    init(_ protection: RecordProtection, of bytes: [UInt8]) {
        nodes = protection.nodes
        scalars = protection.values
        self.bytes = bytes
        values.reserveCapacity(bytes.count)
    }

    /// Writes the record at a place; where it stands now.
    mutating func rewrite(_ record: Range<Int>) -> ByteSlice {
        let start = values.count
        from = record.lowerBound
        end = record.upperBound
        let last = object(at: record.lowerBound, 0, .pass)
        write(upTo: last)
        return ByteSlice(offset: start, count: values.count - start)
    }

    private mutating func write(upTo place: Int) {
        if from < place { values.append(contentsOf: bytes[from..<place]) }
        from = place
    }

    private func skip(_ start: Int) -> Int { CompactValue.end(of: start, in: bytes, before: end) }

    // MARK: Along the rules

    /// A value that longer paths lead through; gives the place behind it.
    private mutating func value(at start: Int, _ node: Int, _ treatment: Treatment) -> Int {
        switch bytes[start] {
        case UInt8(ascii: "{"): return object(at: start, node, treatment)
        case UInt8(ascii: "["): return array(at: start, node, treatment)
        default:
            let next = skip(start)
            scalar(start..<next, treatment)
            return next
        }
    }

    /// Paths lead through arrays to each element.
    private mutating func array(at start: Int, _ node: Int, _ treatment: Treatment) -> Int {
        var index = start + 1
        while index < end, bytes[index] != UInt8(ascii: "]") {
            index = value(at: index, node, treatment)
            if index < end, bytes[index] == UInt8(ascii: ",") { index += 1 }
        }
        return min(index + 1, end)
    }

    private mutating func object(at start: Int, _ node: Int, _ treatment: Treatment) -> Int {
        var index = start + 1
        var isFirst = true
        while index < end, bytes[index] == UInt8(ascii: "\"") {
            let name = index
            let nameEnd = CompactValue.endOfString(index, in: bytes, before: end)
            index = min(nameEnd + 1, end)
            let child = position(of: name + 1..<max(name + 1, nameEnd - 1), node).map {
                nodes[node].members.nodes[$0]
            }
            let own = child.flatMap { nodes[$0].treatment } ?? treatment
            let leadsOn = child.map { nodes[$0].leadsOn } ?? false
            let isOpen =
                index < end && (bytes[index] == UInt8(ascii: "{") || bytes[index] == UInt8(ascii: "["))
            if own.action == .drop, !leadsOn || !isOpen {
                // With the comma before it; of what comes first, with the one behind it.
                write(upTo: isFirst ? name : name - 1)
                index = skip(index)
                from = index
                if index < end, bytes[index] == UInt8(ascii: ",") {
                    index += 1
                    if isFirst { from = index }
                }
                continue
            }
            isFirst = false
            if let child, leadsOn {
                index = value(at: index, child, own)
            } else if own.action == .pass {
                index = skip(index)
            } else {
                index = leaves(at: index, own)
            }
            if index < end, bytes[index] == UInt8(ascii: ",") { index += 1 }
        }
        return min(index + 1, end)
    }

    private func position(of name: Range<Int>, _ node: Int) -> Int? {
        guard nodes[node].leadsOn else { return nil }
        guard bytes[name].contains(UInt8(ascii: "\\")) else {
            return nodes[node].members.position(of: name, in: bytes)
        }
        var text: [UInt8] = []
        JSONText.decodeString(bytes[name.lowerBound - 1..<name.upperBound + 1], into: &text)
        return nodes[node].members.position(of: text.indices, in: text)
    }

    // MARK: All that is in a value

    private mutating func scalar(_ token: Range<Int>, _ treatment: Treatment) {
        guard treatment.action != .pass else { return }
        write(upTo: token.lowerBound)
        // What stays goes over with what follows.
        if scalars.append(bytes[token], treatment, to: &values) { from = token.upperBound }
    }

    /// Treats each scalar of a value, however deep: without any recursion, as what is within may be anything.
    private mutating func leaves(at start: Int, _ treatment: Treatment) -> Int {
        var depth = 0
        var index = start
        while index < end {
            switch bytes[index] {
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
                index += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                index += 1
            case UInt8(ascii: ","), UInt8(ascii: ":"):
                index += 1
                continue
            case UInt8(ascii: "\""):
                let next = CompactValue.endOfString(index, in: bytes, before: end)
                // A string before a colon is a name.
                if depth == 0 || next >= end || bytes[next] != UInt8(ascii: ":") {
                    scalar(index..<next, treatment)
                }
                index = next
            default:
                let next = CompactValue.endOfScalar(index, in: bytes, before: end)
                scalar(index..<next, treatment)
                index = next
            }
            if depth == 0 { return index }
        }
        return end
    }
}
