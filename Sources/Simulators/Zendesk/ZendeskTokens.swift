import JSON
import Web

/// The access and refresh tokens of an account: each refresh ends the pair before at once.
struct ZendeskTokens: Sendable {
    /// What comes with an account: a client, a code, and a token from before tokens expired.
    static let clientID = "simulated"
    static let clientSecret = "secret_simulated"
    static let code = "code_simulated"
    static let firstRefreshToken = "refresh_simulated"
    static let staticToken = "zd_simulated"

    private struct Access {
        var expires: Int
        var scope: String
    }

    private struct Refresh {
        /// Nil once it began an account that nobody has read yet.
        var access: String?
        var expires: Int
        var scope: String
    }

    private var access: [String: Access] = [:]
    private var refresh: [String: Refresh] = [
        firstRefreshToken: Refresh(expires: .max, scope: "read")
    ]
    private var issued: UInt64 = 0
    private var isCodeUsed = false
    private let hash: SeededHash

    init(seed: UInt64) { hash = SeededHash(seed: seed ^ 0x70CE) }

    // MARK: Requests

    /// Checks who asks.
    ///
    /// - Returns: the scope, and when the token expires; nil if it never does, and for API tokens.
    /// - Throws: if they may not.
    func check(_ request: WebRequest, now: Int) throws(ZendeskError) -> (scope: String, expires: Int?) {
        switch request.credential {
        case .none: throw .notAuthenticated
        case .basic(let user, let token):
            guard user.hasSuffix("/token"), !token.isEmpty, !token.contains("invalid") else {
                throw .notAuthenticated
            }
            return (token, nil)
        case .bearer(let token):
            if token.hasPrefix(Self.staticToken) {
                guard !token.contains("no_read") else { throw .missingScope }
                return (token, nil)
            }
            guard let found = access[token], found.expires > now else { throw .invalidToken }
            guard found.scope.split(separator: " ").contains("read") else { throw .missingScope }
            return (found.scope, found.expires)
        }
    }

    /// Ends the token of a request before its time, as an administrator does.
    mutating func revoke(_ request: WebRequest) {
        if case .bearer(let token) = request.credential { access[token] = nil }
    }

    // MARK: Grants

    /// The answer to `POST /oauth/tokens`.
    ///
    /// - Throws: if nothing is granted.
    mutating func grant(_ request: WebRequest, now: Int) throws(ZendeskError) -> [UInt8] {
        let form = Self.form(request)
        guard form("client_id") == Self.clientID, form("client_secret") == Self.clientSecret else {
            throw .oauth("invalid_client", "Client authentication failed due to unknown client.")
        }
        let lifetime = try Self.seconds(form, "expires_in", usual: 1800, in: 300...172_800)
        let refreshLifetime = try Self.seconds(
            form,
            "refresh_token_expires_in",
            usual: 2_592_000,
            in: 604_800...7_776_000
        )
        var scope = form("scope") ?? "read"
        var hasRefresh = true
        switch form("grant_type") {
        case "authorization_code":
            guard form("code") == Self.code, !isCodeUsed else {
                throw .oauth("invalid_grant", "The provided authorization grant is invalid.", status: 400)
            }
            isCodeUsed = true
        case "refresh_token":
            guard let old = form("refresh_token"), let held = refresh[old], held.expires > now else {
                throw .oauth(
                    "invalid_grant",
                    "The provided access grant is invalid, expired, or revoked.",
                    status: 400
                )
            }
            scope = held.scope
            // Rotation: from now on neither of the two is any good.
            refresh[old] = nil
            if let token = held.access { access[token] = nil }
        case "client_credentials": hasRefresh = false
        default:
            throw .oauth("unsupported_grant_type", "The grant type is not supported.", status: 400)
        }
        issued += 1
        let token = name("access", issued)
        access[token] = Access(expires: now + lifetime, scope: scope)
        var writer = ObjectWriter()
        writer.object { writer in
            writer.text("access_token", token)
            if hasRefresh {
                let next = name("refresh", issued)
                refresh[next] = Refresh(access: token, expires: now + refreshLifetime, scope: scope)
                writer.text("refresh_token", next)
            }
            writer.text("token_type", "bearer")
            writer.text("scope", scope)
            writer.number("expires_in", lifetime)
            if hasRefresh { writer.number("refresh_token_expires_in", refreshLifetime) }
        }
        return writer.bytes
    }

    private func name(_ kind: String, _ number: UInt64) -> String {
        "\(kind)_\(String(hash(number, kind == "access" ? 1 : 2), radix: 36))"
    }

    private static func seconds(
        _ form: (String) -> String?,
        _ name: String,
        usual: Int,
        in bounds: ClosedRange<Int>
    ) throws(ZendeskError) -> Int {
        guard let text = form(name) else { return usual }
        guard let seconds = Int(text), bounds.contains(seconds) else {
            throw .oauth(
                "invalid_request",
                "\(name) must be from \(bounds.lowerBound) to \(bounds.upperBound)",
                status: 400
            )
        }
        return seconds
    }

    /// The parameters of a body, be it JSON or a form.
    private static func form(_ request: WebRequest) -> (String) -> String? {
        if let document = try? JSONValue.parse(request.body), document.members != nil {
            return { name in document[name].flatMap { $0.text ?? $0.int.map(String.init) } }
        }
        let query = WebQuery(parsing: request.body)
        return { query.last($0) }
    }

    /// What the API says about the token of a request.
    static func writeCurrent(expires: Int?, to writer: inout ObjectWriter) {
        writer.object { writer in
            writer.object("token") { writer in
                writer.text("url", "\(ZendeskWriter.origin)/api/v2/oauth/tokens/1.json")
                writer.number("id", 1)
                writer.number("user_id", ZendeskCollection.users.firstID)
                writer.number("client_id", 41)
                writer.text("token", "zd_simul")
                writer.time("created_at", ZendeskWorld.begin)
                writer.time("expires_at", expires)
                writer.time("used_at", ZendeskWorld.begin)
                writer.words("scopes", ["read"])
            }
        }
    }
}
