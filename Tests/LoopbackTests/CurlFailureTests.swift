import Core
import Dispatch
import HTTP
import Synchronization
import Testing

@Suite struct CurlFailureTests {
    private func failure(_ request: HTTPRequest, _ settings: CurlTransport.Settings = .init()) async throws
        -> HTTPError
    {
        let transport = try CurlTransport(settings: settings)
        let error = await #expect(throws: HTTPError.self) { try await transport.perform(request) }
        await transport.close()
        let found = try #require(error)
        #expect(!"\(found)".contains("secret"))
        return found
    }

    @Test func refusedConnections() async throws {
        let address = "http://127.0.0.1:\(CurlServer.closedPort())/path?key=secret"
        let error = try await failure(HTTPRequest(address: address, headers: [("Authorization", "secret")]))
        #expect(error.code == .cannotConnect)
        #expect(error.message.contains("/path"))
    }

    @Test func unknownHosts() async throws {
        let error = try await failure(HTTPRequest(address: "https://no-such-host.invalid/path?key=secret"))
        #expect(error.code == .cannotResolve)
        #expect(error.message.contains("https://no-such-host.invalid/path"))
    }

    @Test(arguments: [
        ("http://192.0.2.1/?key=secret", HTTPError.Code.insecure),
        ("http://example.com/", .insecure),
        ("http://localhost.example.com/", .insecure),
        ("https://user:secret@example.com/", .badAddress),
        ("ftp://127.0.0.1/", .badAddress),
        ("file:///etc/passwd", .badAddress),
        ("/relative?key=secret", .badAddress),
    ])
    func whatIsNeverSent(_ address: String, _ code: HTTPError.Code) async throws {
        #expect(try await failure(HTTPRequest(address: address)).code == code)
    }

    @Test(arguments: [
        ("X-A", "secret\r\nX-B: 1"), ("X A", "secret"), ("", "secret"), ("X:A", "secret"), ("X", "secret\0"),
    ])
    func headersThatWouldBreakOut(_ name: String, _ value: String) async throws {
        let request = HTTPRequest(address: "http://127.0.0.1:1/", headers: [(name, value)])
        #expect(try await failure(request).code == .badAddress)
    }

    @Test func methodsThatWouldBreakOut() async throws {
        let request = HTTPRequest(method: "GET / HTTP/1.1\r\nX:", address: "http://127.0.0.1:1/")
        #expect(try await failure(request).code == .badAddress)
    }

    @Test func slowAnswersEndAtTheTotalTimeout() async throws {
        let server = CurlServer { connection in
            _ = connection.read()
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345")
            connection.waitForEnd()
        }
        let request = HTTPRequest(address: "\(server.address)/?key=secret", totalTimeout: .milliseconds(200))
        let started = ContinuousClock.now
        let error = try await failure(request)
        #expect(error.code == .timedOut)
        #expect(error.message.contains("no whole answer"))
        // Far below the low-speed time, which would end it otherwise.
        #expect((.milliseconds(150)...(.seconds(50))).contains(started.duration(to: .now)))
    }

    @Test func standstillEndsAtTheLowSpeedTime() async throws {
        let server = CurlServer { connection in
            _ = connection.read()
            connection.waitForEnd()
        }
        let error = try await failure(
            HTTPRequest(address: server.address),
            .init(lowSpeedLimit: 10, lowSpeedTime: .seconds(1))
        )
        #expect(error.code == .timedOut)
        #expect(error.message.contains("less than 10 bytes a second"))
    }

    @Test func connectionsThatNeverStandEndAtTheConnectTimeout() async throws {
        // The server takes the connection and never answers the TLS handshake.
        let server = CurlServer { $0.waitForEnd() }
        let address = "https://127.0.0.1:\(server.port)/?key=secret"
        let error = try await failure(HTTPRequest(address: address, connectTimeout: .milliseconds(200)))
        #expect(error.code == .timedOut)
        #expect(error.message.contains("no connection within"))
    }

    @Test func filesThatAreNotThere() throws {
        for settings in [
            CurlTransport.Settings(caFile: "/no/such/ca.pem"), .init(clientCertificate: "/no/such/cert.pem"),
            .init(clientKey: "/no/such/key.pem"),
        ] {
            let error = #expect(throws: HTTPError.self) { try CurlTransport(settings: settings) }
            #expect(error?.code == .certificate)
            #expect(error?.message.contains("/no/such/") == true)
        }
    }

    @Test func theProxyIsAskedForOtherMachinesOnly() async throws {
        let requests = CurlSeen()
        let proxy = CurlServer { request, connection in
            requests.append(request)
            connection.answer([], status: "403 Forbidden")
        }
        let server = CurlServer { _, connection in connection.answer([1]) }
        let settings = CurlTransport.Settings(proxy: "http://user:secret@127.0.0.1:\(proxy.port)")
        let transport = try CurlTransport(settings: settings)
        #expect(try await transport.perform(HTTPRequest(address: server.address)).body == [1])
        #expect(requests.all.isEmpty)
        await transport.close()

        let request = HTTPRequest(
            address: "https://192.0.2.1/?key=secret",
            headers: [("Authorization", "secret")]
        )
        #expect(try await failure(request, settings).code == .cannotConnect)
        #expect(requests.all.first?.line == "CONNECT 192.0.2.1:443 HTTP/1.1")
        #expect(requests.all.first?["authorization"] == nil)
    }

