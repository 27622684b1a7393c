/// What a record's content is known by: the first 128 bits of the SHA-256 over its compact value.
package struct ContentHash: Hashable, Sendable {
    package var high: UInt64
    package var low: UInt64

    /// A hash of its two halves, the first bytes in `high`.
    @inlinable
    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// In the place of a content that nobody may know any more: no record has it.
    package static let erased = ContentHash(high: 0, low: 0)

    /// A hash of its 32 hexadecimal digits; nil where they are none.
    package init?(hex: some Collection<UInt8>) {
        guard hex.count == 32 else { return nil }
        var halves: (UInt64, UInt64) = (0, 0)
        for (position, byte) in hex.enumerated() {
            guard let digit = Self.digit(byte) else { return nil }
            if position < 16 { halves.0 = halves.0 << 4 | digit } else { halves.1 = halves.1 << 4 | digit }
        }
        self.init(high: halves.0, low: halves.1)
    }

    /// Its digits, lower case.
    package func appendHex(to bytes: inout [UInt8]) {
        for half in [high, low] {
            for shift in stride(from: 60, through: 0, by: -4) {
                let digit = UInt8(truncatingIfNeeded: half >> UInt64(shift)) & 0xf
                bytes.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
            }
        }
    }

    private static func digit(_ byte: UInt8) -> UInt64? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt64(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt64(byte - UInt8(ascii: "a")) + 10
        default: nil
        }
    }
}
