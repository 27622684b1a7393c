import Core
import JSON
import Synchronization

@testable import Extraction

/// An API that is a function of the request; it remembers what it was asked.
final class HandlerTransport: HTTPTransport {
    private let handler: @Sendable (Asked) -> HTTPResponse
    private let all = Mutex<[Asked]>([])

    /// A request, taken apart.
    struct Asked: Sendable {
        var method: String
        var path: String
        /// Of the query, or of a POST's body.
        var parameters: [String: JSONValue]

        subscript(name: String) -> String? { parameters[name].flatMap(\.lexeme) }
    }

    init(_ handler: @escaping @Sendable (Asked) -> HTTPResponse) { self.handler = handler }

    var asked: [Asked] { all.withLock { $0 } }

    func perform(_ request: HTTPRequest) async throws -> HTTPResponse {
        let address = try HTTPAddress(parsing: request.address)
        var parameters: [String: JSONValue] = [:]
        for pair in (address.query ?? "").split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            parameters[Self.decoded(parts[0])] = .string(Self.decoded(parts.count > 1 ? parts[1] : ""))
        }
        if let body = request.body {
            for member in try JSONValue.parse(body).members ?? [] { parameters[member.name] = member.value }
        }
        let asked = Asked(method: request.method, path: address.path, parameters: parameters)
        all.withLock { $0.append(asked) }
        return handler(asked)
    }

    private static func decoded(_ text: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), let code = UInt8(String(rest.prefix(2)) ?? "", radix: 16) {
                bytes.append(code)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension HTTPResponse {
    static func json(_ value: JSONValue, status: Int = 200) -> HTTPResponse {
        HTTPResponse(
            status: status,
            headers: [(name: "Content-Type", value: "application/json")],
            body: value.bytes()
        )
    }
}

/// A definition over such an API.
struct HandlerBench {
    let transport: HandlerTransport
    let definition: ExtractorDefinition
    let requester: Requester
    var stream: StreamDefinition { definition.streams[0] }

    init(_ yaml: String, _ handler: @escaping @Sendable (HandlerTransport.Asked) -> HTTPResponse) throws {
        transport = HandlerTransport(handler)
        definition = try ExtractorDefinition.decode(Array(yaml.utf8), file: "extractor.yaml")
        requester = try Requester(
            extractor: definition,
            settings: ["api_key": .string(Bench.secret)],
            transport: transport,
            clock: WaitingClock(elapsed: { .zero }, sleep: { _ in }),
            wall: { Bench.start },
            jitter: { 0.5 }
        )
    }

    /// A definition with these streams.
    static func definition(_ streams: String) -> String {
        """
        extractor: crm
        settings:
          api_key: {secret: true, required: true}
        base_url: https://api.example.com
        auth: {bearer: "{{ config.api_key }}"}
        errors: {message: message, code: code}
        streams:
        \(streams)
        """
    }
}

extension ExtractedPage {
    /// The keys of its records, as text.
    var keyTexts: [String] {
        page.records.indices.map { String(decoding: keyText(ofRecord: $0), as: UTF8.self) }
    }
}
