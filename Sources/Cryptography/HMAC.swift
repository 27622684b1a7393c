import CCrypto

/// Authentication codes (RFC 2104).
package enum HMAC {
    /// The code of `bytes` under `key`, with SHA-256: 32 bytes.
    package static func sha256(key: [UInt8], of bytes: [UInt8]) -> [UInt8] {
        precondition(key.count <= Int(Int32.max), "a key of \(key.count) bytes")
        return unsafe Array(unsafeUninitializedCapacity: Digest.byteCount) { code, count in
            let result = unsafe CCrypto.HMAC(
                EVP_sha256(),
                key,
                Int32(key.count),
                bytes,
                bytes.count,
                code.baseAddress,
                nil
            )
            guard unsafe result != nil else { preconditionFailure("libcrypto cannot compute HMAC-SHA-256") }
            count = Digest.byteCount
        }
    }
}
