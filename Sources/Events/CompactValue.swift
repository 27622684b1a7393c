/// Where the values of compact JSON end that was scanned before; of other bytes some position, never a trap.
enum CompactValue {
    /// The position behind the value at a position.
    static func end(of start: Int, in bytes: [UInt8], before end: Int) -> Int {
        var depth = 0
        var index = start
        while index < end {
            switch bytes[index] {
            case UInt8(ascii: "\""): index = endOfString(index, in: bytes, before: end)
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
                index += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                if depth == 0 { return index }
                depth -= 1
                index += 1
            case UInt8(ascii: ","), UInt8(ascii: ":"):
                if depth == 0 { return index }
                index += 1
                continue
            default: index = endOfScalar(index, in: bytes, before: end)
            }
            if depth == 0 { return index }
        }
        return end
    }

    /// The position behind a string, whose first quote stands at `start`.
    static func endOfString(_ start: Int, in bytes: [UInt8], before end: Int) -> Int {
        var index = start + 1
        while index < end {
            switch bytes[index] {
            case UInt8(ascii: "\""): return index + 1
            case UInt8(ascii: "\\"): index += 2
            default: index += 1
            }
        }
        return end
    }

    /// The position behind a number or a word.
    static func endOfScalar(_ start: Int, in bytes: [UInt8], before end: Int) -> Int {
        var index = start + 1
        while index < end, !endsScalar(bytes[index]) { index += 1 }
        return index
    }

    private static func endsScalar(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: ","), UInt8(ascii: "}"), UInt8(ascii: "]"), UInt8(ascii: ":"), UInt8(ascii: "\""):
            true
        default: false
        }
    }
}
