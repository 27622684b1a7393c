/// The strict parser behind `JSONValue.parse`: for small documents, so it is plain rather than fast.
struct JSONParser {
    let bytes: [UInt8]
    let maximumDepth: Int
    var index = 0
    private var depth = 0

    init(bytes: [UInt8], maximumDepth: Int) {
        self.bytes = bytes
        self.maximumDepth = maximumDepth
    }

    mutating func parseDocument() throws(JSONError) -> JSONValue {
        let value = try parseValue()
        skipWhiteSpace()
        guard index == bytes.count else {
            throw .trailing(bytes[index], at: index)
        }
        return value
    }

    private mutating func parseValue() throws(JSONError) -> JSONValue {
        switch try nextByte(in: "a value") {
        case UInt8(ascii: "{"): return .object(try parseMembers())
        case UInt8(ascii: "["): return .array(try parseElements())
        case UInt8(ascii: "\""): return .string(try parseString())
        case UInt8(ascii: "t"): return try parseWord("true", .bool(true))
        case UInt8(ascii: "f"): return try parseWord("false", .bool(false))
        case UInt8(ascii: "n"): return try parseWord("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number(try parseNumber())
        case let byte: throw .unexpected(byte, at: index, wanted: "a value")
        }
    }

    private mutating func parseElements() throws(JSONError) -> [JSONValue] {
        try enter()
        var elements: [JSONValue] = []
        if try nextByte(in: "an array") == UInt8(ascii: "]") {
            leave()
            return elements
        }
        while true {
            elements.append(try parseValue())
            let byte = try nextByte(in: "an array")
            guard byte != UInt8(ascii: "]") else { break }
            guard byte == UInt8(ascii: ",") else {
                throw .unexpected(byte, at: index, wanted: "\",\" or \"]\"")
            }
            index += 1
        }
        leave()
        return elements
    }

    private mutating func parseMembers() throws(JSONError) -> [JSONValue.Member] {
        try enter()
        var members: [JSONValue.Member] = []
        var names: Set<[UInt8]> = []
        if try nextByte(in: "an object") == UInt8(ascii: "}") {
            leave()
            return members
        }
        while true {
            let quote = try nextByte(in: "an object")
            guard quote == UInt8(ascii: "\"") else { throw .unexpected(quote, at: index, wanted: "a name") }
            let start = index
            let name = try parseString()
            guard names.insert(Array(name.utf8)).inserted else {
                throw .duplicate(name, at: start)
            }
            let colon = try nextByte(in: "an object")
            guard colon == UInt8(ascii: ":") else { throw .unexpected(colon, at: index, wanted: "\":\"") }
            index += 1
            members.append(JSONValue.Member(name: name, value: try parseValue()))
            let byte = try nextByte(in: "an object")
            guard byte != UInt8(ascii: "}") else { break }
            guard byte == UInt8(ascii: ",") else {
                throw .unexpected(byte, at: index, wanted: "\",\" or \"}\"")
            }
            index += 1
        }
        leave()
        return members
    }

    private mutating func parseWord(_ word: String, _ value: JSONValue) throws(JSONError) -> JSONValue {
        for expected in word.utf8 {
            guard index < bytes.count else { throw .cut(at: index, in: "a value") }
            guard bytes[index] == expected else {
                throw .unexpected(bytes[index], at: index, wanted: "\"\(word)\"")
            }
            index += 1
        }
        return value
    }

    private mutating func parseNumber() throws(JSONError) -> String {
        let start = index
        if bytes[index] == UInt8(ascii: "-") { index += 1 }
        if index < bytes.count, bytes[index] == UInt8(ascii: "0") {
            index += 1
            guard !isDigit else {
                throw .leadingZero(at: index)
            }
        } else {
            try skipDigits()
        }
        if index < bytes.count, bytes[index] == UInt8(ascii: ".") {
            index += 1
            try skipDigits()
        }
        if index < bytes.count, bytes[index] | 0x20 == UInt8(ascii: "e") {
            index += 1
            if index < bytes.count, bytes[index] == UInt8(ascii: "+") || bytes[index] == UInt8(ascii: "-") {
                index += 1
            }
            try skipDigits()
        }
        return String(decoding: bytes[start..<index], as: UTF8.self)
    }

    private var isDigit: Bool {
        index < bytes.count && (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[index])
    }

    private mutating func skipDigits() throws(JSONError) {
        guard index < bytes.count else { throw .cut(at: index, in: "a number") }
        guard isDigit else {
            throw .noDigit(bytes[index], at: index)
        }
        while isDigit { index += 1 }
    }

    private mutating func parseString() throws(JSONError) -> String {
        let start = index
        var hasEscape = false
        index += 1
        while true {
            guard index < bytes.count else { throw .cut(at: index, in: "a string") }
            switch bytes[index] {
            case UInt8(ascii: "\""):
                index += 1
                guard hasEscape else {
                    return String(decoding: bytes[(start + 1)..<(index - 1)], as: UTF8.self)
                }
                var text: [UInt8] = []
                JSONText.decodeString(bytes[start..<index], into: &text)
                return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"):
                hasEscape = true
                try skipEscape()
            case 0..<0x20:
                throw .control(bytes[index], at: index)
            case let byte:
                let position = index
                let count = UTF8Sequence.count(first: byte, available: bytes.count - index) {
                    bytes[position + $0]
                }
                guard count >= 0 else { throw .cut(at: bytes.count, in: "a string") }
                guard count > 0 else {
                    throw .badUTF8(at: index)
                }
                index += count
            }
        }
    }

    private mutating func skipEscape() throws(JSONError) {
        index += 1
        guard index < bytes.count else { throw .cut(at: index, in: "a string") }
        switch bytes[index] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"),
            UInt8(ascii: "f"), UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            index += 1
        case UInt8(ascii: "u"):
            index += 1
            for _ in 0..<4 {
                guard index < bytes.count else { throw .cut(at: index, in: "a string") }
                guard JSONText.hexValue(bytes[index]) != nil else {
                    throw .badHexadecimal(at: index)
                }
                index += 1
            }
        case let byte:
            throw .badEscape(byte, at: index)
        }
    }

    /// The next byte that is not white space; it is not taken.
    private mutating func nextByte(in what: String) throws(JSONError) -> UInt8 {
        skipWhiteSpace()
        guard index < bytes.count else { throw .cut(at: index, in: what) }
        return bytes[index]
    }

    private mutating func skipWhiteSpace() {
        while index < bytes.count {
            switch bytes[index] {
            case 0x20, 0x0A, 0x0D, 0x09: index += 1
            default: return
            }
        }
    }

    private mutating func enter() throws(JSONError) {
        depth += 1
        guard depth <= maximumDepth else {
            throw .tooDeep(at: index, limit: maximumDepth)
        }
        index += 1
    }

    private mutating func leave() {
        depth -= 1
        index += 1
    }
}
