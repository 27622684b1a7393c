import Core
import Expressions
import JSON
import YAML

/// The parts of every request that an account's settings decide: addresses, headers, credentials and the
/// hosts that these may be sent to.
///
/// Holds secrets, and so never describes itself (I6).
struct AccountAccess: Sendable {
    /// What a request carries as proof, ready to send.
    private enum Credential {
        case none
        case header(name: String, value: String)
        case query(name: String, value: String)
    }

    let extractor: String
    let base: HTTPAddress
    private let hosts: HostList
    let secrets: SecretFilter
    /// The names of the secret settings, for errors that ask to look at them.
    let secretNames: [String]
    private let headers: [(name: String, value: String)]
    private let credential: Credential
    private let scope: [String: JSONValue]

    /// Fills the definition's templates; what cannot be filled is said before the first request.
    init(_ definition: ExtractorDefinition, settings: [String: JSONValue]) throws(ExtractionError) {
        let values = try Self.values(of: definition, settings: settings)
        let secretSettings = definition.settings.filter(\.isSecret)
        let secretTexts = secretSettings.compactMap { Self.text(values[$0.name] ?? .null) }
        scope = ["config": .object(values.map { JSONValue.Member(name: $0.key, value: $0.value) })]
        let filler = Filler(extractor: definition.name, scope: scope, secrets: SecretFilter(secretTexts))
        extractor = definition.name
        secretNames = secretSettings.map(\.name)

        let baseText = try filler.text(definition.baseURL, "base_url")
        do {
            base = try HTTPAddress(parsing: baseText)
        } catch {
            throw filler.failure("base_url is no address: \(error.message)")
        }
        guard base.query == nil else { throw filler.failure("base_url has a query: put it into the streams") }
        var patterns = ["\(base.host.contains(":") ? "[\(base.host)]" : base.host):\(base.port)"]
        for host in definition.hosts { patterns.append(try filler.text(host, "hosts")) }
        hosts = HostList(patterns: patterns)

        var headers: [(name: String, value: String)] = []
        for header in definition.headers {
            headers.append((header.name, try filler.headerValue(header.value, "header \(header.name)")))
        }
        if !headers.contains(where: { $0.name.lowercased() == "accept" }) {
            headers.append(("Accept", "application/json"))
        }
        self.headers = headers
        var sensitive = secretTexts
        switch definition.authentication {
        case .none: credential = .none
        case .bearer(let token):
            let value = try filler.headerValue(token, "auth.bearer")
            sensitive.append(value)
            credential = .header(name: "Authorization", value: "Bearer \(value)")
        case .header(let name, let template):
            let value = try filler.headerValue(template, "auth.header")
            sensitive.append(value)
            credential = .header(name: name, value: value)
        case .query(let name, let template):
            let value = try filler.text(template, "auth.query")
            sensitive.append(value)
            credential = .query(name: name, value: value)
        case .basic(let user, let password):
            let pair =
                try filler.text(user, "auth.basic.user") + ":" + filler.text(password, "auth.basic.password")
            let value = Base64.encode(Array(pair.utf8))
            sensitive.append(value)
            credential = .header(name: "Authorization", value: "Basic \(value)")
        }
        secrets = SecretFilter(sensitive)
    }

    /// Every declared setting with its value, its default or null.
    private static func values(
        of definition: ExtractorDefinition,
        settings: [String: JSONValue]
    ) throws(ExtractionError) -> [String: JSONValue] {
        let known = definition.settings.map(\.name)
        for name in settings.keys.sorted() where !known.contains(name) {
            let hint = DefinitionDecoder.hint(for: name, among: known)
            throw ExtractionError(
                .badSetting,
                "extractor \(definition.name) has no setting \(name); \(hint)"
            )
        }
        var values: [String: JSONValue] = [:]
        for declaration in definition.settings {
            let value = settings[declaration.name] ?? declaration.defaultValue ?? .null
            if declaration.isRequired, value == .null || value.text == "" {
                let meaning = declaration.summary.isEmpty ? "" : " (\(declaration.summary))"
                throw ExtractionError(
                    .badSetting,
                    "extractor \(definition.name) needs the setting \(declaration.name)\(meaning): set it for the account"
                )
            }
            values[declaration.name] = value
        }
        return values
    }

    private static func text(_ value: JSONValue) -> String? {
        switch value {
        case .string(let text): text
        case .number(let lexeme): lexeme
        default: nil
        }
    }

    /// The address of one object of a stream.
    func address(ofObject object: [UInt8], in stream: StreamDefinition) throws(ExtractionError)
        -> HTTPAddress
    {
        guard let follow = stream.follow, let path = follow.path else {
            preconditionFailure("only a stream that follows a feed looks at objects")
        }
        let variables = ["object": try Self.scope(of: [["id"]], values: object, stream: stream)]
        return try address(path, follow.query, place: "stream \(stream.name): follow", variables)
    }

    /// The address of a feed's first page.
    func address(of feed: FeedDefinition) throws(ExtractionError) -> HTTPAddress {
        try address(feed.path, feed.query, place: "feed \(feed.name)", [:])
    }

    /// A key's parts under the names of its paths.
    static func scope(
        of key: [[String]],
        values text: [UInt8],
        stream: StreamDefinition
    ) throws(ExtractionError) -> JSONValue {
        let parsed = key.count > 1 ? (try? JSONValue.parse(text))?.elements ?? [] : []
        let values = key.count == 1 ? [JSONValue.string(String(decoding: text, as: UTF8.self))] : parsed
        let texts = values.compactMap { Self.text($0) }
        // A path of dots would lead to another object.
        guard texts.count == key.count, texts.allSatisfy({ !["", ".", ".."].contains($0) }) else {
            throw ExtractionError(
                .badPage,
                "stream \(stream.name): \"\(String(decoding: text.prefix(80), as: UTF8.self))\" names no"
                    + " object that could be asked for",
                stream: stream.name
            )
        }
        return zip(key, texts).reduce(.object([])) { scope, part in
            scope.setting(part.0[...], to: .string(part.1))
        }
    }

