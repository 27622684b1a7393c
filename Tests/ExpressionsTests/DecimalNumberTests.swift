import Testing

@testable import Expressions

struct DecimalNumberTests {
    @Test(
        arguments: [
            ("1", "1.0", 0), ("1", "2", -1), ("-1", "1", -1), ("-2", "-1", -1), ("0", "-0", 0),
            ("0", "0e5", 0),
            ("10", "9", 1), ("1e3", "1000", 0), ("1e3", "999.9", 1), ("0.001", "1e-3", 0),
            ("9007199254740993", "9007199254740992", 1), ("0.1", "0.10000000000000000001", -1),
            ("1e400", "1e401", -1), ("-1e400", "1e-400", -1), ("0", "1e-400", -1), ("-1e-400", "0", -1),
            ("1e99999999999999999999", "2", 1), ("1e-99999999999999999999", "2", -1),
        ]
    )
    func order(_ left: String, _ right: String, _ expected: Int) throws {
        let (a, b) = (try #require(DecimalNumber(left)), try #require(DecimalNumber(right)))
        #expect((a < b) == (expected < 0))
        #expect((a == b) == (expected == 0))
        #expect((b < a) == (expected > 0))
    }

    @Test(arguments: ["", "-", "+1", "1.", ".5", "1e", "1e+", "x", "1 ", "0x1", "1.2.3"])
    func refuses(_ text: String) {
        #expect(DecimalNumber(text) == nil)
    }

    @Test(
        arguments: [
            ("1.50", "1.5"), ("-0", "0"), ("1e5", "100000"), ("12e-5", "0.00012"), ("1e60", "1e60"),
            ("-1.5e-60", "-1.5e-60"), ("007", "7"),
        ]
    )
    func text(_ text: String, _ expected: String) {
        #expect(DecimalNumber(text)?.text == expected)
    }

    /// Against machine integers, with every operation, over seeded numbers.
    @Test func agreesWithIntegers() throws {
        var seed: UInt64 = 0x9E37_79B9_7F4A_7C15
        func next() -> Int {
            seed ^= seed << 13
            seed ^= seed >> 7
            seed ^= seed << 17
            return (Int(truncatingIfNeeded: seed) >> 34) >> (Int(seed % 4) * 7)
        }
        for _ in 0..<1_000 {
            let (x, y) = (next(), next())
            let a = try #require(DecimalNumber(String(x)))
            let b = try #require(DecimalNumber(String(y)))
            #expect((a + b)?.text == String(x + y))
            #expect((a - b)?.text == String(x - y))
            #expect((a * b)?.text == String(x * y))
            #expect((a < b) == (x < y) && (a == b) == (x == y))
            guard y != 0 else { continue }
            let quotient = Int((Double(x) / Double(y)).rounded(.down))
            #expect(DecimalNumber.divideDown(a, b)?.0.text == String(quotient))
            #expect(DecimalNumber.divideDown(a, b)?.1.text == String(x - quotient * y))
            let product: DecimalNumber? = a * b
            let quotientOfProduct = product.flatMap { $0 / b }
            #expect(quotientOfProduct?.text == String(x))
        }
    }

    @Test func boundsWork() throws {
        let large = try #require(DecimalNumber("1e5000"))
        let long = try #require(DecimalNumber(String(repeating: "9", count: 1_001)))
        let one = try #require(DecimalNumber("1"))
        #expect((large + one) == nil)
        #expect((long * one) == nil)
        #expect((long / one) == nil)
        #expect(DecimalNumber.divideDown(large, one) == nil)
        #expect((large * one)?.text == "1e5000")
    }
}
