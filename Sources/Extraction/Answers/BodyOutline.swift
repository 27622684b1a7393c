/// What may be told of the beginning of a body that is no page: its form, and nothing of a record.
///
/// Errors go into logs, which are kept elsewhere and by other rules than records.
enum BodyOutline {
    private static let left = "…"

    /// Of JSON the names without the values; of anything else the first line, where a table has its names.
    static func text(of head: [UInt8]) -> String {
        let first = head.first { !" \t\r\n".utf8.contains($0) }
        guard first == UInt8(ascii: "{") || first == UInt8(ascii: "[") else {
            return String(decoding: head.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
        }
        var text: [UInt8] = []
        var index = 0
        while index < head.count {
            let start = index
            switch head[index] {
            case UInt8(ascii: "\""):
                index = stringEnd(in: head, from: index)
                let next = head[index...].first { !" \t\r\n".utf8.contains($0) }
                if next == UInt8(ascii: ":") {
                    text.append(contentsOf: head[start..<index])
                } else {
                    text.append(contentsOf: "\"\(left)\"".utf8)
                }
            case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
                while index < head.count, "+-.eE0123456789".utf8.contains(head[index]) { index += 1 }
                text.append(contentsOf: left.utf8)
            default:
                text.append(head[index])
                index += 1
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    private static func stringEnd(in bytes: [UInt8], from start: Int) -> Int {
        var index = start + 1
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "\""): return index + 1
            case UInt8(ascii: "\\"): index += 2
            default: index += 1
            }
        }
        return bytes.count
    }
}
