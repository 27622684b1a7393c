/// A JSON number by its digits: nothing is rounded, however many there are.
struct DecimalNumber: Hashable, Sendable {
    /// Beyond this every exponent is the same to a comparison; no real number comes near.
    private static let widestExponent = 1 << 40

    private var isNegative: Bool
    /// Without zeros at either end; empty for zero.
    private var digits: [UInt8]
    /// What ten is raised to behind the digits, taken as a whole number.
    private var exponent: Int

    /// The number of a token that was scanned before.
    init(_ token: ArraySlice<UInt8>) {
        isNegative = token.first == UInt8(ascii: "-")
        digits = []
        exponent = 0
        var isFraction = false
        var index = token.startIndex
        loop: while index < token.endIndex {
            switch token[index] {
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                digits.append(token[index])
                if isFraction { exponent -= 1 }
            case UInt8(ascii: "."): isFraction = true
            case UInt8(ascii: "e"), UInt8(ascii: "E"): break loop
            default: break
            }
            index += 1
        }
        exponent += Self.exponent(token[index...].dropFirst())
        while digits.last == UInt8(ascii: "0") {
            digits.removeLast()
            exponent += 1
        }
        digits = Array(digits.drop { $0 == UInt8(ascii: "0") })
        if digits.isEmpty {
            isNegative = false
            exponent = 0
        }
    }

    /// Whether it is a whole number, as `1.0` and `1e3` are too.
    var isWhole: Bool { exponent >= 0 }

    /// Its shortest form with all digits.
    var text: String {
        let sign = isNegative ? "-" : ""
        guard !digits.isEmpty else { return "0" }
        let text = String(decoding: digits, as: UTF8.self)
        guard exponent < 0 || exponent > 20 else {
            return sign + text + String(repeating: "0", count: exponent)
        }
        return "\(sign)\(text)e\(exponent)"
    }

    /// What ten is raised to behind the digits.
    var power: Int { exponent }

    /// Multiplies it by a power of ten.
    mutating func shift(by power: Int) { if !digits.isEmpty { exponent += power } }

    /// The whole number of 10^-exponent that it is, where the exponent is `least` or, as far as its digits need it, more.
    func whole(withDigits least: Int) -> (number: String, exponent: Int) {
        guard !digits.isEmpty else { return ("0", least) }
        let places = max(least, -exponent)
        let zeros = String(repeating: "0", count: places + exponent)
        return ((isNegative ? "-" : "") + String(decoding: digits, as: UTF8.self) + zeros, places)
    }

    private static func exponent(_ token: ArraySlice<UInt8>) -> Int {
        var value = 0
        for byte in token where (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
            value = min(value * 10 + Int(byte - UInt8(ascii: "0")), widestExponent)
        }
        return token.first == UInt8(ascii: "-") ? -value : value
    }
}
