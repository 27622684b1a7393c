import Core
import HTTP
import Synchronization
import Testing

@Suite struct CurlTransportTests {
    @Test func sendsWhatIsAskedFor() async throws {
        let requests = CurlSeen()
        let server = CurlServer { request, connection in
            requests.append(request)
            connection.answer(
                Array("{}".utf8),
                headers: "X-A: 1\r\nSet-Cookie: a=1\r\nset-cookie: b=2\r\nX-E:\r\n"
            )
        }
        let transport = try CurlTransport(settings: .init(userAgent: "sluice/test"))
        let response = try await transport.perform(
            HTTPRequest(
                address: "\(server.address)/a/../b?q=%20",
                headers: [("Authorization", "Bearer x"), ("X-N", "")]
            )
        )
        #expect(response.status == 200)
        #expect(response.body == Array("{}".utf8))
        #expect(
            response.headers.filter { $0.name.lowercased() == "set-cookie" }.map(\.value) == ["a=1", "b=2"]
        )
        #expect(response[header: "x-a"] == "1")
        #expect(response[header: "X-E"] == "")
        let request = try #require(requests.all.first)
        #expect(request.line == "GET /a/../b?q=%20 HTTP/1.1")
        #expect(request["authorization"] == "Bearer x")
        #expect(request["accept-encoding"] == "gzip")
        #expect(request["user-agent"] == "sluice/test")
        #expect(request["x-n"] == "")
        #expect(request["content-type"] == nil)
        await transport.close()
    }

    @Test(
        arguments: [
            ("POST", Array("a=1".utf8)),
            ("POST", []),
            ("POST", nil),
            ("PUT", [0, 1, 0]),
            ("PATCH", Array("{}".utf8)),
            ("GET", Array("query".utf8)),
            ("DELETE", nil),
        ] as [(String, [UInt8]?)]
    )
    func sendsBodies(_ method: String, _ body: [UInt8]?) async throws {
        let requests = CurlSeen()
        let server = CurlServer { request, connection in
            requests.append(request)
            connection.answer([])
        }
        let transport = try CurlTransport()
        let headers = [("Content-Type", "text/x")]
        _ = try await transport.perform(
            HTTPRequest(method: method, address: server.address, headers: headers, body: body)
        )
        let request = try #require(requests.all.first)
        #expect(request.line == "\(method) / HTTP/1.1")
        #expect(request.body == body ?? [])
        #expect(request["content-type"] == "text/x")
        #expect(request["expect"] == nil)
        await transport.close()
    }

    @Test func sendsLargeBodies() async throws {
        let server = CurlServer { request, connection in connection.answer(request.body) }
        let transport = try CurlTransport()
        let body = (0..<500_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        let response = try await transport.perform(
            HTTPRequest(method: "POST", address: server.address, body: body)
        )
        #expect(response.body == body)
        await transport.close()
    }

    @Test func answersToHEADHaveNoBody() async throws {
        let server = CurlServer { _, connection in
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Encoding: gzip\r\n\r\n")
        }
        let transport = try CurlTransport()
        let response = try await transport.perform(HTTPRequest(method: "HEAD", address: server.address))
        #expect(response.status == 200 && response.body.isEmpty)
        await transport.close()
    }

    @Test func redirectsAreAnswers() async throws {
        let server = CurlServer { _, connection in
            connection.answer([], status: "302 Found", headers: "Location: http://127.0.0.1:1/\r\n")
        }
        let transport = try CurlTransport()
        let response = try await transport.perform(HTTPRequest(address: server.address))
        #expect(response.status == 302)
        #expect(response[header: "location"] == "http://127.0.0.1:1/")
        await transport.close()
    }

    @Test func headersOfInterimAnswersAreLeftOut() async throws {
        let server = CurlServer { _, connection in
            connection.send("HTTP/1.1 103 Early Hints\r\nX-Early: 1\r\n\r\n")
            connection.answer([1], headers: "X-Late: 1\r\n")
        }
        let transport = try CurlTransport()
        let response = try await transport.perform(HTTPRequest(address: server.address))
        #expect(response.headers.map(\.name) == ["Content-Length", "X-Late"])
        await transport.close()
    }

    @Test func connectionsAreUsedAgain() async throws {
        let server = CurlServer { _, connection in connection.answer([1, 2, 3]) }
        let transport = try CurlTransport()
        for _ in 0..<20 {
            #expect(try await transport.perform(HTTPRequest(address: server.address)).body == [1, 2, 3])
        }
        #expect(server.connections == 1)
        await transport.close()
    }

    @Test func fiftyRequestsRunAtOnce() async throws {
        let count = 50
        let gate = CurlGate()
        let requests = CurlSeen()
        // Nobody gets an answer before all have asked.
        let server = CurlServer { request, connection in
            if requests.append(request) == count { gate.open(count) }
            gate.wait()
            connection.answer(Array(request.line.utf8))
        }
        let transport = try CurlTransport(settings: .init(maximumConnectionsPerHost: count))
        let address = server.address
        let lines = try await withThrowingTaskGroup(of: String.self) { group in
            for index in 0..<count {
                group.addTask {
                    let response = try await transport.perform(HTTPRequest(address: "\(address)/\(index)"))
                    return String(decoding: response.body, as: UTF8.self)
                }
            }
            return try await group.reduce(into: Set()) { $0.insert($1) }
        }
        #expect(lines == Set((0..<count).map { "GET /\($0) HTTP/1.1" }))
        await transport.close()
    }

    @Test func connectionsToAHostAreBounded() async throws {
        let server = CurlServer { request, connection in connection.answer(Array(request.line.utf8)) }
        let transport = try CurlTransport(settings: .init(maximumConnectionsPerHost: 3))
        let address = server.address
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<50 {
                group.addTask {
                    let response = try await transport.perform(HTTPRequest(address: "\(address)/\(index)"))
                    #expect(response.body == Array("GET /\(index) HTTP/1.1".utf8))
                }
            }
            try await group.waitForAll()
        }
        #expect((1...3).contains(server.connections))
        await transport.close()
    }
}

/// Requests as server threads saw them.
final class CurlSeen: Sendable {
    private let requests = Locked<[CurlServerRequest]>([])

    var all: [CurlServerRequest] { requests.withLock { $0 } }

    /// Adds one and gives their number.
    @discardableResult
    func append(_ request: CurlServerRequest) -> Int {
        requests.withLock {
            $0.append(request)
            return $0.count
        }
    }
}
