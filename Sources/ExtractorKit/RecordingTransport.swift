import Core
import Extraction
import JSON
import Synchronization

/// A transport that keeps what was asked and answered.
final class RecordingTransport: HTTPTransport {
    private let transport: any HTTPTransport
    /// The headers that a reading goes by, in small letters.
    private let headers: Set<String>
    private let kept = Locked<[Fixture.Exchange]>([])

    init(_ transport: any HTTPTransport, _ definition: ExtractorDefinition) {
        self.transport = transport
        var headers: Set = ["content-type", "date", "age", "link", "location", "retry-after"]
        if let name = definition.errorRules.retryHeader { headers.insert(name.lowercased()) }
        self.headers = headers
    }

    /// What was asked and answered so far, without what a redaction takes out (I6).
    func exchanges(without redaction: Redaction) -> [Fixture.Exchange] {
        kept.withLock { $0 }.map { $0.cleaned(by: redaction) }
    }

    func perform(_ request: HTTPRequest) async throws -> HTTPResponse {
        let response = try await transport.perform(request)
        let exchange = Fixture.Exchange(request, response, headers: headers)
        kept.withLock { $0.append(exchange) }
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
        exchange.sent = sent?.cleaned(by: redaction)
        exchange.headers = headers.map { $0.cleaned(by: redaction) }
        switch body {
        case .json(let value): exchange.body = .json(value.cleaned(by: redaction))
        case .text(let text): exchange.body = .text(redaction(text))
        }
        return exchange
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

extension JSONValue {
    /// Without any secret, wherever one stands (I6).
    fileprivate func cleaned(by redaction: Redaction) -> JSONValue {
        switch self {
        case .null, .bool: return self
        case .string(let text): return .string(redaction(text))
        case .number(let lexeme):
            let cleaned = redaction(lexeme)
            return cleaned == lexeme ? self : .string(cleaned)
        case .array(let elements): return .array(elements.map { $0.cleaned(by: redaction) })
        case .object(let members):
            return .object(
                members.map { .init(name: redaction($0.name), value: $0.value.cleaned(by: redaction)) }
            )
        }
    }
}

extension JSONValue.Member {
    /// The same name, and its value without any secret (I6).
    func cleaned(by redaction: Redaction) -> JSONValue.Member {
        JSONValue.Member(name: name, value: value.cleaned(by: redaction))
    }
}
