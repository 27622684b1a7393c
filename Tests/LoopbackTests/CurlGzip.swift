/// Gzip made by hand, so that the tests need no compressor of the library they test.
enum CurlGzip {
    /// One member that holds the bytes in stored blocks.
    static func stored(_ bytes: [UInt8]) -> [UInt8] {
        var deflated: [UInt8] = []
        var rest = bytes[...]
        repeat {
            let block = rest.prefix(65_535)
            rest = rest.dropFirst(65_535)
            let length = UInt16(block.count)
            deflated += [rest.isEmpty ? 1 : 0, UInt8(length & 255), UInt8(length >> 8)]
            deflated += [UInt8(~length & 255), UInt8(~length >> 8)] + block
        } while !rest.isEmpty
        return member(deflated, checksum: checksum(bytes), size: bytes.count)
    }

    /// One member of `1 + 258 * count` zero bytes in about 13 bits for 258 of them, in the fixed Huffman code.
    static func zeros(count: Int) -> [UInt8] {
        var bits = Bits()
        bits.append(1, count: 1)  // the last block
        bits.append(1, count: 2)  // in the fixed code
        bits.appendCode(0b0011_0000, count: 8)  // a zero byte
        for _ in 0..<count {
            bits.appendCode(0b1100_0101, count: 8)  // 258 bytes again
            bits.appendCode(0, count: 5)  // from one byte back
        }
        bits.appendCode(0, count: 7)  // the end
        let size = 1 + 258 * count
        return member(bits.bytes, checksum: checksum([UInt8](repeating: 0, count: size)), size: size)
    }

    private static func member(_ deflated: [UInt8], checksum: UInt32, size: Int) -> [UInt8] {
        let header: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255]
        return header + deflated + littleEndian(checksum) + littleEndian(UInt32(truncatingIfNeeded: size))
    }

    private static func littleEndian(_ number: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
    }

    private static let table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 1 ? 0xEDB8_8320 ^ value >> 1 : value >> 1 }
    }

    private static func checksum(_ bytes: [UInt8]) -> UInt32 {
        let table = table
        return ~bytes.reduce(~0) { table[Int(UInt8(truncatingIfNeeded: $0) ^ $1)] ^ $0 >> 8 }
    }

    private struct Bits {
        var bytes: [UInt8] = []
        private var used = 8

        /// Numbers stand with their lowest bit first.
        mutating func append(_ value: Int, count: Int) {
            for index in 0..<count {
                if used == 8 {
                    bytes.append(0)
                    used = 0
                }
                bytes[bytes.count - 1] |= UInt8(value >> index & 1) << used
                used += 1
            }
        }

        /// Huffman codes stand with their highest bit first.
        mutating func appendCode(_ code: Int, count: Int) {
            for index in (0..<count).reversed() { append(code >> index & 1, count: 1) }
        }
    }
}
