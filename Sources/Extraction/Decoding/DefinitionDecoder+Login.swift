import Expressions
import JSON
import YAML

/// Tokens that are asked for: `auth: {oauth: …}` and `auth: {session: …}`.
extension DefinitionDecoder {
    /// How a token is got by OAuth, as definitions name it.
    private enum Grant: String, CaseIterable {
        case refreshToken = "refresh_token"
        case clientCredentials = "client_credentials"
        case jwtBearer = "jwt_bearer"
    }

    /// Where client id and secret stand.
    private enum ClientPlace: String, CaseIterable {
        case body, basic
    }

    mutating func oauth(_ node: YAMLNode) -> LoginDefinition? {
        let fields = fields(node, Vocabulary.oauth)
        let choice: Grant? = required("grant", of: fields, in: node).flatMap { self.choice($0, "grant") }
        let address = required("token_url", of: fields, in: node).flatMap { self.address($0) }
        let grant = choice.flatMap { self.grant($0, fields, in: node) }
        var parameters: [LoginDefinition.Parameter] = []
        var basic: LoginDefinition.BasicCredential?
        client(fields, in: node, isNeeded: choice != .jwtBearer, &parameters, &basic)
        if let scope = fields["scope"].flatMap({ template($0) }) {
            parameters.append(LoginDefinition.Parameter(name: "scope", value: scope))
        }
        let extra = fields["extra"].map { self.parameters($0) } ?? []
        let taken = Set(parameters.map(\.name) + ["grant_type", "refresh_token", "assertion"])
        for parameter in extra where taken.contains(parameter.name) {
            report(fields["extra"] ?? node, "\(parameter.name) has a key of its own: take it out of extra")
        }
        let form: LoginDefinition.Form? = fields["body"].map { self.choice($0, "form of a body") } ?? .form
        guard let grant, let address, let form else { return nil }
        return login(grant, address, parameters + extra, basic, form, fields, in: node)
    }

    private mutating func grant(_ grant: Grant, _ fields: [String: YAMLNode], in node: YAMLNode)
        -> LoginDefinition.Grant?
    {
        let own: [(name: String, grant: Grant)] = [
            ("refresh_token", .refreshToken), ("rotates", .refreshToken), ("jwt", .jwtBearer),
        ]
        for (name, owner) in own where owner != grant {
            guard let field = fields[name] else { continue }
            report(field, "\(name) belongs to grant: \(owner.rawValue); take it away, or take that grant")
        }
        switch grant {
        case .refreshToken:
            let token = required("refresh_token", of: fields, in: node).flatMap { credential($0) }
            let rotates = fields["rotates"].flatMap { template($0) }
            if let node = fields["rotates"], let rotates, rotates.isLiteral,
                !["true", "false"].contains(rotates.source)
            {
                report(node, "rotates is true, false or a setting")
            }
            return token.map { .refreshToken($0, rotates: rotates) }
        case .clientCredentials: return .clientCredentials
        case .jwtBearer:
            return required("jwt", of: fields, in: node).flatMap { assertion($0) }.map { .assertion($0) }
        }
    }

    /// The client's own credential, in the body or as Basic.
    private mutating func client(
        _ fields: [String: YAMLNode],
        in node: YAMLNode,
        isNeeded: Bool,
        _ parameters: inout [LoginDefinition.Parameter],
        _ basic: inout LoginDefinition.BasicCredential?
    ) {
        let place: ClientPlace? =
            fields["client_auth"].map { choice($0, "place of the client's credential") } ?? .body
        let isBasic = place == .basic
        let id = isNeeded || isBasic ? required("client_id", of: fields, in: node) : fields["client_id"]
        let secret = isBasic ? required("client_secret", of: fields, in: node) : fields["client_secret"]
        let idTemplate = id.flatMap { template($0) }
        let secretTemplate = secret.flatMap { credential($0) }
        if isBasic {
            guard let idTemplate, let secretTemplate else { return }
            basic = LoginDefinition.BasicCredential(user: idTemplate, password: secretTemplate)
            return
        }
        if let idTemplate {
            parameters.append(LoginDefinition.Parameter(name: "client_id", value: idTemplate))
        }
        if let secretTemplate {
            parameters.append(LoginDefinition.Parameter(name: "client_secret", value: secretTemplate))
        }
    }

    private mutating func assertion(_ node: YAMLNode) -> AssertionDefinition? {
        let fields = fields(node, Vocabulary.assertion)
        let key = required("key", of: fields, in: node).flatMap { credential($0) }
        var claims: [LoginDefinition.Parameter] = []
        for (name, claim) in [("issuer", "iss"), ("subject", "sub"), ("audience", "aud")] {
            // Each is required by RFC 7523.
            guard let template = required(name, of: fields, in: node).flatMap({ template($0) }) else {
                continue
            }
            claims.append(LoginDefinition.Parameter(name: claim, value: template))
        }
        for claim in fields["claims"].map({ parameters($0) }) ?? [] {
            if ["iss", "sub", "aud", "iat", "exp"].contains(claim.name) {
                report(
                    fields["claims"] ?? node,
                    "the claim \(claim.name) has a key of its own: take it out of claims"
                )
            }
            claims.append(claim)
        }
        let lifetime = fields["lifetime"].map { duration($0) } ?? .seconds(180)
        if let node = fields["lifetime"], let lifetime, !(.seconds(30) ... .seconds(3600) ~= lifetime) {
            report(node, "an assertion lives from 30s to 1h")
        }
        guard let key, let lifetime else { return nil }
        return AssertionDefinition(
            key: key,
            passphrase: fields["passphrase"].flatMap { credential($0) },
            keyID: fields["key_id"].flatMap { template($0) },
            claims: claims,
            lifetime: lifetime
        )
    }

