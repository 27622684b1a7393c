import CCrypto

/// Comparisons whose duration tells nothing about where two secrets differ.
package enum ConstantTime {
    /// Whether two runs of bytes are the same; only their counts may show in the time that it takes.
    package static func isEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        guard left.count == right.count else { return false }
        return unsafe CRYPTO_memcmp(left, right, left.count) == 0
    }
}