    func address(
        _ path: Template,
        _ query: [(name: String, value: Template)],
        place: String,
        _ variables: [String: JSONValue]
    ) throws(ExtractionError) -> HTTPAddress {
        let filler = Filler(extractor: extractor, scope: scope, secrets: secrets)
        // In a path a key is one segment, whatever is in it; in the query it is encoded with its parameter.
        let pathFiller = filler.with(variables.mapValues { $0.percentEncoded })
        let queryFiller = filler.with(variables)
        let text = try pathFiller.text(path, "\(place): get")
        var address: HTTPAddress
        do {
            let prefix = base.path.hasSuffix("/") ? String(base.path.dropLast()) : base.path
            // Within the base's own host, whatever a setting puts into the path.
            address = try HTTPAddress(parsing: "\(base.scheme)://\(base.authority)\(prefix)\(text)")
        } catch {
            throw filler.failure("\(place): get is no path: \(error.message)")
        }
        for parameter in query {
            let place = "\(place): query.\(parameter.name)"
            guard let value = try queryFiller.optionalText(parameter.value, place) else { continue }
            address = address.setting(query: parameter.name, to: value)
        }
        return address
    }

    /// The account's variables and others.
    func scope(with variables: [String: JSONValue]) -> [String: JSONValue] {
        scope.merging(variables) { $1 }
    }

    /// How errors show a key.
    func shown(_ key: [UInt8]) -> String {
        secrets.excerpt(String(decoding: key, as: UTF8.self), characters: 80)
    }

    /// The rate limits, by name.
    func limits(_ definition: ExtractorDefinition) throws(ExtractionError) -> [String: RateLimit] {
        let filler = Filler(extractor: extractor, scope: scope, secrets: secrets)
        var limits: [String: RateLimit] = [:]
        for limit in definition.limits {
            let text = try filler.text(limit.rate, "limits.\(limit.name)")
            guard let rate = RateLimit(text) else {
                throw filler.failure("limits.\(limit.name) is \(text): write 20/s, 700/min or 1000/h")
            }
            limits[limit.name] = rate
        }
        return limits
    }

    /// Throws unless requests may go to the address; the error shows the address without its query (I6).
    func check(_ address: HTTPAddress) throws(HTTPError) {
        do {
            try hosts.check(address)
        } catch {
            throw HTTPError(error.code, "\(secrets.clean(address.logged)): \(error.message)")
        }
    }

    /// A request with credentials.
    ///
    /// Only for an address that `check` lets through: checked by the caller at the same place.
    func request(_ address: HTTPAddress) -> HTTPRequest {
        switch credential {
        case .none: HTTPRequest(address: address.text, headers: headers)
        case .header(let name, let value):
            HTTPRequest(address: address.text, headers: headers + [(name, value)])
        case .query(let name, let value):
            HTTPRequest(address: address.setting(query: name, to: value).text, headers: headers)
        }
    }

    /// An address that an API gave, without the credential that it may repeat: such an address becomes part of
    /// a bookmark.
    func withoutCredential(_ address: HTTPAddress) throws(HTTPError) -> HTTPAddress {
        guard case .query(let name, _) = credential, let query = address.query else { return address }
        let kept = query.split(separator: "&", omittingEmptySubsequences: true).filter {
            let written = $0.prefix { $0 != "=" }
            return written != name && written != HTTPAddress.encodeQueryComponent(name)
        }
        let text = kept.isEmpty ? address.logged : "\(address.logged)?\(kept.joined(separator: "&"))"
        return try HTTPAddress(parsing: text)
    }
}

/// Fills templates and says which one could not be filled.
private struct Filler {
    let extractor: String
    var scope: [String: JSONValue]
    let secrets: SecretFilter

    /// The same with more variables.
    func with(_ variables: [String: JSONValue]) -> Filler {
        var filler = self
        filler.scope.merge(variables) { $1 }
        return filler
    }

    func failure(_ text: String) -> ExtractionError {
        ExtractionError(.badSetting, "extractor \(extractor): \(secrets.clean(text))")
    }

    func text(_ template: Template, _ place: String) throws(ExtractionError) -> String {
        do {
            return try template.text(scope)
        } catch {
            throw failure("\(place) cannot be filled from the settings: \(error.message)")
        }
    }

    /// The text, or nil where the template is null.
    func optionalText(_ template: Template, _ place: String) throws(ExtractionError) -> String? {
        do {
            return try template.evaluate(scope) == .null ? nil : template.text(scope)
        } catch {
            throw failure("\(place) cannot be filled from the settings: \(error.message)")
        }
    }

    /// The text, which may not break out of its header's line.
    func headerValue(_ template: Template, _ place: String) throws(ExtractionError) -> String {
        let text = try text(template, place)
        guard text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
            throw failure(
                "\(place) holds a line break or another control character: take it out of the setting"
            )
        }
        return text
    }
}

extension JSONValue {
    /// The same with every text percent-encoded.
    fileprivate var percentEncoded: JSONValue {
        switch self {
        case .string(let text): .string(HTTPAddress.encodeQueryComponent(text))
        case .object(let members):
            .object(members.map { Member(name: $0.name, value: $0.value.percentEncoded) })
        default: self
        }
    }
}
