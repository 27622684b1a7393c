import Core
import Web

/// With what a request comes in: the key of a private application, or an OAuth token of half an hour.
///
/// Any `pat-…` key is good, unless it says otherwise itself: with `invalid` in it it is refused, and with
/// `no_contacts` it may not read contacts. A refresh token `na1-…` hands the like on to its access tokens.
struct HubSpotToken {
    /// How long an access token is good for, in seconds.
    static let lifetime = 1800

    let text: String
    /// Whether it came from the token endpoint: such a request has other limits.
    let isOAuth: Bool

    /// The token of the request.
    ///
    /// - Throws: if there is none, or it is refused or has expired.
    init(of request: WebRequest, seed: UInt64, now: Int) throws(HubSpotError) {
        guard case .bearer(let text) = request.credential else { throw .noCredentials }
        self.text = text
        if text.hasPrefix("pat-"), !text.contains("invalid") {
            isOAuth = false
            return
        }
        isOAuth = true
        let parts = text.split(separator: "-", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].first == "C", let issued = Int(parts[0].dropFirst(), radix: 36),
            parts[1] == Self.seal(issued, parts[2], seed)
        else { throw .noCredentials }
        guard now < issued + Self.lifetime * 1000 else { throw .expired }
    }

    /// A new access token; what stands in the refresh token goes with it.
    static func issue(_ refresh: String, seed: UInt64, now: Int) -> String {
        let rights = refresh.split(separator: "-").filter { $0.hasPrefix("no_") }.joined(separator: "-")
        return "C\(String(now, radix: 36))-\(seal(now, Substring(rights), seed))-\(rights)"
    }

    private static func seal(_ issued: Int, _ rights: Substring, _ seed: UInt64) -> String {
        let mixed = rights.utf8.reduce(SeededHash.mix(seed ^ UInt64(bitPattern: Int64(issued)))) {
            SeededHash.mix($0 ^ UInt64($1))
        }
        return String(mixed, radix: 36)
    }

    /// Checks that it may read what bears a name: a type of objects, `owners` or `schemas`.
    ///
    /// - Throws: if it may not.
    func check(_ name: String, scope: String) throws(HubSpotError) {
        if text.contains("no_\(name)") { throw .missingScope(scope) }
    }
}

/// The token endpoint.
struct HubSpotTokenAnswer {
    let seed: UInt64
    let now: Int

    /// The answer to a form.
    ///
    /// - Throws: if it asks for nothing that is given.
    func bytes(_ form: WebQuery, version: String) throws(HubSpotError) -> [UInt8] {
        guard let client = form["client_id"], !client.isEmpty else {
            throw refusal("BAD_CLIENT_ID", "missing or invalid client id")
        }
        guard let secret = form["client_secret"], !secret.isEmpty, !secret.contains("invalid") else {
            throw refusal("BAD_CLIENT_SECRET", "missing or invalid client secret")
        }
        var refresh: String? = "na1-\(String(SeededHash.mix(seed), radix: 36))"
        switch form["grant_type"] {
        case "refresh_token":
            guard let token = form["refresh_token"], Self.isRefreshToken(token) else {
                throw refusal("BAD_REFRESH_TOKEN", "missing or invalid refresh token")
            }
            refresh = token
        case "authorization_code":
            guard let code = form["code"], !code.isEmpty, !code.contains("invalid") else {
                throw refusal("BAD_AUTH_CODE", "missing or unknown auth code")
            }
            guard form["redirect_uri"] != nil else {
                throw refusal("BAD_REDIRECT_URI", "missing or invalid redirect uri")
            }
        case "client_credentials" where version != "v1": refresh = nil
        default: throw refusal("BAD_GRANT_TYPE", "missing or unknown grant type")
        }
        var writer = ObjectWriter(capacity: 512)
        writer.object { writer in
            writer.text("token_type", "bearer")
            if let refresh { writer.text("refresh_token", refresh) }
            writer.text("access_token", HubSpotToken.issue(refresh ?? client, seed: seed, now: now))
            writer.number("expires_in", HubSpotToken.lifetime)
            guard version != "v1" else { return }
            writer.number("hub_id", HubSpotWorld.portal)
            writer.number("user_id", 9_000_000)
            writer.texts("scopes", ["oauth"] + Set(HubSpotType.allCases.map(\.scope)).sorted())
            writer.text("token_use", refresh == nil ? "client_credentials" : "access_token")
        }
        return writer.bytes
    }

    private static func isRefreshToken(_ text: String) -> Bool {
        (text.hasPrefix("na1-") || text.hasPrefix("eu1-")) && !text.contains("invalid")
    }

    private func refusal(_ word: String, _ message: String) -> HubSpotError {
        var error = HubSpotError(status: 400, message: message)
        error.word = word
        return error
    }
}
