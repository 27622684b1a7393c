import Core
import JSON
import ProcessSupport

@testable import Daemon

/// A server over the fake, while the body runs.
func withAdmin<Result: Sendable>(
    _ configuration: AdminServer.Configuration = .init(),
    page: (@Sendable () -> PageFiles)? = nil,
    isMoving: Bool = false,
    _ body: @Sendable (FakeDaemon, AdminServer) async throws -> Result
) async throws -> Result {
    let fake = FakeDaemon(try Scene.make(isMoving: isMoving))
    let server =
        try page.map {
            try AdminServer(control: fake, configuration: configuration, time: .system, page: $0)
        }
        ?? AdminServer(control: fake, configuration: configuration)
    return try await withThrowingTaskGroup { group in
        group.addTask { await server.run() }
        defer { server.stop() }
        return try await body(fake, server)
    }
}

extension LoopbackClient {
    func get(_ target: String, headers: [String] = []) async -> Answer {
        await request("GET", target, headers: headers)
    }

    func post(_ target: String, _ body: String = "{}", headers: [String] = []) async -> Answer {
        await request("POST", target, headers: ["Content-Type: application/json"] + headers, body: body)
    }
}

extension LoopbackClient.Answer {
    /// The body as JSON; null where it is none.
    var json: JSONValue { (try? JSONValue.parse(body)) ?? .null }
    var code: String? { json["code"]?.text }
}
