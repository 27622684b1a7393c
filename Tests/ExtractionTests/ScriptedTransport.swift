import Core
import ProcessSupport
import Synchronization

/// Answers in the order of a script and remembers what it was asked.
final class ScriptedTransport: HTTPTransport {
    enum Step: Sendable {
        case answer(HTTPResponse)
        /// An answer whose body comes in pieces, and may be cut.
        case stream(HTTPResponse, cut: Int?)
        case failure(HTTPError)
    }

    private let state: Mutex<(steps: [Step], requests: [HTTPRequest])>

    init(_ steps: [Step]) { state = Mutex((steps, [])) }

    var requests: [HTTPRequest] { state.withLock { $0.requests } }
    var addresses: [String] { requests.map(\.address) }

    func perform(_ request: HTTPRequest) async throws -> HTTPResponse {
        let open = try await open(request)
        return try await open.whole(limit: request.maximumBody, of: request)
    }

    func open(_ request: HTTPRequest) async throws -> HTTPOpenResponse {
        let step: Step? = state.withLock { state in
            state.requests.append(request)
            return state.steps.isEmpty ? nil : state.steps.removeFirst()
        }
        switch step {
        case .answer(let response): return Self.opened(response, WholeBody(response.body))
        case .stream(let response, let cut): return Self.opened(response, PiecesBody(response.body, cut: cut))
        case .failure(let error): throw error
        case nil: throw HTTPError(.badAddress, "the script has ended: \(request.loggedAddress)")
        }
    }

    private static func opened(_ response: HTTPResponse, _ body: any HTTPBody) -> HTTPOpenResponse {
        HTTPOpenResponse(status: response.status, headers: response.headers, body: body)
    }
}

extension ScriptedTransport.Step {
    /// A page of JSON.
    static func page(_ body: String, _ headers: [(String, String)] = []) -> Self {
        status(200, body, headers)
    }

    static func status(_ status: Int, _ body: String = "{}", _ headers: [(String, String)] = []) -> Self {
        let type = [(name: "Content-Type", value: "application/json")]
        return .answer(
            HTTPResponse(
                status: status,
                headers: type + headers.map { (name: $0.0, value: $0.1) },
                body: Array(body.utf8)
            )
        )
    }
}