    @Test func namesItsLibraries() {
        #expect(LinkedVersions.curl.hasPrefix("libcurl/"))
        #expect(LinkedVersions.deflate.hasPrefix("libdeflate/1"))
    }
}

@Suite struct CurlCancellationTests {
    /// What a server thread tells the test.
    private enum Event: Sendable {
        case arrived
        case gone
    }

    @Test func inFlightAtOnce() async throws {
        let (events, teller) = AsyncStream.makeStream(of: Event.self)
        let server = CurlServer { connection in
            _ = connection.read()
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345")
            teller.yield(.arrived)
            connection.waitForEnd()
            teller.yield(.gone)
        }
        let transport = try CurlTransport()
        let address = server.address
        let running = Task { try await transport.perform(HTTPRequest(address: address)) }
        var event = events.makeAsyncIterator()
        _ = await event.next()
        let started = ContinuousClock.now
        running.cancel()
        let result = await running.result
        // At once, on however busy a machine: by itself it would last until a timeout of a minute.
        #expect(started.duration(to: .now) < .seconds(30))
        #expect(throws: CancellationError.self) { try result.get() }
        #expect(await event.next() == .gone)
        await transport.close()
    }

    @Test func answerThatCannotBeHadAgainIsWaitedFor() async throws {
        let (events, teller) = AsyncStream.makeStream(of: Event.self)
        let cancelled = DispatchSemaphore(value: 0)
        let server = CurlServer { connection in
            _ = connection.read()
            teller.yield(.arrived)
            cancelled.wait()
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\ntoken")
        }
        let transport = try CurlTransport()
        var request = HTTPRequest(method: "POST", address: server.address, body: [])
        request.outlivesCancellation = true
        let running = Task { [request] in try await transport.perform(request) }
        var event = events.makeAsyncIterator()
        _ = await event.next()
        running.cancel()
        cancelled.signal()
        #expect(try await running.value.body == Array("token".utf8))
        await transport.close()
    }

    @Test func beforeTheStart() async throws {
        let server = CurlServer { _, connection in connection.answer([]) }
        let transport = try CurlTransport()
        let address = server.address
        for _ in 0..<200 {
            let running = Task { try await transport.perform(HTTPRequest(address: address)) }
            running.cancel()
            // Either way is right where the answer was faster than the cancel; nothing else is.
            do { _ = try await running.value } catch { #expect(error is CancellationError) }
        }
        let cancelled = Task {
            unsafe withUnsafeCurrentTask { unsafe $0?.cancel() }
            _ = try await transport.perform(HTTPRequest(address: address))
        }
        await #expect(throws: CancellationError.self) { try await cancelled.value }
        #expect(try await transport.perform(HTTPRequest(address: address)).status == 200)
        await transport.close()
    }

    @Test func othersGoOn() async throws {
        let gate = CurlGate()
        let (events, teller) = AsyncStream.makeStream(of: Event.self)
        let server = CurlServer { request, connection in
            teller.yield(.arrived)
            if request.line.contains("/wait") { gate.wait() }
            connection.answer(Array("x".utf8))
        }
        let transport = try CurlTransport()
        let address = server.address
        let kept = Task { try await transport.perform(HTTPRequest(address: "\(address)/wait")) }
        var event = events.makeAsyncIterator()
        _ = await event.next()
        for _ in 0..<20 {
            let other = Task { try await transport.perform(HTTPRequest(address: "\(address)/wait")) }
            _ = await event.next()
            other.cancel()
            await #expect(throws: CancellationError.self) { try await other.value }
        }
        gate.open(21)
        #expect(try await kept.value.body == Array("x".utf8))
        await transport.close()
    }

    @Test func closeEndsWhatRuns() async throws {
        let (events, teller) = AsyncStream.makeStream(of: Event.self)
        let server = CurlServer { connection in
            _ = connection.read()
            teller.yield(.arrived)
            connection.waitForEnd()
            teller.yield(.gone)
        }
        let transport = try CurlTransport()
        let address = server.address
        let running = Task { try await transport.perform(HTTPRequest(address: address)) }
        var event = events.makeAsyncIterator()
        _ = await event.next()
        async let second: Void = transport.close()
        await transport.close()
        await second
        await #expect(throws: CancellationError.self) { try await running.value }
        #expect(await event.next() == .gone)
        await #expect(throws: CancellationError.self) {
            try await transport.perform(HTTPRequest(address: address))
        }
        await transport.close()
    }

    @Test func aTransportThatIsDroppedClosesItsConnections() async throws {
        let (events, teller) = AsyncStream.makeStream(of: Event.self)
        let server = CurlServer { connection in
            _ = connection.read()
            connection.answer([])
            connection.waitForEnd()
            teller.yield(.gone)
        }
        do {
            let transport = try CurlTransport()
            _ = try await transport.perform(HTTPRequest(address: server.address))
        }
        var event = events.makeAsyncIterator()
        #expect(await event.next() == .gone)
    }
}
