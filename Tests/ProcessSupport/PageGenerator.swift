/// Random pages of every shape that JSON has, the same ones for the same seed.
package struct PageGenerator {
    private var state: UInt64
    private var hasWhiteSpace = false

    /// The pages of a seed.
    package init(seed: UInt64) {
        state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
        hasWhiteSpace = below(3) > 0
    }

    /// A page with its records at `data`, which have the names that the tests plan for, and others.
    package mutating func page() -> [UInt8] {
        var members = ["\"data\":" + space() + list(below(5)) { $0.object(depth: 0) }]
        if below(2) == 0 { members.append("\"next\":" + value(depth: 1)) }
        if below(2) == 0 { members.insert(escapedName("o") + ":" + object(depth: 2), at: below(2)) }
        return Array((space() + braces(members) + space()).utf8)
    }

    /// One to three bytes changed, dropped or put in.
    package mutating func damaged(_ page: [UInt8]) -> [UInt8] {
        let bytes = Array("{}[]:,\"\\ \n0123456789-+.eEutrfalsn\u{0}é😀x".utf8) + [0xFF, 0x80]
        var page = page
        for _ in 0...below(3) {
            let position = below(page.count)
            switch below(4) {
            case 0: page.remove(at: position)
            case 1: page.insert(bytes[below(bytes.count)], at: position)
            case 2: page.removeLast(below(4))
            default: page[position] = bytes[below(bytes.count)]
            }
            if page.isEmpty { page = [0x20] }
        }
        return page
    }

    /// Text of up to forty scalars from all planes, with many that JSON must escape.
    package mutating func text() -> String {
        let ranges: [ClosedRange<UInt32>] = [
            0...0x1F, 0x20...0x7F, 0x80...0x7FF, 0x800...0xD7FF, 0x10000...0x10FFFF,
        ]
        var text = String.UnicodeScalarView()
        for _ in 0..<below(40) {
            let range = below(2) == 0 ? ranges[1] : ranges[below(5)]
            let scalar = range.lowerBound + UInt32(below(Int(range.upperBound - range.lowerBound) + 1))
            if let scalar = Unicode.Scalar(scalar) { text.append(scalar) }
        }
        return String(text)
    }

    private mutating func below(_ bound: Int) -> Int {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return Int(state >> 11) % bound
    }

    private mutating func space() -> String {
        guard hasWhiteSpace, below(2) == 0 else { return "" }
        return String((0..<below(14)).map { _ in Character([" ", " ", " ", "\n", "\t", "\r"][below(6)]) })
    }

    private mutating func list(_ count: Int, _ element: (inout PageGenerator) -> String) -> String {
        let elements = (0..<count).map { _ in space() + element(&self) + space() }
        return "[" + (elements.isEmpty ? space() : elements.joined(separator: ",")) + "]"
    }

    private mutating func braces(_ members: [String]) -> String {
        let members = members.map { space() + $0 + space() }
        return "{" + (members.isEmpty ? space() : members.joined(separator: ",")) + "}"
    }

    /// An object with up to nine members, some of them nested, with white space where JSON has room for it.
    package mutating func object() -> String { object(depth: 0) }

    private mutating func object(depth: Int) -> String {
        let names = ["id", "a", "o", "é", "i", "name", "long name with spaces and é", "ids", ""]
        let chosen = names.filter { _ in below(2) == 0 }
        return braces(
            chosen.map { name in
                let value =
                    name == "o" && depth < 4 && below(4) > 0
                    ? object(depth: depth + 1) : value(depth: depth + 1)
                return escapedName(name) + space() + ":" + space() + value
            }
        )
    }

    private mutating func escapedName(_ name: String) -> String {
        guard let first = name.unicodeScalars.first, below(4) == 0 else { return "\"\(name)\"" }
        let escape = "\\u" + String(0x10000 + Int(first.value), radix: 16).dropFirst()
        return "\"" + escape + String(name.unicodeScalars.dropFirst()) + "\""
    }

    private mutating func value(depth: Int) -> String {
        switch below(depth > 4 ? 7 : 9) {
        case 0: ["null", "true", "false"][below(3)]
        case 1, 2: number()
        case 7: list(below(4)) { $0.value(depth: depth + 1) }
        case 8: object(depth: depth + 1)
        default: string()
        }
    }

    private mutating func number() -> String {
        var number = below(2) == 0 ? "-" : ""
        number += below(3) == 0 ? "0" : String(1 + below(999_999_999_999))
        if below(3) == 0 { number += "." + String(below(1000)) }
        if below(4) == 0 { number += ["e", "E", "e+", "E-"][below(4)] + String(below(400)) }
        return number
    }

    private mutating func string() -> String {
        switch below(4) {
        case 0: return #""\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00""#
        case 1: return "\"" + String(repeating: "0123456789abcdef", count: 3).prefix(below(40)) + "\""
        default:
            var token: [UInt8] = []
            JSONTextQuoting.append(text(), to: &token)
            return String(decoding: token, as: UTF8.self)
        }
    }
}

/// Quoting that owes nothing to the module under test.
private enum JSONTextQuoting {
    static func append(_ text: String, to token: inout [UInt8]) {
        token.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            if byte < 0x20 {
                token.append(contentsOf: ("\\u00" + (byte < 16 ? "0" : "") + String(byte, radix: 16)).utf8)
            } else {
                if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
                    token.append(UInt8(ascii: "\\"))
                }
                token.append(byte)
            }
        }
        token.append(UInt8(ascii: "\""))
    }
}
