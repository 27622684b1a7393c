import Core
import JSON

/// What becomes of one scalar of a record: a token of JSON in, a token of JSON out.
struct PersonalValue: Sendable {
    /// What stands in the place of a text.
    static let mask = Array("***".utf8)
    private static let maskToken = Array("\"***\"".utf8)

    let key: PrivacyKey?

    /// Whether a token stays as it is: null, a blank text, and what has been protected before.
    ///
    /// A token or mask of an earlier treatment is met where a dead letter is replayed; a mask must not become a token, by
    /// which everybody who was masked would be one.
    private static func stays(_ token: ArraySlice<UInt8>, _ action: PrivacyAction) -> Bool {
        guard token.first == UInt8(ascii: "\"") else { return token.first == UInt8(ascii: "n") }
        let content = token.dropFirst().dropLast()
        return isBlank(content) || action == .hash && (PrivacyKey.isToken(content) || isMask(content))
    }

    /// Whether nothing stands between the quotes but white space.
    private static func isBlank(_ content: ArraySlice<UInt8>) -> Bool {
        guard content.contains(UInt8(ascii: "\\")) else {
            return content.allSatisfy { $0 == UInt8(ascii: " ") }
        }
        var text: [UInt8] = []
        let quote = [UInt8(ascii: "\"")]
        JSONText.decodeString((quote + content + quote)[...], into: &text)
        return text.allSatisfy { [0x20, 0x09, 0x0A, 0x0D].contains($0) }
    }

    /// Whether this is all that a mask leaves.
    private static func isMask(_ content: ArraySlice<UInt8>) -> Bool {
        guard content.starts(with: mask) else { return false }
        let rest = content.dropFirst(mask.count)
        return rest.isEmpty || rest.first == UInt8(ascii: "@") && rest.dropFirst().allSatisfy(isOfDomain)
    }

    /// Appends what becomes of a scalar; false where it stays, and nothing is appended.
    func append(_ token: ArraySlice<UInt8>, _ treatment: Treatment, to values: inout [UInt8]) -> Bool {
        guard let first = token.first, treatment.action != .pass, !Self.stays(token, treatment.action) else {
            return false
        }
        let isText = first == UInt8(ascii: "\"")
        switch treatment.action {
        case .mask where isText: appendMask(token, treatment.kind, to: &values)
        case .hash where isText: appendToken(token, treatment.kind, to: &values)
        case .hash where first != UInt8(ascii: "t") && first != UInt8(ascii: "f"):
            appendToken(of: Array(token), to: &values)
        case .pass, .drop, .mask, .hash: values.append(contentsOf: "null".utf8)
        }
        return true
    }

    private func appendMask(_ token: ArraySlice<UInt8>, _ kind: PersonalKind, to values: inout [UInt8]) {
        guard kind == .email, let domain = Self.domain(of: token) else {
            return values.append(contentsOf: Self.maskToken)
        }
        JSONText.appendQuoted(Self.mask + [UInt8(ascii: "@")] + domain, to: &values)
    }

    /// What stands behind the only `@` of a text, where it can be the name of a domain and nothing else.
    private static func domain(of token: ArraySlice<UInt8>) -> [UInt8]? {
        var text: [UInt8] = []
        JSONText.decodeString(token, into: &text)
        while text.last == UInt8(ascii: " ") { text.removeLast() }
        let parts = text.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[1].isEmpty, parts[1].allSatisfy(isOfDomain) else { return nil }
        return Array(parts[1])
    }

    private static func isOfDomain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), 0x80...:
            true
        default: false
        }
    }

    private func appendToken(_ token: ArraySlice<UInt8>, _ kind: PersonalKind, to values: inout [UInt8]) {
        var text: [UInt8] = []
        JSONText.decodeString(token, into: &text)
        switch kind {
        case .email: text = Array(ContactText.email(String(decoding: text, as: UTF8.self)).utf8)
        case .phone: text = Array(ContactText.phone(String(decoding: text, as: UTF8.self)).utf8)
        case .name, .address, .dateOfBirth, .ip, .id, .text, .other: break
        }
        appendToken(of: text, to: &values)
    }

    private func appendToken(of value: [UInt8], to values: inout [UInt8]) {
        guard let key else { preconditionFailure("where something is hashed there is a key") }
        values.append(UInt8(ascii: "\""))
        key.appendToken(of: value, to: &values)
        values.append(UInt8(ascii: "\""))
    }
}
