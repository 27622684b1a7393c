/// A number that a text always gives, on every machine and in every version: what `H` and jitter spread by.
///
/// FNV-1a over the UTF-8 of the parts, a zero byte between two, through the last step of MurmurHash3. It is documented and
/// never changes: with it every spread schedule would move.
package enum StableHash {
    /// The hash of a text's parts.
    package static func of(_ parts: String...) -> UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for (index, part) in parts.enumerated() {
            if index > 0 { hash = hash &* 0x100_0000_01b3 }
            for byte in part.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        }
        // FNV alone leaves names that differ in a last digit close together.
        hash = (hash ^ (hash >> 33)) &* 0xff51_afd7_ed55_8ccd
        hash = (hash ^ (hash >> 33)) &* 0xc4ce_b9fe_1a85_ec53
        return hash ^ (hash >> 33)
    }
}
