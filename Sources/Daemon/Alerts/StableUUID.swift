import Cryptography

/// A UUID that a text decides, for receivers that take nothing else as an id.
enum StableUUID {
    /// The UUID of a text: the first 128 bits of its SHA-256 as version 8 of RFC 9562.
    static func text(of text: String) -> String {
        var bytes = Digest.sha256(Array(text.utf8)).prefix(16)
        bytes[6] = bytes[6] & 0x0F | 0x80
        bytes[8] = bytes[8] & 0x3F | 0x80
        var digits = Digest.hex(Array(bytes))
        for place in [20, 16, 12, 8] {
            digits.insert("-", at: digits.index(digits.startIndex, offsetBy: place))
        }
        return digits
    }
}
