import CCrypto

/// SHA-256.
package enum Digest {
    /// How many bytes a digest has.
    package static let byteCount = 32

    /// The digest of some bytes.
    package static func sha256(_ bytes: [UInt8]) -> [UInt8] {
        unsafe bytes.withUnsafeBytes { buffer in unsafe sha256(buffer) }
    }

    /// The digest of some bytes.
    package static func sha256(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
        unsafe Array(unsafeUninitializedCapacity: byteCount) { digest, count in
            unsafe hash(bytes, to: digest.baseAddress)
            count = byteCount
        }
    }

    /// Appends the first 128 bits of a digest as 32 lower-case hexadecimal digits; allocates nothing itself.
    package static func appendHex128(ofSHA256 bytes: UnsafeRawBufferPointer, to text: inout [UInt8]) {
        unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: byteCount) { digest in
            unsafe hash(bytes, to: digest.baseAddress)
            for index in 0..<16 {
                let byte = unsafe digest[index]
                text.append(hexDigit(byte >> 4))
                text.append(hexDigit(byte & 0xF))
            }
        }
    }

    /// Appends the first 128 bits of a digest as 32 lower-case hexadecimal digits.
    package static func appendHex128(ofSHA256 bytes: [UInt8], to text: inout [UInt8]) {
        unsafe bytes.withUnsafeBytes { buffer in unsafe appendHex128(ofSHA256: buffer, to: &text) }
    }

    /// The first 128 bits of a digest, big-endian; allocates nothing.
    package static func first128(ofSHA256 bytes: UnsafeRawBufferPointer) -> (high: UInt64, low: UInt64) {
        unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: byteCount) { digest in
            unsafe hash(bytes, to: digest.baseAddress)
            var halves: (high: UInt64, low: UInt64) = (0, 0)
            for index in 0..<8 {
                halves.high = unsafe halves.high << 8 | UInt64(digest[index])
                halves.low = unsafe halves.low << 8 | UInt64(digest[index + 8])
            }
            return halves
        }
    }

    /// Lower-case hexadecimal digits, two for each byte.
    package static func hex(_ bytes: [UInt8]) -> String {
        var digits: [UInt8] = []
        digits.reserveCapacity(bytes.count * 2)
        for byte in bytes {
            digits.append(hexDigit(byte >> 4))
            digits.append(hexDigit(byte & 0xF))
        }
        return String(decoding: digits, as: UTF8.self)
    }

    /// `SHA256` writes 32 bytes to `digest` and fails only where it has no such place.
    private static func hash(_ bytes: UnsafeRawBufferPointer, to digest: UnsafeMutablePointer<UInt8>?) {
        // An empty buffer may have no address, which `SHA256` does not look at for a count of 0.
        let input = unsafe bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        let result = unsafe SHA256(input, bytes.count, digest)
        guard unsafe result != nil else { preconditionFailure("libcrypto cannot compute SHA-256") }
    }

    private static func hexDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }
}

/// The library that this module runs with.
package enum CryptographyLibrary {
    /// As it names itself: `OpenSSL 3.0.19 …`.
    package static var version: String { unsafe String(cString: OpenSSL_version(OPENSSL_VERSION)) }
}
