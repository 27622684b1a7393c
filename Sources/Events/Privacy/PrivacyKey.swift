package import Core
import Cryptography

/// The key under which personal values become tokens: whoever has not the key can neither read nor guess them.
///
/// `pii:<the key's id, 8 digits>:<the value's code, 32 digits>`; all digits are hexadecimal and small. The same value
/// has the same token in every stream, account and year, so that joins work.
package struct PrivacyKey: Sendable {
    /// A shorter key could be tried out.
    package static let shortest = 32
    /// So many digits name the key, and stand for a value.
    private static let idDigits = 8
    private static let valueDigits = 32
    private static let start = Array("pii:".utf8)
    static let tokenLength = start.count + idDigits + 1 + valueDigits

    private let key: [UInt8]
    /// What every token begins with.
    private let prefix: [UInt8]

    /// A key; nil for one that is too short.
    package init?(_ secret: Secret) {
        key = Array(secret.revealed.utf8)
        guard key.count >= Self.shortest else { return nil }
        // Under the key itself, so that its id tells nothing of it.
        let id = Digest.hex(HMAC.sha256(key: key, of: Array("sluice privacy key".utf8)))
        prefix = Self.start + Array(id.utf8.prefix(Self.idDigits)) + [UInt8(ascii: ":")]
    }

    /// What tokens of this key name it by.
    package var id: String {
        String(decoding: prefix[Self.start.count..<(prefix.count - 1)], as: UTF8.self)
    }

    /// Appends the token of a value in its normal form.
    func appendToken(of value: [UInt8], to text: inout [UInt8]) {
        text.append(contentsOf: prefix)
        let code = HMAC.sha256(key: key, of: value)
        text.append(contentsOf: Digest.hex(code).utf8.prefix(Self.valueDigits))
    }

    /// Whether a text is a token already, of whichever key.
    static func isToken(_ text: ArraySlice<UInt8>) -> Bool {
        guard text.count == tokenLength, text.starts(with: start) else { return false }
        let colon = text.startIndex + start.count + idDigits
        guard text[colon] == UInt8(ascii: ":") else { return false }
        return text[(text.startIndex + start.count)..<colon].allSatisfy(isDigit)
            && text[(colon + 1)...].allSatisfy(isDigit)
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
    }
}

extension PrivacyKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Its id, and nothing of the key (I6).
    package var description: String { id }
    package var debugDescription: String { id }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
