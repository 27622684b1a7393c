import Core
import HTTP
import ProcessSupport
import Testing

@Suite(.enabled(if: TestCertificates.canBeMade, "openssl is not installed: apt install openssl"))
struct CurlTLSTests {
    let certificates = try? TestCertificates()

    /// Runs `body` with a TLS server's port.
    private func withServer(
        _ options: [String] = [],
        _ body: (Int, TestCertificates) async throws -> Void
    ) async throws {
        let certificates = try #require(certificates)
        let server = try await TLSServer(certificates, ["-www"] + options)
        defer { server.stop() }
        try await body(server.port, certificates)
    }

    private func perform(_ port: Int, _ settings: CurlTransport.Settings) async throws -> HTTPResponse {
        let transport = try CurlTransport(settings: settings)
        let result: Result<HTTPResponse, any Error>
        do {
            let request = HTTPRequest(
                address: "https://127.0.0.1:\(port)/p?key=secret",
                totalTimeout: .seconds(20)
            )
            result = .success(try await transport.perform(request))
        } catch {
            result = .failure(error)
        }
        await transport.close()
        return try result.get()
    }

    @Test func anOwnAuthorityIsTrusted() async throws {
        try await withServer { port, certificates in
            let response = try await perform(port, .init(caFile: certificates.file("right.pem")))
            #expect(response.status == 200)
        }
    }

    @Test func anyOtherIsNot() async throws {
        try await withServer { port, certificates in
            for settings in [CurlTransport.Settings(caFile: certificates.file("wrong.pem")), .init()] {
                let error = await #expect(throws: HTTPError.self) { try await perform(port, settings) }
                #expect(error?.code == .certificate)
                #expect(error?.message.contains("https://127.0.0.1:\(port)/p") == true)
                #expect(error?.message.contains("secret") == false)
            }
        }
    }

    @Test func aFileThatIsNoAuthorityIsNamed() async throws {
        try await withServer { port, certificates in
            let error = await #expect(throws: HTTPError.self) {
                try await perform(port, .init(caFile: certificates.file("right.key")))
            }
            #expect(error?.code == .certificate)
        }
    }

    @Test func clientCertificatesAreShown() async throws {
        let certificates = try #require(certificates)
        let options = ["-Verify", "1", "-verify_return_error", "-CAfile", certificates.file("client.pem")]
        try await withServer(options) { port, certificates in
            let authority = certificates.file("right.pem")
            let settings = CurlTransport.Settings(
                caFile: authority,
                clientCertificate: certificates.file("client.pem"),
                clientKey: certificates.file("client.key")
            )
            let response = try await perform(port, settings)
            #expect(response.status == 200)
            await #expect(throws: HTTPError.self) { try await perform(port, .init(caFile: authority)) }
        }
    }

    @Test(
        "a key behind a passphrase opens with it, and asks nobody without it",
        arguments: [(TestCertificates.passphrase, true), ("wrong", false), (nil, false)] as [(String?, Bool)]
    )
    func encryptedKeys(passphrase: String?, opens: Bool) async throws {
        let certificates = try #require(certificates)
        let options = ["-Verify", "1", "-verify_return_error", "-CAfile", certificates.file("client.pem")]
        try await withServer(options) { port, certificates in
            let settings = CurlTransport.Settings(
                caFile: certificates.file("right.pem"),
                clientCertificate: certificates.file("client.pem"),
                clientKey: certificates.file("client.encrypted.key"),
                clientKeyPassword: passphrase
            )
            if opens {
                let response = try await perform(port, settings)
                #expect(response.status == 200)
                return
            }
            let error = await #expect(throws: HTTPError.self) { try await perform(port, settings) }
            #expect(error?.code == .certificate)
            #expect(error?.message.contains("is the passphrase right?") == true)
        }
    }
}