    /// A login of an API's own: what is posted, and where its answer has the token.
    mutating func session(_ node: YAMLNode) -> LoginDefinition? {
        let fields = fields(node, Vocabulary.session)
        let address = required("post", of: fields, in: node).flatMap { self.address($0) }
        let parameters = required("body", of: fields, in: node).map { self.parameters($0) } ?? []
        if let body = fields["body"], !parameters.contains(where: { !$0.value.references.isEmpty }) {
            report(body, "a login shows a credential: take it from a setting, {{ config.name }}")
        }
        _ = required("token", of: fields, in: node)
        let form: LoginDefinition.Form? = fields["format"].map { choice($0, "form of a body") } ?? .json
        guard let address, let form else { return nil }
        return login(.session, address, parameters, nil, form, fields, in: node)
    }

    private mutating func login(
        _ grant: LoginDefinition.Grant,
        _ address: Template,
        _ parameters: [LoginDefinition.Parameter],
        _ basic: LoginDefinition.BasicCredential?,
        _ form: LoginDefinition.Form,
        _ fields: [String: YAMLNode],
        in node: YAMLNode
    ) -> LoginDefinition? {
        let lifetime = fields["expires_in"].flatMap { duration($0) }
        if let node = fields["expires_in"], lifetime == .zero {
            report(node, "a token that expires at once is none: write how long it lives")
        }
        let header = fields["header"].map { tokenHeader($0) } ?? Self.bearer
        guard let header else { return nil }
        return LoginDefinition(
            grant: grant,
            address: address,
            parameters: parameters,
            headers: headers(fields["headers"]).map { .init(name: $0.name, value: $0.value) },
            basic: basic,
            form: form,
            token: fields["token"].flatMap { path($0) } ?? ["access_token"],
            header: header,
            expiresIn: fields["expires_field"].flatMap { path($0) } ?? ["expires_in"],
            lifetime: lifetime,
            early: fields["early"].flatMap { duration($0) } ?? .seconds(60),
            learned: fields["learns"].map { learned($0) } ?? []
        )
    }

    private static var bearer: LoginDefinition.Parameter? {
        (try? Template(parsing: "Bearer {{ token }}")).map { .init(name: "Authorization", value: $0) }
    }

    /// The header that carries a token: `{name: X-Session, value: "{{ token }}"}`.
    private mutating func tokenHeader(_ node: YAMLNode) -> LoginDefinition.Parameter? {
        let fields = fields(node, Vocabulary.credential)
        let name = required("name", of: fields, in: node).flatMap { text($0) }
        let value = required("value", of: fields, in: node).flatMap {
            template($0, variables: ["token": .anything])
        }
        if let node = fields["value"], let value, !value.variables.contains("token") {
            report(node, "the header's value has the token: write {{ token }} into it")
        }
        guard let name, let value else { return nil }
        return LoginDefinition.Parameter(name: name, value: value)
    }

    private mutating func learned(_ node: YAMLNode) -> [LoginDefinition.Learned] {
        members(node).compactMap { member in
            path(member.value).map { LoginDefinition.Learned(name: member.key, path: $0) }
        }
    }

    /// What is sent under the author's own names, each a template or a plain value.
    private mutating func parameters(_ node: YAMLNode) -> [LoginDefinition.Parameter] {
        members(node).compactMap { member in
            template(member.value).map {
                .init(name: member.key, value: $0, literal: Self.literal(member.value))
            }
        }
    }

    /// A path on the API's host, or a whole address.
    private mutating func address(_ node: YAMLNode) -> Template? {
        guard let template = template(node) else { return nil }
        let text = template.source
        if !text.hasPrefix("/"), !text.hasPrefix("https://"), !text.hasPrefix("http://"),
            !text.hasPrefix("{{")
        {
            report(node, "a login's address is a path on the API's host, or whole: /oauth/token or https://…")
        }
        return template
    }

    /// `base_url`, which may begin with what a login tells.
    ///
    /// Where the login has a problem of its own, what it would tell is none.
    mutating func baseURL(
        _ node: YAMLNode,
        _ authentication: AuthenticationChoice,
        isDeclared: Bool,
        hosts: YAMLNode?
    ) -> Template? {
        if isDeclared, authentication == AuthenticationChoice(.none) {
            return template(node, variables: ["login": .anything])
        }
        guard authentication.ways.count == 1, case .login(let login) = authentication.ways[0].authentication,
            !login.learned.isEmpty
        else { return template(node) }
        let names = login.learned.map { [$0.name] }
        guard let template = template(node, variables: ["login": .fields(names)]) else { return nil }
        guard template.variables.contains("login") else { return template }
        let isFirst = template.source.drop { $0 == "{" || $0 == " " }.hasPrefix("login.")
        if !isFirst || !template.source.hasPrefix("{{") {
            report(
                node,
                "what a login tells of the API's address stands first: \"{{ login.\(login.learned[0].name) }}/v1\""
            )
        }
        if hosts == nil {
            report(node, "a login may only lead to hosts that are named: add hosts: [\"*.example.com\"]")
        }
        if login.address.source.hasPrefix("/") {
            report(node, "the login itself needs a whole address where it tells the API's: https://…")
        }
        return template
    }

    /// A number or a truth value as it was written.
    private static func literal(_ node: YAMLNode) -> JSONValue? {
        switch node.scalar {
        case .number(let lexeme): .number(lexeme)
        case .bool(let value): .bool(value)
        default: nil
        }
    }
}
