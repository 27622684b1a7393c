import Core
import Cryptography
import Expressions
import JSON

/// The request that a login sends, and the reading of what comes back.
struct LoginRequest {
    /// What a login gives.
    struct Answer: Sendable {
        var token: String
        var lifetime: Duration?
        /// The one to be used the next time, where the API gives one.
        var refreshToken: String?
        var learned: [String: String]
    }

    /// A token's answer is small, and quick.
    private static let maximumBody = 1 << 20
    private static let patience = Duration.seconds(60)
    /// A longer life means nothing to a run, and nothing must overflow.
    private static let longestLife = 10 * 366 * 86_400

    let request: HTTPRequest
    let address: HTTPAddress
    /// Texts of it that no error may show.
    let secrets: [String]

    /// Fills a login's templates; `refreshToken` takes the place of the configured one.
    init(
        _ login: LoginDefinition,
        filler: SettingsFiller,
        base: HTTPAddress,
        refreshToken: String?,
        now: Instant
    ) throws(ExtractionError) {
        let place = "auth"
        address = try Self.address(login, filler, base)
        var secrets: [String] = []
        var parameters: [JSONValue.Member] = []
        switch login.grant {
        case .refreshToken:
            parameters.append(.init(name: "grant_type", value: "refresh_token"))
            parameters.append(.init(name: "refresh_token", value: .string(refreshToken ?? "")))
        case .clientCredentials:
            parameters.append(.init(name: "grant_type", value: "client_credentials"))
        case .assertion(let definition):
            let assertion = try Self.assertion(definition, filler, now)
            secrets.append(assertion)
            parameters.append(
                .init(name: "grant_type", value: "urn:ietf:params:oauth:grant-type:jwt-bearer")
            )
            parameters.append(.init(name: "assertion", value: .string(assertion)))
        case .session: break
        }
        for parameter in login.parameters {
            let value = try filler.value(parameter, place)
            if value == .null, parameter.name == "client_id", login.grant.needsClient {
                throw filler.failure("\(place).client_id is not set: \(parameter.value.source) is null")
            }
            if value != .null { parameters.append(.init(name: parameter.name, value: value)) }
        }
        var headers = [(name: "Accept", value: "application/json")]
        for header in login.headers {
            headers.append(
                (header.name, try filler.headerValue(header.value, "\(place).headers.\(header.name)"))
            )
        }
        if let basic = login.basic {
            let pair =
                try filler.text(basic.user, "\(place).client_id") + ":"
                + filler.text(basic.password, "\(place).client_secret")
            let value = Base64.encode(Array(pair.utf8))
            secrets.append(value)
            headers.append(("Authorization", "Basic \(value)"))
        }
        let body: [UInt8]
        switch login.form {
        case .json:
            headers.append(("Content-Type", "application/json"))
            body = JSONValue.object(parameters).bytes()
        case .form:
            headers.append(("Content-Type", "application/x-www-form-urlencoded"))
            var pairs: [String] = []
            for parameter in parameters {
                let name = HTTPAddress.encodeQueryComponent(parameter.name)
                let text = parameter.value.text ?? String(decoding: parameter.value.bytes(), as: UTF8.self)
                pairs.append("\(name)=\(HTTPAddress.encodeQueryComponent(text))")
            }
            body = Array(pairs.joined(separator: "&").utf8)
        }
        request = HTTPRequest(
            method: "POST",
            address: address.text,
            headers: headers,
            body: body,
            maximumBody: Self.maximumBody,
            totalTimeout: Self.patience
        )
        self.secrets = secrets
    }

    private static func address(_ login: LoginDefinition, _ filler: SettingsFiller, _ base: HTTPAddress)
        throws(ExtractionError) -> HTTPAddress
    {
        let text = try filler.text(login.address, "auth: the login's address")
        do {
            let address = try text.hasPrefix("/") ? base.resolving(text) : HTTPAddress(parsing: text)
            try address.checkIsSecure()
            return address
        } catch {
            throw filler.failure("auth: the login's address cannot be used: \(error.message)")
        }
    }

