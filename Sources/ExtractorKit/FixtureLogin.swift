import Core
import Expressions
import Extraction
import JSON

/// The login of a definition whose streams are recorded: it is neither kept nor compared, only what it told is.
struct FixtureLogin: Sendable {
    private let login: LoginDefinition
    /// An address, or a path on the API's own host.
    private let place: String

    /// Nil for a definition without one; `settings` are the account's with its defaults.
    init?(_ definition: ExtractorDefinition, settings: [String: JSONValue]) {
        guard case .login(let login)? = try? definition.authentication(settings: settings) else { return nil }
        var config = definition.settings.map {
            JSONValue.Member(name: $0.name, value: settings[$0.name] ?? $0.defaultValue ?? .null)
        }
        config.sort { $0.name < $1.name }
        guard let place = try? login.address.text(["config": .object(config)]) else { return nil }
        self.login = login
        self.place = place
    }

    /// Whether a request asks for a token.
    func asks(_ request: HTTPRequest) -> Bool {
        let address = request.address.prefix { $0 != "?" }
        return place.contains("://") ? address == place.prefix { $0 != "?" } : address.hasSuffix(place)
    }

    /// What an answer to it tells, by its names in `base_url`.
    func learned(from response: HTTPResponse) -> [JSONValue.Member] {
        guard let body = try? JSONValue.parse(response.body) else { return [] }
        return login.learned.compactMap { learned in
            Self.value(learned.path, in: body).map { .init(name: learned.name, value: $0) }
        }
    }

    /// The token of an answer.
    func token(in response: HTTPResponse) -> String? {
        (try? JSONValue.parse(response.body)).flatMap { Self.value(login.token, in: $0)?.text }
    }

    /// An answer to it that tells this.
    func answer(telling learned: [JSONValue.Member]) -> HTTPResponse {
        var body = Self.object(login.token, "replayed-token", in: .object([]))
        for place in login.learned {
            guard let member = learned.first(where: { $0.name == place.name }) else { continue }
            body = Self.object(place.path, member.value, in: body)
        }
        return HTTPResponse(
            status: 200,
            headers: [(name: "Content-Type", value: "application/json")],
            body: body.bytes()
        )
    }

    private static func value(_ path: [String], in body: JSONValue) -> JSONValue? {
        path.reduce(Optional(body)) { $0?[$1] }
    }

    private static func object(_ path: [String], _ value: JSONValue, in whole: JSONValue) -> JSONValue {
        guard let name = path.first else { return value }
        var members = whole.members ?? []
        let inner = object(Array(path.dropFirst()), value, in: whole[name] ?? .object([]))
        members.removeAll { $0.name == name }
        return .object(members + [.init(name: name, value: inner)])
    }
}

extension ExtractorDefinition {
    /// The definition with one way to prove who asks, which needs no credential: no key signs, no token is replaced.
    ///
    /// Of several ways one whose login tells addresses, as the recorded requests went there.
    var replayed: ExtractorDefinition {
        let ways = authentication.ways.map(\.authentication)
        let telling = ways.first { way in
            if case .login(let login) = way { !login.learned.isEmpty } else { false }
        }
        guard var way = telling ?? ways.first else { return self }
        if case .login(var login) = way {
            login.grant = .session
            login.parameters = []
            login.headers = []
            login.basic = nil
            way = .login(login)
        }
        var definition = self
        definition.authentication = AuthenticationChoice(way)
        return definition
    }
}
