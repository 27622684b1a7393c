import Core
import Extraction
import JSON

/// The login of a replay: whoever asks gets a token, and what the recorded login told.
///
/// Of the login itself nothing is recorded, neither its request nor its answer (I6).
struct FixtureLogin: HTTPTransport {
    private let answer: HTTPResponse

    /// A login that tells this, by the names that the definition gives it.
    init(_ login: LoginDefinition, telling learned: [JSONValue.Member]) {
        var body = JSONValue.object([]).setting(login.token[...], to: "replayed-token")
        for field in login.learned {
            guard let member = learned.first(where: { $0.name == field.name }) else { continue }
            body = body.setting(field.path[...], to: member.value)
        }
        answer = HTTPResponse(
            status: 200,
            headers: [(name: "Content-Type", value: "application/json")],
            body: body.bytes()
        )
    }

    func perform(_ request: HTTPRequest) async throws -> HTTPResponse { answer }
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
