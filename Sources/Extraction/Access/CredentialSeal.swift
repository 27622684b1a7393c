import Core
import Cryptography
import JSON

/// Encrypts what is kept of an account's credential, under the first of its state keys; opens what any of them sealed.
struct CredentialSeal: Sendable {
    /// What is kept.
    struct Content: Hashable, Sendable {
        var refreshToken: String
        /// The token that came with it, still good until then.
        var accessToken: String?
        var expires: Instant?
        var learned: [String: String] = [:]
    }

    /// Shorter ones could be guessed from a copy of the state topic.
    static let leastBytes = 32
    static let advice = "make one with: openssl rand -base64 32"

    private let account: String
    /// By the short hash that records name them by; the first one seals.
    private let keys: [(id: String, key: [UInt8])]

    /// A seal for an account with one or two keys.
    init(account: String, keys: [Secret]) throws(ExtractionError) {
        guard keys.allSatisfy({ $0.revealed.utf8.count >= Self.leastBytes }) else {
            throw ExtractionError(
                .badSetting,
                "state_key is shorter than \(Self.leastBytes) characters, and could be guessed; \(Self.advice)"
            )
        }
        self.account = account
        self.keys = keys.map { secret in
            let text = Array(secret.revealed.utf8)
            let id = Digest.hex(
                Array(HMAC.sha256(key: text, of: Array("sluice state key id".utf8)).prefix(6))
            )
            return (id, HMAC.sha256(key: text, of: Array("sluice state key for credentials".utf8)))
        }
    }

    /// What tells one configured token from another, and nothing else of it.
    func seed(of token: String) -> String {
        Digest.hex(Digest.sha256(Array("sluice credential\n\(account)\n\(token)".utf8)))
    }

    /// Whether a record was sealed with the second key.
    func isOld(_ record: CredentialRecord) -> Bool { record.key != keys.first?.id }

    /// A record of some content.
    func record(
        _ content: Content,
        _ status: CredentialRecord.Status,
        seed: String,
        at now: Instant
    ) -> CredentialRecord {
        guard let key = keys.first else { preconditionFailure("nothing is sealed without a key") }
        var members: [JSONValue.Member] = [.init(name: "refresh_token", value: .string(content.refreshToken))]
        if let token = content.accessToken {
            members.append(.init(name: "access_token", value: .string(token)))
        }
        if let expires = content.expires {
            members.append(.init(name: "expires", value: .number(String(expires.milliseconds))))
        }
        let learned = content.learned.sorted { $0.key < $1.key }
        members.append(
            .init(
                name: "learned",
                value: .object(learned.map { .init(name: $0.key, value: .string($0.value)) })
            )
        )
        return CredentialRecord(
            status: status,
            seed: seed,
            key: key.id,
            sealed: AESGCM.seal(JSONValue.object(members).bytes(), key: key.key, context: context(seed)),
            updated: max(0, now.milliseconds)
        )
    }

    /// What a record holds.
    func open(_ record: CredentialRecord) throws(ExtractionError) -> Content {
        guard let key = keys.first(where: { $0.id == record.key })?.key else {
            throw ExtractionError(
                .refusedCredentials,
                "the token that is kept of \(account) was sealed with another state_key (\(record.key)); give that one as "
                    + "the second of two, or authorise again and configure the new refresh token"
            )
        }
        guard let bytes = AESGCM.open(record.sealed, key: key, context: context(record.seed)),
            let value = try? JSONValue.parse(bytes), let token = value["refresh_token"]?.text
        else {
            throw ExtractionError(
                .refusedCredentials,
                "the token that is kept of \(account) was changed since it was sealed; authorise again and configure the "
                    + "new refresh token"
            )
        }
        var learned: [String: String] = [:]
        for member in value["learned"]?.members ?? [] { learned[member.name] = member.value.text }
        return Content(
            refreshToken: token,
            accessToken: value["access_token"]?.text,
            expires: value["expires"]?.int.map { Instant(milliseconds: $0) },
            learned: learned
        )
    }

    /// A record of another account, or of another configured token, does not open.
    private func context(_ seed: String) -> [UInt8] { Array("\(account)\n\(seed)".utf8) }
}
