import Foundation

/// nginx on a free port of 127.0.0.1, in the foreground, with TLS and HTTP/2.
package final class Nginx: Sendable {
    /// Whether there is one, and it can speak HTTP/2.
    package static let isAvailable = version?.contains("--with-http_v2_module") == true

    package let port: Int
    private let process: Process
    private let folder: String

    /// Starts it; `location` is what its configuration says of every path.
    package init(_ certificates: TestCertificates, location: String) async throws {
        folder = FileManager.default.temporaryDirectory.path + "/sluice-nginx-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        // It cannot say which port it was given, so it is told one; somebody else may take that in between.
        for _ in 0..<5 {
            let port = Int.random(in: 20_000..<32_000)
            let process = try Self.process(
                ["-p", folder, "-c", Self.write(port, certificates, location, to: folder)])
            let output = OutputCollector()
            process.standardError = output.pipe
            try process.run()
            // Said when it listens; the output ends where it cannot.
            if await onThread({ output.line(holding: "start worker process ", deadline: .now() + 30) }) != nil
            {
                self.process = process
                self.port = port
                return
            }
            process.terminate()
            process.waitUntilExit()
        }
        throw TestFailure("nginx does not start")
    }

    /// Ends it.
    package func stop() {
        process.terminate()
        process.waitUntilExit()
        try? FileManager.default.removeItem(atPath: folder)
    }

    private static let version: String? = {
        let process = Nginx.process(["-V"])
        let output = OutputCollector()
        process.standardError = output.pipe
        guard (try? process.run()) != nil else { return nil }
        process.waitUntilExit()
        return output.text()
    }()

    private static func process(_ arguments: [String]) -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/sbin/nginx")
        process.arguments = arguments
        return process
    }

    private static func write(
        _ port: Int,
        _ certificates: TestCertificates,
        _ location: String,
        to folder: String
    ) throws -> String {
        let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map { "\($0)_temp_path \(folder)/\($0);" }
        let text = """
            daemon off; worker_processes 1; pid \(folder)/pid; error_log stderr notice;
            events { worker_connections 64; }
            http {
              access_log off; default_type application/json; \(temporary.joined(separator: " "))
              gzip on; gzip_min_length 1; gzip_types application/json;
              server {
                listen 127.0.0.1:\(port) ssl http2;
                ssl_certificate \(certificates.file("right.pem"));
                ssl_certificate_key \(certificates.file("right.key"));
                location / { \(location) }
              }
            }
            """
        let file = "\(folder)/nginx.conf"
        try text.write(toFile: file, atomically: false, encoding: .utf8)
        return file
    }
}
