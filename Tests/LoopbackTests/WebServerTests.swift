import ProcessSupport
import Synchronization
import Testing
import Web

/// A timer whose "later" is when the test says so.
private final class ManualTimer: WebTimer {
    private let calls = Mutex<[@Sendable () -> Void]>([])
    private let arrivals = AsyncStream<Void>.makeStream()

    func call(after delay: Duration, _ body: @escaping @Sendable () -> Void) {
        calls.withLock { $0.append(body) }
        arrivals.continuation.yield()
    }

    func nextCall() async {
        for await _ in arrivals.stream { return }
    }

    func fire() {
        let due = calls.withLock { calls in
            defer { calls = [] }
            return calls
        }
        for body in due { body() }
    }
}

private let letters = [UInt8](repeating: UInt8(ascii: "x"), count: 100_000)

@Suite struct WebServerTests {
    private func serve(
        _ change: (inout WebServer.Configuration) -> Void = { _ in },
        timer: (any WebTimer)? = nil,
        handler: @escaping @Sendable (WebRequest) -> WebAnswer = { _ in .response(.text("hello")) }
    ) throws -> WebServer {
        var configuration = WebServer.Configuration()
        change(&configuration)
        return try WebServer(configuration: configuration, timer: timer, handler: handler)
    }

    private func echo(_ request: WebRequest) -> WebAnswer {
        let query = request.query.items.map { "\($0.name)=\($0.value)" }.joined(separator: ";")
        return .response(
            .text("\(request.method)|\(request.path)|\(request.segments)|\(query)|\(request.body.count)")
        )
    }

    @Test func answersOnItsThread() async throws {
        let server = try serve()
        defer { server.stop() }
        let answer = await WebClient(port: server.port).get("/")
        #expect(answer.status == 200)
        #expect(answer.body == "hello\n")
        #expect(answer.header("content-length") == ["6"])
        #expect(answer.end == .closed)
    }

    @Test(arguments: [
        ("/a/b", "/a/b|[\"a\", \"b\"]|"),
        ("/a%2Fb/c%20d", "/a%2Fb/c%20d|[\"a/b\", \"c d\"]|"),
        ("/x?a=1&a=2", "/x|[\"x\"]|a=1;a=2"),
        ("/x?created[gte]=5", "/x|[\"x\"]|created[gte]=5"),
        ("/x?created%5Bgte%5D=5", "/x|[\"x\"]|created[gte]=5"),
        ("/x?a=b+c%2Bd&e", "/x|[\"x\"]|a=b c+d;e="),
        ("/x?a=%zz%4", "/x|[\"x\"]|a=%zz%4"),
        ("/x?a=b=c", "/x|[\"x\"]|a=b=c"),
        ("/x?", "/x|[\"x\"]|"),
    ])
    func decodesTargets(target: String, seen: String) async throws {
        let server = try serve(handler: echo)
        defer { server.stop() }
        #expect(await WebClient(port: server.port).get(target).body == "GET|\(seen)|0\n")
    }

