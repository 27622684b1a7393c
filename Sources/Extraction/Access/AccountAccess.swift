import Core
import Expressions
import JSON
import YAML

/// The parts of every request that an account's settings decide: addresses, headers, credentials and the
/// hosts that these may be sent to.
///
/// Holds secrets, and so never describes itself (I6).
struct AccountAccess: Sendable {
    let extractor: String
    /// The way to prove who asks that the settings choose.
    let authentication: Authentication
    /// Where the API is; of one that a login tells, a stand-in.
    let base: HTTPAddress
    private let hosts: HostList
    /// What grows as tokens come in.
    let secretBook: SecretBook
    var secrets: SecretFilter { secretBook.filter }
    /// The names of the secret settings, for errors that ask to look at them.
    let secretNames: [String]
    private let headers: [(name: String, value: String)]
    /// The parameter that has the credential, where one has.
    private let credentialParameter: String?
    private let scope: [String: JSONValue]

    /// Fills the definition's templates; what cannot be filled is said before the first request.
    init(_ definition: ExtractorDefinition, settings: [String: JSONValue]) throws(ExtractionError) {
        let values = try Self.values(of: definition, settings: settings)
        let secretSettings = definition.settings.filter(\.isSecret)
        secretBook = SecretBook(secretSettings.compactMap { Self.text(values[$0.name] ?? .null) })
        scope = Self.scope(values)
        let filler = SettingsFiller(
            extractor: definition.name,
            scope: scope.merging(LearnedBase.scope(definition)) { $1 },
            secrets: secretBook.filter
        )
        extractor = definition.name
        authentication = try definition.authentication.chosen(filler)
        secretNames = secretSettings.map(\.name)

        let baseText = try filler.text(definition.baseURL, "base_url")
        do {
            base = try HTTPAddress(parsing: baseText)
        } catch {
            throw filler.failure("base_url is no address: \(error.message)")
        }
        guard base.query == nil else { throw filler.failure("base_url has a query: put it into the streams") }
        // The host that a login tells is checked against what the definition names.
        let isLearned = definition.baseURL.variables.contains("login")
        var patterns =
            isLearned ? [] : ["\(base.host.contains(":") ? "[\(base.host)]" : base.host):\(base.port)"]
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
        credentialParameter = if case .query(let name, _) = authentication { name } else { nil }
    }

    /// The variables that templates see of an account's settings, checked against what the definition declares.
    static func scope(of definition: ExtractorDefinition, settings: [String: JSONValue])
        throws(ExtractionError) -> [String: JSONValue]
    {
        scope(try values(of: definition, settings: settings))
    }

    private static func scope(_ values: [String: JSONValue]) -> [String: JSONValue] {
        ["config": .object(values.sorted { $0.key < $1.key }.map { .init(name: $0.key, value: $0.value) })]
    }

    /// The secrets among the values of a scope.
    static func secrets(in scope: [String: JSONValue], of definition: ExtractorDefinition) -> [String] {
        definition.settings.filter(\.isSecret).compactMap { text(scope["config"]?[$0.name] ?? .null) }
    }

    /// Fills templates from the account's settings.
    var filler: SettingsFiller { SettingsFiller(extractor: extractor, scope: scope, secrets: secrets) }

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
        let filler = filler
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

    /// The rate limits and the quota.
    func limits(_ definition: ExtractorDefinition) throws(ExtractionError) -> AccountLimits {
        let filler = filler
        var limits: [(definition: LimitDefinition, rate: RateLimit, share: Int)] = []
        for limit in definition.limits {
            let place = "limits.\(limit.name)"
            let text = try filler.text(limit.rate, place)
            guard let rate = RateLimit(text) else {
                throw filler.failure("\(place) is \(text): write \(RateLimit.forms)")
            }
            var share = 100
            if let template = limit.share {
                let text = try filler.text(template, "\(place).share")
                guard let found = Percentage.parse(text) else {
                    throw filler.failure("\(place).share is \(text): write 1% to 100%")
                }
                share = found
            }
            limits.append((limit, rate, share))
        }
        return AccountLimits(
            limits: limits,
            quota: try definition.quota.map { quota throws(ExtractionError) in
                (try machine(of: quota, filler), quota)
            }
        )
    }

    private func machine(of quota: QuotaDefinition, _ filler: SettingsFiller) throws(ExtractionError)
        -> QuotaMachine
    {
        var daily: Int?
        if let template = quota.daily {
            let text = try filler.text(template, "quota.daily")
            guard let count = Int(text), count > 0 else {
                throw filler.failure("quota.daily is \(text): write a number of requests")
            }
            daily = count
        }
        var zone: DayOffset?
        if case .midnight(let template) = quota.reset {
            let text = try filler.text(template, "quota.resets.midnight")
            guard let found = DayOffset(text) else {
                throw filler.failure(
                    "quota.resets.midnight is \(text): write UTC, or the zone's distance from it as +02:00 or -05:00"
                )
            }
            zone = found
        }
        return QuotaMachine(daily: daily, reserve: quota.reserve, zone: zone)
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
    func request(_ address: HTTPAddress, _ proof: Proof) -> HTTPRequest {
        switch proof.form {
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
        guard let name = credentialParameter, let query = address.query else { return address }
        let kept = query.split(separator: "&", omittingEmptySubsequences: true).filter {
            let written = $0.prefix { $0 != "=" }
            return written != name && written != HTTPAddress.encodeQueryComponent(name)
        }
        let text = kept.isEmpty ? address.logged : "\(address.logged)?\(kept.joined(separator: "&"))"
        return try HTTPAddress(parsing: text)
    }
}

extension JSONValue {
    /// The same with every text percent-encoded.
    var percentEncoded: JSONValue {
        switch self {
        case .string(let text): .string(HTTPAddress.encodeQueryComponent(text))
        case .object(let members):
            .object(members.map { Member(name: $0.name, value: $0.value.percentEncoded) })
        default: self
        }
    }
}
