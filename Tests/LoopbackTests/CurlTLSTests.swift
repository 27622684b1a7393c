import Core
import Glibc
import HTTP
import Testing

/// A child process whose standard output can be read.
final class CurlChild: Sendable {
    let process: pid_t
    private let output: Int32

    /// Starts a program found by the path; nil where it is not there.
    init?(_ arguments: [String]) {
        var pair: [Int32] = [0, 0]
        guard unsafe pipe(&pair) == 0 else { return nil }
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        unsafe posix_spawn_file_actions_adddup2(&actions, pair[1], 1)
        unsafe posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        unsafe posix_spawn_file_actions_addclose(&actions, pair[0])
        unsafe posix_spawn_file_actions_addclose(&actions, pair[1])
        var words = unsafe arguments.map { unsafe strdup($0) } + [nil]
        defer { unsafe words.forEach { unsafe free($0) } }
        var child = pid_t()
        let code = unsafe posix_spawnp(&child, arguments[0], &actions, nil, &words, environ)
        close(pair[1])
        output = pair[0]
        process = child
        guard code == 0 else {
            close(pair[0])
            return nil
        }
    }

    deinit { close(output) }

    /// The next line, nil at the end.
    func line() -> String? {
        var bytes: [UInt8] = []
        var byte: UInt8 = 0
        while unsafe read(output, &byte, 1) == 1 {
            if byte == UInt8(ascii: "\n") { return String(decoding: bytes, as: UTF8.self) }
            bytes.append(byte)
        }
        return bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self)
    }

    /// Waits for the end and gives the exit code.
    @discardableResult
    func wait() -> Int32 {
        var status: Int32 = 0
        unsafe waitpid(process, &status, 0)
        return status
    }

    func stop() {
        kill(process, SIGKILL)
        wait()
    }
}

/// Certificates of the day in a folder of their own.
final class CurlCertificates: Sendable {
    let folder: String

    init() throws {
        var template = Array("/tmp/sluice-tls-XXXXXX\0".utf8CString.dropLast())
        let path = unsafe mkdtemp(&template)
        folder = try unsafe String(cString: #require(unsafe path))
        for name in ["right", "wrong", "client"] {
            let child = try #require(
                CurlChild([
                    "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
                    "-nodes",
                    "-days", "2", "-subj", "/CN=\(name)", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout",
                    file("\(name).key"), "-out", file("\(name).pem"),
                ])
            )
            try #require(child.wait() == 0)
        }
    }

    deinit {
        for name in ["right", "wrong", "client"] {
            unsafe unlink(file("\(name).key"))
            unsafe unlink(file("\(name).pem"))
        }
        unsafe rmdir(folder)
    }

    func file(_ name: String) -> String { "\(folder)/\(name)" }
}

@Suite(
    .enabled(
        if: CurlChild(["openssl", "version"])?.wait() == 0,
        "openssl is not installed: apt install openssl"
    )
)
struct CurlTLSTests {
    let certificates = try? CurlCertificates()

    /// Runs `body` with a TLS server's port.
    private func withServer(
        _ options: [String] = [],
        _ body: (Int, CurlCertificates) async throws -> Void
    ) async throws {
        let certificates = try #require(certificates)
        let server = try #require(
            CurlChild(
                [
                    "openssl", "s_server", "-accept", "127.0.0.1:0", "-www", "-cert",
                    certificates.file("right.pem"),
                    "-key", certificates.file("right.key"),
                ] + options
            )
        )
        defer { server.stop() }
        var port: Int?
        while port == nil, let line = server.line() {
            if line.hasPrefix("ACCEPT ") { port = line.split(separator: ":").last.flatMap { Int($0) } }
        }
        try await body(try #require(port), certificates)
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
}
