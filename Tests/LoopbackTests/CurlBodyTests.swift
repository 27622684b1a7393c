import Core
import HTTP
import Testing

@Suite struct CurlBodyTests {
    static let page = Array("{\"records\":[\((0..<20_000).map(String.init).joined(separator: ","))]}".utf8)

    private func body(
        _ bytes: [UInt8],
        headers: String = "Content-Encoding: gzip\r\n",
        ask: [(name: String, value: String)] = [],
        limit: Int = 64 << 20
    ) async throws -> [UInt8] {
        let server = CurlServer { _, connection in connection.answer(bytes, headers: headers) }
        let transport = try CurlTransport()
        let request = HTTPRequest(
            address: "\(server.address)/p?token=secret",
            headers: ask,
            maximumBody: limit
        )
        let result: Result<[UInt8], any Error>
        do { result = .success(try await transport.perform(request).body) } catch { result = .failure(error) }
        await transport.close()
        return try result.get()
    }

    private func code(
        _ bytes: [UInt8],
        headers: String = "Content-Encoding: gzip\r\n",
        ask: [(name: String, value: String)] = [],
        limit: Int = 64 << 20
    ) async -> HTTPError.Code? {
        let error = await #expect(throws: HTTPError.self) {
            try await body(bytes, headers: headers, ask: ask, limit: limit)
        }
        #expect(error?.message.contains("/p") == true)
        #expect(error?.message.contains("secret") == false)
        return error?.code
    }

    @Test func gzipIsInflated() async throws {
        #expect(try await body(CurlGzip.stored(Self.page)) == Self.page)
        #expect(
            try await body(CurlGzip.stored(Self.page), headers: "content-encoding: x-gzip\r\n") == Self.page
        )
        #expect(try await body(CurlGzip.stored([])) == [])
        #expect(try await body([]) == [])
        #expect(try await body(CurlGzip.zeros(count: 9999)).count == 1 + 258 * 9999)
    }

    @Test func allMembersAreInflated() async throws {
        let bytes =
            CurlGzip.stored(Self.page) + CurlGzip.stored([]) + CurlGzip.zeros(count: 4) + CurlGzip.stored([9])
        #expect(try await body(bytes) == Self.page + [UInt8](repeating: 0, count: 1 + 258 * 4) + [9])
    }

    @Test func whatIsNotEncodedStaysAsItCame() async throws {
        let bytes = CurlGzip.stored(Self.page)
        #expect(try await body(bytes, headers: "") == bytes)
        #expect(try await body(bytes, headers: "Content-Encoding: identity\r\n") == bytes)
    }

    @Test func damagedGzipIsRefused() async throws {
        let right = CurlGzip.stored(Self.page)
        var wrong = right
        wrong[5000] ^= 1
        #expect(await code(wrong) == .badEncoding)
        for cut in [1, 9, 17, 18, 5000, right.count - 1] {
            #expect(await code(Array(right.prefix(cut))) == .badEncoding)
        }
        #expect(await code(right + [0]) == .badEncoding)
        #expect(await code(Array("<html>".utf8)) == .badEncoding)
        #expect(await code(right, headers: "Content-Encoding: br\r\n") == .badEncoding)
        #expect(await code(right, headers: "Content-Encoding: gzip, gzip\r\n") == .badEncoding)
    }

    @Test func bombsEndAtTheLimit() async throws {
        let bomb = CurlGzip.zeros(count: 40_000)  // 10 MB in 65 kB
        #expect(await code(bomb, limit: 1 << 20) == .tooLarge)
        #expect(await code(bomb, limit: 258 * 40_000) == .tooLarge)
        #expect(try await body(bomb, limit: 258 * 40_000 + 1).count == 258 * 40_000 + 1)
        // A trailer that lies about the size, of a member that is right but for it.
        var lying = bomb
        lying.replaceSubrange((bomb.count - 4)..., with: [1, 0, 0, 0])
        #expect(await code(lying, limit: 1 << 20) == .tooLarge)
        #expect(await code(lying) == .badEncoding)
    }

    @Test func libcurlDecodesWhatARequestAsksForItself() async throws {
        let ask = [(name: "Accept-Encoding", value: "br, zstd, gzip")]
        #expect(try await body(CurlGzip.stored(Self.page), ask: ask) == Self.page)
        // A raw zstd frame: magic, a one-byte size, one last raw block.
        let zstd: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD, 0x20, 3, 0x19, 0, 0, 1, 2, 3]
        #expect(try await body(zstd, headers: "Content-Encoding: zstd\r\n", ask: ask) == [1, 2, 3])
        // Brotli: an uncompressed meta-block of three bytes and an empty last one.
        let brotli: [UInt8] = [0x20, 0x00, 0x10, 1, 2, 3, 0x03]
        let decoded = try? await body(brotli, headers: "Content-Encoding: br\r\n", ask: ask)
        #expect(decoded == [1, 2, 3])
        #expect(await code(CurlGzip.zeros(count: 40_000), ask: ask, limit: 1 << 20) == .tooLarge)
        #expect(await code(Array("<html>".utf8), ask: ask) == .badEncoding)
    }

    @Test func bodiesEndAtTheLimit() async throws {
        let bytes = [UInt8](repeating: 1, count: 300_000)
        #expect(try await body(bytes, headers: "", limit: 300_000) == bytes)
        #expect(await code(bytes, headers: "", limit: 299_999) == .tooLarge)
        #expect(await code(bytes, headers: "", limit: 0) == .tooLarge)
    }

    @Test func bodiesWithoutLengthEndAtTheLimit() async throws {
        let server = CurlServer { _, connection in
            connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            for _ in 0..<100 { connection.send("2710\r\n\(String(repeating: "x", count: 10_000))\r\n") }
            connection.send("0\r\n\r\n")
        }
        let transport = try CurlTransport()
        #expect(try await transport.perform(HTTPRequest(address: server.address)).body.count == 1_000_000)
        let error = await #expect(throws: HTTPError.self) {
            try await transport.perform(HTTPRequest(address: server.address, maximumBody: 999_999))
        }
        #expect(error?.code == .tooLarge)
        await transport.close()
    }

    @Test(arguments: [
        "",
        "HTTP/1.1 200 OK\r\nContent-",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n",
        "HTTP/1.1 103 Early Hints\r\n\r\n",
        "HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n12345\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n123",
    ])
    func cutAnswersAreErrors(_ answer: String) async throws {
        let server = CurlServer { connection in
            _ = connection.read()
            connection.send(answer)
        }
        let transport = try CurlTransport()
        let error = await #expect(throws: HTTPError.self) {
            try await transport.perform(HTTPRequest(address: "\(server.address)/?token=secret"))
        }
        #expect(error?.code == .cut)
        #expect(error?.message.contains("secret") == false)
        await transport.close()
    }

    @Test(arguments: ["hello\r\n\r\n", "HTTP/1.1 abc\r\n\r\n"])
    func nonsenseIsAnError(_ answer: String) async throws {
        let server = CurlServer { connection in
            _ = connection.read()
            connection.send(answer)
        }
        let transport = try CurlTransport()
        let error = await #expect(throws: HTTPError.self) {
            try await transport.perform(HTTPRequest(address: server.address))
        }
        #expect(error?.code == .protocolError)
        await transport.close()
    }
}
