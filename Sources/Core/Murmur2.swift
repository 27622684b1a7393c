/// The hash that Java's Kafka client partitions keys by.
package enum Murmur2 {
    /// The partition of a key among so many, as Java's client places it.
    package static func partition(of key: some Collection<UInt8>, among partitions: Int) -> Int32 {
        precondition(partitions > 0, "a topic has partitions")
        return Int32(Int(hash(key) & 0x7fff_ffff) % partitions)
    }

    /// The hash as Java computes it, its sign bit included.
    package static func hash(_ bytes: some Collection<UInt8>) -> UInt32 {
        let multiplier: UInt32 = 0x5bd1_e995
        var hash: UInt32 = 0x9747_b28c ^ UInt32(truncatingIfNeeded: bytes.count)
        var word: UInt32 = 0
        var filled: UInt32 = 0
        for byte in bytes {
            word |= UInt32(byte) << (8 * filled)
            filled += 1
            guard filled == 4 else { continue }
            word = word &* multiplier
            word ^= word >> 24
            hash = (hash &* multiplier) ^ (word &* multiplier)
            word = 0
            filled = 0
        }
        if filled > 0 { hash = (hash ^ word) &* multiplier }
        hash ^= hash >> 13
        hash = hash &* multiplier
        return hash ^ (hash >> 15)
    }
}
