import Core
import HTTP
import Synchronization
import Testing

/// Bodies that are read while they come.
@Suite struct CurlStreamTests {
    private static let address = "/export?token=secret"

    /// All of a body, and the pieces that it came in.
    private func read(
        _ limit: Int = .max,
        from serve: @escaping @Sendable (CurlServerConnection) -> Void
    ) async throws -> (body: [UInt8], pieces: Int) {
        let server = CurlServer { _, connection in serve(connection) }
        let transport = try CurlTransport()
        let result: Result<(body: [UInt8], pieces: Int), any Error>
        do {
            let open = try await transport.open(HTTPRequest(address: server.address + Self.address))
            var body: [UInt8] = []
            var pieces = 0
            while pieces < limit, let piece = try await open.body.next() {
                #expect(!piece.isEmpty)
                body += piece
                pieces += 1
            }
            result = .success((body, pieces))
        } catch {
            result = .failure(error)
        }
        await transport.close()
        return try result.get()
    }

    private static func chunk(_ bytes: [UInt8]) -> [UInt8] {
        Array("\(String(bytes.count, radix: 16))\r\n".utf8) + bytes + Array("\r\n".utf8)
    }

    private static let text = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }

    @Test(arguments: [0, 1, 5000, 3_000_000])
    func aBodyWithItsLengthComesWhole(size: Int) async throws {
        let bytes = Array(Self.text.prefix(size))
        #expect(try await read { $0.answer(bytes) }.body == bytes)
    }

    @Test func theHeadIsThereBeforeTheBody() async throws {
        let gate = CurlGate()
        let server = CurlServer { _, connection in
            connection.send("HTTP/1.1 200 OK\r\nX-A: 1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n")
            gate.wait()
            connection.send("1\r\nb\r\n0\r\n\r\n")
        }
        let transport = try CurlTransport()
        let open = try await transport.open(HTTPRequest(address: server.address))
        #expect(open.status == 200)
        #expect(open.headers.contains { $0.name == "X-A" && $0.value == "1" })
        #expect(try await open.body.next() == Array("a".utf8))
        gate.open(1)
        #expect(try await open.body.next() == Array("b".utf8))
        #expect(try await open.body.next() == nil)
        #expect(try await open.body.next() == nil)
        await transport.close()
    }

    @Test func gzipIsInflatedWhileItComes() async throws {
        let members = CurlGzip.stored(Self.text) + CurlGzip.stored([]) + CurlGzip.zeros(count: 40_000)
        let headers = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n"
        let (body, pieces) = try await read { connection in
            connection.send(headers)
            var rest = members[...]
            while !rest.isEmpty {
                connection.send(Self.chunk(Array(rest.prefix(1013))))
                rest = rest.dropFirst(1013)
            }
            connection.send("0\r\n\r\n")
        }
        #expect(body == Self.text + [UInt8](repeating: 0, count: 1 + 258 * 40_000))
        // A few kilobytes that stand for ten megabytes come in portions (I7).
        #expect(pieces >= 40)
    }

    @Test func anEmptyBodyNeedsNoGzip() async throws {
        let (body, _) = try await read { $0.answer([], headers: "Content-Encoding: gzip\r\n") }
        #expect(body.isEmpty)
    }

    /// I2: a body that was cut never ends as if it were whole.
    @Test(arguments: [
        ("Content-Length: 10\r\n\r\n12345", HTTPError.Code.cut),
        ("Transfer-Encoding: chunked\r\n\r\n5\r\n12345\r\n", .cut),
        ("Transfer-Encoding: chunked\r\n\r\n5\r\n123", .cut),
        ("Content-Length: 10\r\n\r\n", .cut),
        ("Content-Len", .cut),
        // Nothing says where it ends.
        ("\r\n12345", .protocolError),
        // Nothing, and what ends behind a member of gzip, would pass for whole.
        ("Content-Encoding: gzip\r\n\r\n", .protocolError),
    ])
    func whatIsCutIsAnError(answer: String, code: HTTPError.Code) async throws {
        let error = await #expect(throws: HTTPError.self) {
            try await read { connection in
                connection.send("HTTP/1.1 200 OK\r\n\(answer)")
                connection.end()
            }
        }
        #expect(error?.code == code)
        #expect(error?.message.contains("/export") == true)
        #expect(error?.message.contains("secret") == false)
    }

    @Test(arguments: [1, 9, 12, 40, 3000]) func gzipThatIsCutIsAnError(left: Int) async throws {
        let whole = CurlGzip.stored(Array(Self.text.prefix(200_000)))
        let cut = Array(whole.dropLast(left))
        // The transfer itself is whole: only the gzip's own end tells.
        for headers in ["Content-Encoding: gzip\r\n", "Content-Encoding: x-gzip\r\n"] {
            let error = await #expect(throws: HTTPError.self) {
                try await read { $0.answer(cut, headers: headers) }
            }
            #expect(error?.code == .badEncoding)
        }
    }

    @Test func gzipThatIsDamagedIsAnError() async throws {
        var damaged = CurlGzip.stored(Array(Self.text.prefix(5000)))
        damaged[2000] ^= 1
        let others = [damaged, CurlGzip.stored([1]) + [1, 2, 3], Array("<html>".utf8)]
        for body in others {
            let error = await #expect(throws: HTTPError.self) {
                try await read { $0.answer(body, headers: "Content-Encoding: gzip\r\n") }
            }
            #expect(error?.code == .badEncoding)
        }
    }

    @Test func otherCodingsAreRefused() async throws {
        let error = await #expect(throws: HTTPError.self) {
            try await read { $0.answer([1], headers: "Content-Encoding: br\r\n") }
        }
        #expect(error?.code == .badEncoding)
    }

    /// I7: what nobody takes stays with the server.
    @Test func aReaderThatWaitsStopsTheServer() async throws {
        let sent = Sent()
        let size = 200 << 20
        let server = CurlServer { _, connection in
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: \(size)\r\n\r\n")
            let piece = [UInt8](repeating: 7, count: 64 << 10)
            for _ in 0..<(size / piece.count) {
                connection.send(piece)
                sent.add(piece.count)
            }
        }
        let transport = try CurlTransport()
        let open = try await transport.open(HTTPRequest(address: server.address))
        let first = try #require(try await open.body.next())
        var count = first.count
        // Other transfers go on meanwhile, and give the server time.
        let other = CurlServer { _, connection in connection.answer([1]) }
        for _ in 0..<200 { _ = try await transport.perform(HTTPRequest(address: other.address)) }
        // What the window and the sockets' buffers hold.
        #expect(sent.count <= 32 << 20)
        while let piece = try await open.body.next() {
            #expect(piece.count <= 2 << 20)
            count += piece.count
        }
        #expect(count == size)
        await transport.close()
    }

    /// A server that sends one half of a body, and waits for the client's end.
    private static func halfAnswer(_ atEnd: @escaping @Sendable () -> Void = {}) -> CurlServer {
        CurlServer { _, connection in
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345")
            connection.waitForEnd()
            atEnd()
        }
    }

    @Test func whatIsLetGoOfEnds() async throws {
        let ended = CurlGate()
        let server = Self.halfAnswer { ended.open(1) }
        let transport = try CurlTransport()
        for closes in [true, false] {
            do {
                let open = try await transport.open(HTTPRequest(address: server.address))
                #expect(try await open.body.next()?.count == 5)
                if closes { open.body.close() }
            }
            await ended.opened()
        }
        await transport.close()
    }

    @Test func cancellationEndsAWait() async throws {
        let server = Self.halfAnswer()
        let transport = try CurlTransport()
        let open = try await transport.open(HTTPRequest(address: server.address))
        #expect(try await open.body.next()?.count == 5)
        let reading = Task { try await open.body.next() }
        reading.cancel()
        await #expect(throws: CancellationError.self) { _ = try await reading.value }
        await transport.close()
    }

    @Test func closingTheTransportEndsBodies() async throws {
        let server = Self.halfAnswer()
        let transport = try CurlTransport()
        let open = try await transport.open(HTTPRequest(address: server.address))
        #expect(try await open.body.next()?.count == 5)
        await transport.close()
        await #expect(throws: CancellationError.self) { _ = try await open.body.next() }
        await #expect(throws: CancellationError.self) {
            _ = try await transport.open(HTTPRequest(address: server.address))
        }
    }

    @Test func errorsComeWithTheirBody() async throws {
        let server = CurlServer { _, connection in
            connection.answer(
                CurlGzip.stored(Array("{}".utf8)),
                status: "503 x",
                headers: "Content-Encoding: gzip\r\n"
            )
        }
        let transport = try CurlTransport()
        let request = HTTPRequest(address: server.address + Self.address)
        let whole = try await transport.open(request).whole(limit: 10, of: request)
        #expect(whole.status == 503 && whole.body == Array("{}".utf8))
        let error = await #expect(throws: HTTPError.self) {
            try await transport.open(request).whole(limit: 1, of: request)
        }
        #expect(error?.code == .tooLarge)
        await transport.close()
    }
}

private final class Sent: Sendable {
    private let bytes = Locked(0)
    var count: Int { bytes.withLock { $0 } }
    func add(_ count: Int) { bytes.withLock { $0 += count } }
}
