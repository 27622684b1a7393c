import JSON

/// Finds where a document holds one of some values as a whole scalar: a text that equals it, or a number that is written so.
///
/// What has an @ is an e-mail address, of which nobody minds the case.
package struct ValueFinder: Sendable {
    private let values: Set<String>
    /// Of e-mail addresses, in lower case.
    private let addresses: Set<String>
    /// What a document that holds one has among its bytes, in lower case; escapes aside.
    private let needles: [[UInt8]]

    /// A finder of values.
    package init(_ values: [String]) {
        self.values = Set(values)
        addresses = Set(values.filter { $0.contains("@") }.map { $0.lowercased() })
        needles = values.map { Array($0.utf8.map(Self.lower)) }
    }

    /// Whether a text is one of them.
    package func matches(_ text: String) -> Bool {
        values.contains(text)
            || !addresses.isEmpty && text.contains("@") && addresses.contains(text.lowercased())
    }

    /// The paths of the members that are one of them, as `customer.emails[0]`; none where the bytes are no JSON.
    package func paths(in document: ArraySlice<UInt8>) -> [String] {
        guard mayHold(document), let value = try? JSONValue.parse(Array(document)) else { return [] }
        var paths: [String] = []
        look(at: value, "", &paths)
        return paths
    }

    private func look(at value: JSONValue, _ path: String, _ paths: inout [String]) {
        switch value {
        case .null, .bool: break
        case .number(let lexeme): if values.contains(lexeme) { paths.append(path) }
        case .string(let text): if matches(text) { paths.append(path) }
        case .array(let elements):
            for (number, element) in elements.enumerated() { look(at: element, "\(path)[\(number)]", &paths) }
        case .object(let members):
            for member in members {
                look(at: member.value, path.isEmpty ? member.name : "\(path).\(member.name)", &paths)
            }
        }
    }

    /// Nearly every record holds none, and is not taken apart for it; one with escapes may hold any.
    private func mayHold(_ document: ArraySlice<UInt8>) -> Bool {
        if document.contains(UInt8(ascii: "\\")) || needles.contains(where: { $0.contains { $0 >= 0x80 } }) {
            return true
        }
        return needles.contains { holds(document, $0) }
    }

    private func holds(_ document: ArraySlice<UInt8>, _ needle: [UInt8]) -> Bool {
        guard let first = needle.first, document.count >= needle.count else { return false }
        let last = document.endIndex - needle.count
        var index = document.startIndex
        while index <= last {
            if Self.lower(document[index]) == first,
                zip(document[index...], needle).allSatisfy({ Self.lower($0) == $1 })
            {
                return true
            }
            index += 1
        }
        return false
    }

    private static func lower(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }
}
