/// What some paths do not name of compact records.
///
/// An object through which a path leads stays with what is left in it, and goes where that is nothing.
package struct RecordRest: Sendable {
    private struct Node {
        /// By the member's name; nil where the member as a whole is named.
        var members: [(name: [UInt8], node: Int?)] = []
    }

    private var nodes = [Node()]

    /// The rest of records beside paths of names.
    package init(beside paths: [[String]]) {
        // A path to a member takes those into it along.
        for path in paths.sorted(by: { $0.count < $1.count }) where !path.isEmpty { add(path) }
    }

    private mutating func add(_ path: [String]) {
        var place = 0
        for (depth, name) in path.enumerated() {
            let name = Array(name.utf8)
            let isLast = depth == path.count - 1
            if let found = nodes[place].members.first(where: { $0.name == name }) {
                guard let next = found.node else { return }
                place = next
                continue
            }
            nodes[place].members.append((name, isLast ? nil : nodes.count))
            guard !isLast else { return }
            nodes.append(Node())
            place = nodes.count - 1
        }
    }

    /// Appends the rest of the record at these bytes, which are compact JSON, as an object; nothing where there is none.
    ///
    /// Returns whether there is any.
    @discardableResult
    package func append(_ record: Range<Int>, of bytes: [UInt8], to text: inout [UInt8]) -> Bool {
        append(0, from: record.lowerBound, bytes, &text).isAny
    }

    /// The rest of the object that begins at a byte, and the byte behind the object.
    private func append(_ node: Int, from start: Int, _ bytes: [UInt8], _ text: inout [UInt8]) -> (
        isAny: Bool, end: Int
    ) {
        guard bytes[start] == UInt8(ascii: "{") else { return (false, Self.end(of: start, bytes)) }
        let begun = text.count
        var isAny = false
        var at = start + 1
        // Members that stand side by side go over at once.
        var run: Range<Int>?
        func flush(_ text: inout [UInt8]) {
            guard let members = run else { return }
            text.append(isAny ? UInt8(ascii: ",") : UInt8(ascii: "{"))
            text.append(contentsOf: bytes[members])
            isAny = true
            run = nil
        }
        while bytes[at] != UInt8(ascii: "}") {
            if bytes[at] == UInt8(ascii: ",") { at += 1 }
            let name = at..<Self.end(of: at, bytes)
            let value = name.upperBound + 1
            switch find(name.lowerBound + 1..<name.upperBound - 1, in: node, bytes) {
            case .rest:
                at = Self.end(of: value, bytes)
                run = (run?.lowerBound ?? name.lowerBound)..<at
            case .named:
                flush(&text)
                at = Self.end(of: value, bytes)
            case .through(let next):
                flush(&text)
                let kept = text.count
                text.append(isAny ? UInt8(ascii: ",") : UInt8(ascii: "{"))
                text.append(contentsOf: bytes[name.lowerBound..<value])
                let inner = append(next, from: value, bytes, &text)
                at = inner.end
                if inner.isAny { isAny = true } else { text.removeLast(text.count - kept) }
            }
        }
        flush(&text)
        if isAny { text.append(UInt8(ascii: "}")) } else { text.removeLast(text.count - begun) }
        return (isAny, at + 1)
    }

    private enum Member {
        case rest, named
        case through(Int)
    }

    private func find(_ name: Range<Int>, in node: Int, _ bytes: [UInt8]) -> Member {
        let found = nodes[node].members.first {
            $0.name.count == name.count && bytes[name].elementsEqual($0.name)
        }
        guard let found else { return .rest }
        return found.node.map(Member.through) ?? .named
    }

    /// The byte behind the value that begins at one, in compact JSON that was scanned before.
    private static func end(of start: Int, _ bytes: [UInt8]) -> Int {
        var at = start
        var depth = 0
        while true {
            switch bytes[at] {
            case UInt8(ascii: "\""):
                at += 1
                while bytes[at] != UInt8(ascii: "\"") { at += bytes[at] == UInt8(ascii: "\\") ? 2 : 1 }
                at += 1
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
                at += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                at += 1
            case UInt8(ascii: ","), UInt8(ascii: ":"): at += 1
            default:
                while at < bytes.count, !isDelimiter(bytes[at]) { at += 1 }
            }
            if depth == 0 { return at }
        }
    }

    private static func isDelimiter(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: ",") || byte == UInt8(ascii: "}") || byte == UInt8(ascii: "]")
    }
}