    /// A signed statement of who asks (RFC 7523, RS256).
    private static func assertion(
        _ definition: AssertionDefinition,
        _ filler: SettingsFiller,
        _ now: Instant
    ) throws(ExtractionError) -> String {
        let pem = try filler.text(definition.key, "auth.oauth.jwt.key")
        let passphrase = try definition.passphrase.map { template throws(ExtractionError) in
            try filler.text(template, "auth.oauth.jwt.passphrase")
        }
        let key: SigningKey
        do throws(SigningKey.Problem) {
            key = try SigningKey(pem: pem, passphrase: passphrase ?? "")
        } catch .unreadable {
            throw filler.failure(
                "auth.oauth.jwt.key is no private key in PEM form (-----BEGIN …), or its passphrase does not open it:"
                    + " give the key's file as file:PATH"
            )
        } catch {
            throw filler.failure(
                "auth.oauth.jwt.key is no RSA key, which RS256 needs: make one with openssl genrsa"
            )
        }
        var header: [JSONValue.Member] = [
            .init(name: "alg", value: "RS256"), .init(name: "typ", value: "JWT"),
        ]
        if let template = definition.keyID {
            header.append(
                .init(name: "kid", value: .string(try filler.text(template, "auth.oauth.jwt.key_id")))
            )
        }
        var claims: [JSONValue.Member] = []
        for claim in definition.claims {
            let value = try filler.value(claim, "auth.oauth.jwt")
            if value != .null { claims.append(.init(name: claim.name, value: value)) }
        }
        claims.append(.init(name: "iat", value: .number(now.seconds)))
        claims.append(
            .init(name: "exp", value: .number(now.seconds + definition.lifetime.components.seconds))
        )
        let signed =
            Base64.encodeURL(JSONValue.object(header).bytes()) + "."
            + Base64.encodeURL(JSONValue.object(claims).bytes())
        return "\(signed).\(Base64.encodeURL(key.sign(Array(signed.utf8))))"
    }

    /// What an answer of the API holds; throws what is wrong with it, in words.
    static func read(_ response: HTTPResponse, _ login: LoginDefinition) throws(LoginProblem) -> Answer {
        guard let body = try? JSONValue.parse(response.body) else {
            throw LoginProblem("the answer is no JSON; is the address that of the login?")
        }
        guard let token = body.text(at: login.token), !token.isEmpty else {
            throw LoginProblem("the answer has no \(FieldPath.text(login.token))")
        }
        guard token.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw LoginProblem("\(FieldPath.text(login.token)) holds what no header may hold")
        }
        var learned: [String: String] = [:]
        for field in login.learned {
            guard let text = body.text(at: field.path), !text.isEmpty else {
                throw LoginProblem("the answer has no \(FieldPath.text(field.path))")
            }
            learned[field.name] = text
        }
        // A number, or a text with one; a fraction of a second is nothing.
        let seconds = body.text(at: login.expiresIn).flatMap { Int($0.prefix { $0 != "." }) }
        return Answer(
            token: token,
            lifetime: seconds.map { .seconds(max(0, min($0, longestLife))) } ?? login.lifetime,
            refreshToken: body["refresh_token"]?.text.flatMap { $0.isEmpty ? nil : $0 },
            learned: learned
        )
    }

    /// What an answer without a token says, by the names that such answers have.
    static func words(of response: HTTPResponse) -> String {
        let paths = ["error_description", "error.message", "message", "error.detail", "0.message", "title"]
        let said = ErrorBody(
            response,
            messagePaths: paths.compactMap { FieldPath.parse($0) },
            codePaths: ["error", "error.code", "code", "0.errorCode", "status"].compactMap {
                FieldPath.parse($0)
            }
        )
        let words = [said.code, said.text].compactMap(\.self).filter { !$0.isEmpty }
        return words.isEmpty ? "" : ": \(words.joined(separator: ", "))"
    }
}

extension SettingsFiller {
    /// What is sent under a parameter's name.
    fileprivate func value(_ parameter: LoginDefinition.Parameter, _ place: String) throws(ExtractionError)
        -> JSONValue
    {
        if let literal = parameter.literal { return literal }
        return try value(parameter.value, "\(place).\(parameter.name)")
    }
}

/// What is wrong with a login's answer.
struct LoginProblem: Error {
    var text: String
    init(_ text: String) { self.text = text }
}
