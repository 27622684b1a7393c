import Core
import JSON
import Synchronization

@testable import Extraction

/// An API with a token endpoint, and time that passes only by waiting.
final class LoginBench: HTTPTransport {
    typealias Answer = ScriptedTransport.Step

    private struct Contents {
        var logins: [HTTPRequest] = []
        var pages: [HTTPRequest] = []
        var elapsed: Duration = .zero
    }

    private let contents = Mutex(Contents())
    /// The answer to the login of a number from 1.
    private let login: @Sendable (Int, HTTPRequest) async throws -> Answer
    /// The answer to any other request; nil for an empty list.
    private let page: @Sendable (HTTPRequest) async throws -> Answer?

    init(
        login: @escaping @Sendable (Int, HTTPRequest) async throws -> Answer,
        page: @escaping @Sendable (HTTPRequest) async throws -> Answer? = { _ in nil }
    ) {
        self.login = login
        self.page = page
    }

    var logins: [HTTPRequest] { contents.withLock { $0.logins } }
    var pages: [HTTPRequest] { contents.withLock { $0.pages } }
    var elapsed: Duration { contents.withLock { $0.elapsed } }

    func pass(_ duration: Duration) { contents.withLock { $0.elapsed += duration } }

    /// The calendar goes with the time that passes.
    var wall: WallClock { { [self] in Bench.start.advanced(by: elapsed) } }

    var clock: WaitingClock {
        WaitingClock(elapsed: { [self] in elapsed }, sleep: { [self] in pass($0) })
    }

    func perform(_ request: HTTPRequest) async throws -> HTTPResponse {
        let isLogin = request.address.contains("/token") || request.address.contains("/login")
        let number = contents.withLock { contents in
            if isLogin { contents.logins.append(request) } else { contents.pages.append(request) }
            return contents.logins.count
        }
        let answer: Answer =
            isLogin
            ? try await login(number, request) : try await page(request) ?? .page(.list([], more: false))
        switch answer {
        case .answer(let response), .stream(let response, _): return response
        case .failure(let error): throw error
        }
    }

    /// A definition with this `auth`.
    static func definition(_ auth: String, base: String = "https://api.example.com", top: String = "")
        -> String
    {
        """
        extractor: test
        settings:
          client_id: {default: client-7}
          client_secret: {secret: true}
          refresh_token: {secret: true}
          private_key: {secret: true}
          api_key: {secret: true}
        base_url: "\(base)"
        auth: \(auth)
        \(top)
        streams:
          items: {get: /v1/items, records: data, key: id, paging: single_page}
        """
    }

    static let settings: [String: JSONValue] = [
        "client_secret": "client-secret-1234", "refresh_token": "refresh-seed-0001",
        "api_key": "api-key-abcdefgh",
    ]

    func requester(
        _ yaml: String,
        settings: [String: JSONValue] = LoginBench.settings,
        stateKeys: [Secret] = [],
        reread: Rereading? = nil
    ) throws -> Requester {
        try Requester(
            extractor: ExtractorDefinition.decode(Array(yaml.utf8), file: "extractor.yaml"),
            settings: settings,
            transport: self,
            clock: clock,
            wall: wall,
            stateKeys: stateKeys,
            reread: reread,
            jitter: { 0.5 }
        )
    }

    /// Reads the one page of the stream.
    static func read(_ requester: Requester, _ yaml: String) async throws {
        let definition = try ExtractorDefinition.decode(Array(yaml.utf8), file: "extractor.yaml")
        let reader = try ListReader(stream: definition.streams[0], requester: requester)
        while try await reader.next() != nil {}
    }

    /// The error that reading ends with.
    static func failure(_ requester: Requester, _ yaml: String) async -> (any SluiceError)? {
        do {
            try await read(requester, yaml)
            return nil
        } catch {
            return error as? any SluiceError
        }
    }
}

extension HTTPRequest {
    var text: String { String(decoding: body ?? [], as: UTF8.self) }
    func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }
}

extension ScriptedTransport.Step {
    /// A token's answer.
    static func token(_ token: String, expires: String? = nil, refresh: String? = nil, more: String = "")
        -> Self
    {
        let expires = expires.map { ",\"expires_in\":\($0)" } ?? ""
        let refresh = refresh.map { ",\"refresh_token\":\"\($0)\"" } ?? ""
        return .page("{\"access_token\":\"\(token)\",\"token_type\":\"bearer\"\(expires)\(refresh)\(more)}")
    }
}
