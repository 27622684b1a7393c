import Core
import Extraction
import JSON
import Synchronization

/// A transport that keeps what was asked and answered, without anything that proves who asks.
final class RecordingTransport: HTTPTransport {
    private struct Contents {
        var exchanges: [Fixture.Exchange] = []
        var learned: [JSONValue.Member] = []
        var redaction: Redaction
        var secrets: [String]
    }

    private let transport: any HTTPTransport
    private let login: FixtureLogin?
    /// The headers that a reading goes by, in small letters.
    private let headers: Set<String>
    private let contents: Locked<Contents>

    init(
        _ transport: any HTTPTransport,
        _ definition: ExtractorDefinition,
        login: FixtureLogin?,
        secrets: [String]
    ) {
        self.transport = transport
        self.login = login
        var headers: Set = ["content-type", "date", "age", "link", "location", "retry-after"]
        if let name = definition.errorRules.retryHeader { headers.insert(name.lowercased()) }
        self.headers = headers
        contents = Locked(Contents(redaction: Redaction(secrets: secrets), secrets: secrets))
    }

    /// What was asked and answered so far, but for logins.
    var exchanges: [Fixture.Exchange] {
        contents.withLock { contents in contents.exchanges.map { $0.cleaned(by: contents.redaction) } }
    }

    /// What the login told.
    var learned: [JSONValue.Member] { contents.withLock { $0.learned } }

    func perform(_ request: HTTPRequest) async throws -> HTTPResponse {
        let response = try await transport.perform(request)
        if let login, login.asks(request) {
            let learned = login.learned(from: response)
            let token = login.token(in: response)
            contents.withLock { contents in
                if !learned.isEmpty { contents.learned = learned }
                if let token {
                    contents.secrets.append(token)
                    contents.redaction = Redaction(secrets: contents.secrets)
                }
            }
            return response
        }
        let exchange = Fixture.Exchange(request, response, headers: headers)
        contents.withLock { $0.exchanges.append(exchange) }
        return response
    }
}

extension Fixture.Exchange {
    init(_ request: HTTPRequest, _ response: HTTPResponse, headers: Set<String>) {
        method = request.method
        address = request.address
        sent = request.body.map { Self.json($0) ?? .string(String(decoding: $0, as: UTF8.self)) }
        status = response.status
        var kept: [JSONValue.Member] = []
        // An object has each name once; of a header that stands twice the values are one list (RFC 9110 §5.3).
        for (name, value) in response.headers where headers.contains(name.lowercased()) {
            if let index = kept.firstIndex(where: { $0.name.lowercased() == name.lowercased() }) {
                kept[index].value = .string("\(kept[index].value.text ?? ""), \(value)")
            } else {
                kept.append(.init(name: name, value: .string(value)))
            }
        }
        self.headers = kept
        body =
            Self.json(response.body).map { .json($0) }
            ?? .text(String(decoding: response.body, as: UTF8.self))
    }

    private static func json(_ bytes: [UInt8]) -> JSONValue? {
        try? JSONValue.parse(bytes, maximumDepth: 512)
    }

    /// Without any secret (I6).
    func cleaned(by redaction: Redaction) -> Fixture.Exchange {
        var exchange = self
        exchange.address = redaction(address)
        exchange.sent = sent.map { Self.clean($0, redaction) }
        exchange.headers = headers.map { .init(name: $0.name, value: Self.clean($0.value, redaction)) }
        switch body {
        case .json(let value): exchange.body = .json(Self.clean(value, redaction))
        case .text(let text): exchange.body = .text(redaction(text))
        }
        return exchange
    }

    private static func clean(_ value: JSONValue, _ redaction: Redaction) -> JSONValue {
        switch value {
        case .null, .bool: return value
        case .string(let text): return .string(redaction(text))
        case .number(let lexeme):
            let cleaned = redaction(lexeme)
            return cleaned == lexeme ? value : .string(cleaned)
        case .array(let elements): return .array(elements.map { clean($0, redaction) })
        case .object(let members):
            return .object(members.map { .init(name: redaction($0.name), value: clean($0.value, redaction)) })
        }
    }

    /// What the transport gives for it.
    var response: HTTPResponse {
        let bytes =
            switch body {
            case .json(let value): value.bytes()
            case .text(let text): Array(text.utf8)
            }
        return HTTPResponse(
            status: status,
            headers: headers.map { (name: $0.name, value: $0.value.text ?? $0.value.compactText) },
            body: bytes
        )
    }
}
