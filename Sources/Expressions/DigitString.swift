/// A whole number as decimal digits, the highest first and never a zero; nothing is zero.
struct DigitString: Hashable {
    private var digits: [UInt8]

    init(_ digits: some Sequence<UInt8>) {
        self.digits = Array(digits.drop { $0 == 0 })
    }

    var isZero: Bool { digits.isEmpty }
    var count: Int { digits.count }
    var text: String { String(decoding: digits.map { $0 + UInt8(ascii: "0") }, as: UTF8.self) }

    func isLexicallyLess(than other: DigitString) -> Bool { digits.lexicographicallyPrecedes(other.digits) }

    /// Times a power of ten.
    func shifted(_ zeros: Int) -> DigitString {
        DigitString(digits + [UInt8](repeating: 0, count: zeros))
    }

    func droppingLast(_ count: Int) -> DigitString { DigitString(digits.dropLast(count)) }

    mutating func removeTrailingZeros() -> Int {
        let kept = (digits.lastIndex { $0 != 0 } ?? -1) + 1
        defer { digits.removeLast(digits.count - kept) }
        return digits.count - kept
    }

    /// Without the last digits, rounded; there is never a tie, since more digits follow those.
    func rounded(droppingLast count: Int) -> DigitString {
        let kept = droppingLast(count)
        return digits[digits.count - count] < 5 ? kept : kept + DigitString([1])
    }

    static func < (a: DigitString, b: DigitString) -> Bool {
        a.count == b.count ? a.isLexicallyLess(than: b) : a.count < b.count
    }

    static func + (a: DigitString, b: DigitString) -> DigitString {
        var sum: [UInt8] = []
        var carry: UInt8 = 0
        for place in 0..<max(a.count, b.count) {
            let digit = a.digit(place) + b.digit(place) + carry
            sum.append(digit % 10)
            carry = digit / 10
        }
        sum.append(carry)
        return DigitString(sum.reversed())
    }

    /// The difference; `b` is not larger.
    static func - (a: DigitString, b: DigitString) -> DigitString {
        var difference: [UInt8] = []
        var borrow: UInt8 = 0
        for place in 0..<a.count {
            let (high, low) = (a.digit(place) + 10, b.digit(place) + borrow)
            difference.append((high - low) % 10)
            borrow = high - low < 10 ? 1 : 0
        }
        return DigitString(difference.reversed())
    }

    static func * (a: DigitString, b: DigitString) -> DigitString {
        var sums = [Int](repeating: 0, count: a.count + b.count + 1)
        for i in 0..<a.count {
            for j in 0..<b.count { sums[i + j] += Int(a.digit(i)) * Int(b.digit(j)) }
        }
        var carry = 0
        var product: [UInt8] = []
        for sum in sums {
            product.append(UInt8((sum + carry) % 10))
            carry = (sum + carry) / 10
        }
        return DigitString(product.reversed())
    }

    func divided(by divisor: DigitString) -> (quotient: DigitString, rest: DigitString) {
        var quotient: [UInt8] = []
        var rest = DigitString([])
        for digit in digits {
            rest = DigitString(rest.digits + [digit])
            var times: UInt8 = 0
            while !(rest < divisor) {
                rest = rest - divisor
                times += 1
            }
            quotient.append(times)
        }
        return (DigitString(quotient), rest)
    }

    /// The digit at a place counted from the lowest.
    private func digit(_ place: Int) -> UInt8 {
        place < digits.count ? digits[digits.count - 1 - place] : 0
    }
}
