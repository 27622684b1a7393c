import Core
import HTTP
import ProcessSupport
import Testing

@Suite(
    "HTTP/2, of a server of others",
    .enabled(if: Nginx.isAvailable && TestCertificates.canBeMade, "apt install nginx-light openssl")
)
struct CurlHTTP2Tests {
    /// Runs `body` with a function that asks for a path.
    private func withServer(
        answering location: String,
        maximumBody: Int = 1 << 20,
        _ body: (@escaping @Sendable (String) async throws -> HTTPResponse) async throws -> Void
    ) async throws {
        let certificates = try TestCertificates()
        let server = try await Nginx(certificates, location: location)
        defer { server.stop() }
        let transport = try CurlTransport(settings: .init(caFile: certificates.file("right.pem")))
        let address = "https://127.0.0.1:\(server.port)"
        let result: Result<Void, any Error>
        do {
            try await body { path in
                try await transport.perform(
                    HTTPRequest(
                        address: address + path,
                        maximumBody: maximumBody,
                        totalTimeout: .seconds(30)
                    )
                )
            }
            result = .success(())
        } catch {
            result = .failure(error)
        }
        await transport.close()
        try result.get()
    }

    /// What the server says of its request: protocol, connection, number on the connection.
    private static let facts = #"return 200 "$server_protocol $connection $connection_requests";"#

    private static func words(_ response: HTTPResponse) -> [Substring] {
        String(decoding: response.body, as: UTF8.self).split(separator: " ")
    }

    @Test("requests one after the other and at the same time share one connection")
    func oneConnection() async throws {
        try await withServer(answering: Self.facts) { perform in
            // At once from the start: the second waits to hear whether the first's connection carries both.
            let answers = try await withThrowingTaskGroup(of: HTTPResponse.self) { group in
                for number in 0..<16 { group.addTask { try await perform("/\(number)") } }
                var answers: [HTTPResponse] = []
                for try await answer in group { answers.append(answer) }
                return answers
            }
            let words = try await (answers + [perform("/last")]).map(Self.words)
            #expect(words.allSatisfy { $0.first == "HTTP/2.0" })
            #expect(Set(words.map { $0[1] }).count == 1)
            #expect(Set(words.map { $0[2] }) == Set((1...17).map { "\($0)" }))
        }
    }

    @Test("headers, status, gzip: as of HTTP/1.1")
    func answer() async throws {
        let text = String(repeating: "abc", count: 1000)
        try await withServer(
            answering: "add_header Retry-After 7 always; add_header X-Word 'a: b'; return 429 '\(text)';"
        ) { perform in
            let response = try await perform("/")
            #expect(response.status == 429)
            #expect(response[header: "Retry-After"] == "7")

            #expect(response.body == Array(text.utf8))
        }
    }

    @Test("a body above the cap ends its own request, and the connection serves the next")
    func cap() async throws {
        let text = String(repeating: "x", count: 4000)
        let location = "if ($uri = /large) { return 200 '\(text)'; } \(Self.facts)"
        try await withServer(answering: location, maximumBody: 1000) { perform in
            let first = try await Self.words(perform("/"))
            let error = await #expect(throws: HTTPError.self) { try await perform("/large") }
            #expect(error?.code == .tooLarge)
            let next = try await Self.words(perform("/"))
            #expect(next[1] == first[1])
        }
    }
}
