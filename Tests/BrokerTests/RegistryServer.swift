import JSON
import ProcessSupport
import Web

/// The tests' schema registry on a port of this machine.
final class RegistryServer: Sendable {
    let registry: TestRegistry
    private let server: WebServer

    var address: String { "http://127.0.0.1:\(server.port)" }

    init(_ registry: TestRegistry = TestRegistry()) throws {
        self.registry = registry
        server = try WebServer { request in
            let answer = registry.answer(
                request.method,
                request.target,
                request.body,
                authorization: request.headers["authorization"]
            )
            guard let answer else { return .response(WebResponse(status: 503, body: .reset([], after: nil))) }
            return .response(.json(answer.body.bytes(), status: answer.status))
        }
    }

    deinit { server.stop() }
}