    @Test func readsBodies() async throws {
        let server = try serve(handler: echo)
        defer { server.stop() }
        let client = WebClient(port: server.port)
        let head = "POST /p HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
        let body = String(repeating: "y", count: 70_000)
        #expect(
            await client.send("\(head)Content-Length: 70000\r\n\r\n\(body)").body
                == "POST|/p|[\"p\"]||70000\n"
        )
        let chunked = "\(head)Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
        #expect(await client.send(chunked).body == "POST|/p|[\"p\"]||5\n")
    }

    @Test(arguments: [
        ("GET / HTTP/1.1\r\nHost: good\r\n\r\n", 200),
        ("GET / HTTP/1.1\r\nHost: GOOD:80\r\n\r\n", 200),
        ("GET / HTTP/1.1\r\nHost: evil\r\n\r\n", 421),
        ("GET / HTTP/1.1\r\n\r\n", 421),
        ("GET / HTTP/1.1\r\nHost: good\r\nHost: evil\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: good\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", 400),
        (
            "POST / HTTP/1.1\r\nHost: good\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            400
        ),
        ("POST / HTTP/1.1\r\nHost: good\r\nContent-Length: 1001\r\n\r\n", 413),
        ("POST / HTTP/1.1\r\nHost: good\r\nContent-Length: 1\r\n\r\na", 200),
    ])
    func keepsTheRules(request: String, status: Int) async throws {
        let server = try serve {
            $0.hosts = ["good"]
            $0.bodyLimit = 1000
        }
        defer { server.stop() }
        let closing = request.replacing("\r\n\r\n", with: "\r\nConnection: close\r\n\r\n", maxReplacements: 1)
        #expect(await WebClient(port: server.port).send(closing).status == status)
    }

    @Test func capsChunkedBodiesAndHeads() async throws {
        let server = try serve {
            $0.bodyLimit = 1000
            $0.headLimit = 4096
        }
        defer { server.stop() }
        let client = WebClient(port: server.port)
        let piece = "200\r\n" + String(repeating: "z", count: 512) + "\r\n"
        let head = "POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
        #expect(await client.send("\(head)\(piece)0\r\n\r\n").status == 200)
        #expect(await client.send("\(head)\(piece)\(piece)0\r\n\r\n").status == 413)
        let large = await client.get("/", headers: ["X: " + String(repeating: "h", count: 8000)])
        #expect(large.status == 431)
    }

    @Test func answersLaterFromATask() async throws {
        let server = try serve(handler: { request in
            .deferred { .text("later \(request.path)") }
        })
        await withTaskGroup { group in
            group.addTask { await server.run() }
            for number in 0..<20 {
                let answer = await WebClient(port: server.port).get("/\(number)")
                #expect(answer.body == "later /\(number)\n")
            }
            server.stop()
        }
    }

    @Test func delaysByTheTimerItWasGiven() async throws {
        let timer = ManualTimer()
        let server = try serve(
            timer: timer,
            handler: { _ in
                .response(
                    WebResponse(status: 200, body: .delayed(.seconds(3600), .bytes(Array("late".utf8))))
                )
            }
        )
        defer { server.stop() }
        async let answer = WebClient(port: server.port).get("/")
        await timer.nextCall()
        timer.fire()
        #expect(await answer.body == "late")
    }

    @Test func delaysByItsOwnTimer() async throws {
        let server = try serve(handler: { _ in
            .response(WebResponse(status: 200, body: .delayed(.milliseconds(30), .bytes(Array("late".utf8)))))
        })
        defer { server.stop() }
        let clock = ContinuousClock()
        let start = clock.now
        #expect(await WebClient(port: server.port).get("/").body == "late")
        #expect(clock.now - start >= .milliseconds(30))
    }

    @Test(arguments: [0, 1, 20_000, 99_999])
    func cutsAfterSoManyBytes(count: Int) async throws {
        let server = try serve(handler: { _ in
            .response(WebResponse(status: 200, body: .cut(letters, after: count)))
        })
        defer { server.stop() }
        let answer = await WebClient(port: server.port).get("/")
        #expect(answer.header("content-length") == ["100000"])
        #expect(answer.body.utf8.count == count)
        #expect(answer.end == .closed)
    }

    @Test(arguments: [nil, 0, 5000])
    func resets(after: Int?) async throws {
        let server = try serve(handler: { _ in
            .response(WebResponse(status: 200, body: .reset(letters, after: after)))
        })
        defer { server.stop() }
        let answer = await WebClient(port: server.port).get("/")
        #expect(answer.end == .reset)
        #expect(answer.body.utf8.count <= after ?? 0)
    }

    @Test func staysSilentUntilItStops() async throws {
        let server = try serve(handler: { _ in .response(WebResponse(status: 200, body: .silence)) })
        var client = WebClient(port: server.port)
        client.patience = 50
        #expect(await client.get("/").end == .quiet)
        client.patience = 60_000
        async let answer = client.get("/")
        while server.connections < 2 { await Task.yield() }
        server.stop()
        let last = await answer
        #expect(last.bytes.isEmpty)
        #expect(last.end != .quiet)
    }

    @Test func streamsInChunks() async throws {
        let stream = WebStream()
        let server = try serve(handler: { _ in .response(WebResponse(status: 200, body: .stream(stream))) })
        defer { server.stop() }
        async let answer = WebClient(port: server.port).get("/")
        for number in 0..<100 {
            #expect(stream.write(Array("\(number),".utf8)))
            await Task.yield()
        }
        stream.finish()
        let text = await answer.text
        #expect(text.contains("Transfer-Encoding: chunked"))
        #expect(text.hasSuffix("0\r\n\r\n"))
        #expect(!stream.write([1]))
    }

    @Test func cutsOffWhoDoesNotRead() {
        let stream = WebStream(limit: 10)
        #expect(stream.write([UInt8](repeating: 0, count: 10)))
        #expect(!stream.write([0]))
    }

    @Test func endsStreamsWhenItStops() async throws {
        let stream = WebStream()
        let server = try serve(handler: { _ in .response(WebResponse(status: 200, body: .stream(stream))) })
        async let answer = WebClient(port: server.port).get("/")
        while server.connections == 0 { await Task.yield() }
        server.stop()
        #expect(await answer.end != .quiet)
        #expect(!stream.write([1]))
    }

    @Test func takesADateOfTheHandler() async throws {
        let date = "Thu, 01 Jan 2026 00:00:00 GMT"
        let server = try serve(handler: { _ in
            .response(WebResponse(status: 204, headers: ["Date": date, "X-Other": "1"]))
        })
        defer { server.stop() }
        let answer = await WebClient(port: server.port).get("/")
        #expect(answer.header("Date") == [date])
        #expect(answer.header("X-Other") == ["1"])
    }

    @Test func pipelinesInOrder() async throws {
        let server = try serve(handler: { request in
            request.path == "/1"
                ? .response(WebResponse(status: 200, body: .delayed(.milliseconds(20), .bytes([0x31]))))
                : .response(WebResponse(status: 200, body: .bytes([0x32])))
        })
        defer { server.stop() }
        let answer = await WebClient(port: server.port).send(
            "GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
        )
        let first = answer.text.firstRange(of: "\r\n\r\n1")
        let second = answer.text.firstRange(of: "\r\n\r\n2")
        #expect(try #require(first).lowerBound < #require(second).lowerBound)
    }

    @Test func saysWhyItCannotListen() throws {
        let server = try serve()
        defer { server.stop() }
        let port = server.port
        let taken = #expect(throws: WebError.self) { try serve { $0.port = port } }
        #expect(taken?.code == .cannotListen)
        #expect(taken?.message.contains("Address already in use") == true)
        let unknown = #expect(throws: WebError.self) { try serve { $0.host = "localhost" } }
        #expect(unknown?.code == .badAddress)
    }

    @Test func stopsTwice() throws {
        let server = try serve()
        server.stop()
        server.stop()
        #expect(server.connections == 0)
    }
}
