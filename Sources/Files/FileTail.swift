import Core

/// The last bytes of a file and their hash: cheap to keep, and another one where lines were changed or put in.
enum FileTail {
    /// As many bytes are looked at, or all.
    static let size = 1 << 10

    static func read(_ file: DiskFile, length: Int) throws(StateError) -> [UInt8] {
        try file.read(max(0, length - size)..<length)
    }

    /// The tail of a file behind whose tail some bytes were written.
    static func joined(_ tail: [UInt8], _ bytes: [UInt8]) -> [UInt8] {
        if bytes.count >= size { return Array(bytes.suffix(size)) }
        return Array(tail.suffix(size - bytes.count)) + bytes
    }

    /// FNV-1a, 64 bits: nobody gains by making two tails meet.
    static func hash(_ tail: [UInt8]) -> String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in tail { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
