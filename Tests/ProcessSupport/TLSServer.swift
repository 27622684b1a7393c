import Foundation

/// `openssl s_server` with the certificate `right`, on a free port of 127.0.0.1.
package final class TLSServer: Sendable {
    package let port: Int
    private let process: Process

    /// Starts it; `options` say what it answers and whom it asks for a certificate.
    ///
    /// With `-HTTP` it answers with the files of `folder`, which hold the whole answer, by path and query.
    package init(_ certificates: TestCertificates, _ options: [String] = ["-www"], folder: String? = nil)
        async throws
    {
        let process = OpenSSL.process(
            [
                "s_server", "-accept", "127.0.0.1:0", "-cert", certificates.file("right.pem"), "-key",
                certificates.file("right.key"),
            ] + options
        )
        let output = OutputCollector()
        process.standardOutput = output.pipe
        if let folder { process.currentDirectoryURL = URL(fileURLWithPath: folder) }
        try process.run()
        let line = await onThread { output.line(holding: "ACCEPT ", deadline: .now() + 30) }
        guard let port = line?.split(separator: ":").last.flatMap({ Int($0) }) else {
            process.terminate()
            throw TestFailure("openssl s_server does not say where it listens")
        }
        self.process = process
        self.port = port
    }

    /// Ends it.
    package func stop() { process.terminate() }
}
