import Core
import Synchronization

/// Answers in the order of a script and remembers what it was asked.
final class ScriptedTransport: HTTPTransport {
    enum Step: Sendable {
        case answer(HTTPResponse)
        case failure(HTTPError)
    }

    private let state: Mutex<(steps: [Step], requests: [HTTPRequest])>

    init(_ steps: [Step]) { state = Mutex((steps, [])) }

    var requests: [HTTPRequest] { state.withLock { $0.requests } }
    var addresses: [String] { requests.map(\.address) }

    func perform(_ request: HTTPRequest) async throws -> HTTPResponse {
        let step: Step? = state.withLock { state in
            state.requests.append(request)
            return state.steps.isEmpty ? nil : state.steps.removeFirst()
        }
        switch step {
        case .answer(let response): return response
        case .failure(let error): throw error
        case nil: throw HTTPError(.badAddress, "the script has ended: \(request.loggedAddress)")
        }
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
