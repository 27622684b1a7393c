/// A number as its decimal digits: compared and reckoned with exactly, however many there are.
///
/// A binary floating point number would make 0.1 + 0.2 something else than 0.3, and two 19-digit identifiers equal.
struct DecimalNumber {
    /// Digits that arithmetic takes at most, so that no expression costs more than a blink.
    private static let maximumDigits = 1_000
    /// Significant digits of a quotient that does not end.
    private static let quotientDigits = 34

    private var isNegative: Bool
    /// The value is `digits` × 10^`exponent`; zero has no digits.
    private var digits: DigitString
    private var exponent: Int

    /// The number that JSON text says; nil for other text.
    ///
    /// An exponent beyond ±10^18 counts as that.
    init?(_ text: String) {
        var rest = Array(text.utf8)[...]
        let isNegative = rest.first == UInt8(ascii: "-")
        if isNegative { rest.removeFirst() }
        let whole = Self.takeDigits(&rest)
        guard !whole.isEmpty else { return nil }
        var fraction: ArraySlice<UInt8> = []
        if rest.first == UInt8(ascii: ".") {
            rest.removeFirst()
            fraction = Self.takeDigits(&rest)
            guard !fraction.isEmpty else { return nil }
        }
        var power = 0
        if rest.first == UInt8(ascii: "e") || rest.first == UInt8(ascii: "E") {
            rest.removeFirst()
            let sign = rest.first == UInt8(ascii: "-") ? -1 : 1
            if rest.first == UInt8(ascii: "-") || rest.first == UInt8(ascii: "+") { rest.removeFirst() }
            let exponentDigits = Self.takeDigits(&rest)
            guard !exponentDigits.isEmpty else { return nil }
            for digit in exponentDigits where power < 1_000_000_000_000_000_000 / 10 {
                power = power * 10 + Int(digit)
            }
            power *= sign
        }
        guard rest.isEmpty else { return nil }
        self.init(
            isNegative: isNegative,
            digits: DigitString(whole + fraction),
            exponent: power - fraction.count
        )
    }

    private init(isNegative: Bool, digits: DigitString, exponent: Int) {
        var digits = digits
        let zeros = digits.removeTrailingZeros()
        self.digits = digits
        self.isNegative = isNegative && !digits.isZero
        self.exponent = digits.isZero ? 0 : exponent + zeros
    }

    private static func takeDigits(_ rest: inout ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let found = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        rest = rest[found.endIndex...]
        return ArraySlice(found.map { $0 - UInt8(ascii: "0") })
    }

    var isZero: Bool { digits.isZero }

    var negated: DecimalNumber {
        DecimalNumber(isNegative: !isNegative, digits: digits, exponent: exponent)
    }

    /// Without what stands behind the decimal point.
    var truncated: DecimalNumber {
        guard exponent < 0 else { return self }
        return DecimalNumber(isNegative: isNegative, digits: digits.droppingLast(-exponent), exponent: 0)
    }

    /// As JSON, with all digits written out up to 40 places.
    var text: String {
        guard !digits.isZero else { return "0" }
        let sign = isNegative ? "-" : ""
        let shown = digits.text
        let point = shown.utf8.count + exponent
        switch (exponent, point) {
        case (0..., ...40): return sign + shown + String(repeating: "0", count: exponent)
        case (..<0, 1...): return sign + shown.prefix(point) + "." + shown.dropFirst(point)
        case (..<0, -40...0): return sign + "0." + String(repeating: "0", count: -point) + shown
        default:
            let rest = shown.dropFirst()
            return sign + shown.prefix(1) + (rest.isEmpty ? "" : "." + rest) + "e\(point - 1)"
        }
    }

    static func + (a: DecimalNumber, b: DecimalNumber) -> DecimalNumber? {
        guard let (x, y, exponent) = aligned(a, b) else { return nil }
        if a.isNegative == b.isNegative {
            return DecimalNumber(isNegative: a.isNegative, digits: x + y, exponent: exponent)
        }
        return x < y
            ? DecimalNumber(isNegative: b.isNegative, digits: y - x, exponent: exponent)
            : DecimalNumber(isNegative: a.isNegative, digits: x - y, exponent: exponent)
    }

    static func - (a: DecimalNumber, b: DecimalNumber) -> DecimalNumber? { a + b.negated }

    static func * (a: DecimalNumber, b: DecimalNumber) -> DecimalNumber? {
        guard max(a.digits.count, b.digits.count) <= maximumDigits else { return nil }
        return DecimalNumber(
            isNegative: a.isNegative != b.isNegative,
            digits: a.digits * b.digits,
            exponent: a.exponent + b.exponent
        )
    }

    /// The quotient: exact where it ends, else rounded to 34 digits.
    static func / (a: DecimalNumber, b: DecimalNumber) -> DecimalNumber? {
        guard max(a.digits.count, b.digits.count) <= maximumDigits, !b.isZero else { return nil }
        let zeros = max(0, quotientDigits + 1 + b.digits.count - a.digits.count)
        let division = a.digits.shifted(zeros).divided(by: b.digits)
        var quotient = division.quotient
        var exponent = a.exponent - b.exponent - zeros
        let excess = quotient.count - quotientDigits
        if excess > 0, !division.rest.isZero {
            exponent += excess
            quotient = quotient.rounded(droppingLast: excess)
        }
        return DecimalNumber(
            isNegative: a.isNegative != b.isNegative,
            digits: quotient,
            exponent: exponent
        )
    }

    /// The quotient rounded down to a whole number, and what remains, with the sign of `b`.
    static func divideDown(_ a: DecimalNumber, _ b: DecimalNumber) -> (DecimalNumber, DecimalNumber)? {
        guard !b.isZero, let (x, y, _) = aligned(a, b) else { return nil }
        let division = x.divided(by: y)
        var quotient = division.quotient
        if a.isNegative != b.isNegative, !division.rest.isZero { quotient = quotient + DigitString([1]) }
        let whole = DecimalNumber(isNegative: a.isNegative != b.isNegative, digits: quotient, exponent: 0)
        guard let product = whole * b, let remainder = a - product else { return nil }
        return (whole, remainder)
    }

    /// Both as whole numbers at one exponent; nil if that takes too many digits.
    private static func aligned(
        _ a: DecimalNumber,
        _ b: DecimalNumber
    ) -> (DigitString, DigitString, exponent: Int)? {
        let exponent = a.isZero ? b.exponent : b.isZero ? a.exponent : min(a.exponent, b.exponent)
        let (x, y) = (a.isZero ? 0 : a.exponent - exponent, b.isZero ? 0 : b.exponent - exponent)
        guard max(x, y, a.digits.count, b.digits.count) <= maximumDigits else { return nil }
        return (a.digits.shifted(x), b.digits.shifted(y), exponent)
    }
}

extension DecimalNumber: Comparable {
    static func == (a: DecimalNumber, b: DecimalNumber) -> Bool {
        a.isNegative == b.isNegative && a.exponent == b.exponent && a.digits == b.digits
    }

    static func < (a: DecimalNumber, b: DecimalNumber) -> Bool {
        if a.isNegative != b.isNegative { return a.isNegative }
        return a.isNegative ? b.isNearerToZero(than: a) : a.isNearerToZero(than: b)
    }

    private func isNearerToZero(than other: DecimalNumber) -> Bool {
        if isZero || other.isZero { return isZero && !other.isZero }
        let (mine, its) = (digits.count + exponent, other.digits.count + other.exponent)
        return mine == its ? digits.isLexicallyLess(than: other.digits) : mine < its
    }
}
