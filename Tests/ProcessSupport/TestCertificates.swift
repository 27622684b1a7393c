import Foundation

/// Certificates of the day in a folder of their own: `right` and `wrong` for servers, `client` with a key in the clear
/// and one behind a passphrase.
package final class TestCertificates: Sendable {
    /// Whether there is an openssl to make them with.
    package static let canBeMade = (try? OpenSSL.run(["version"])) != nil
    /// Of `client.encrypted.key`.
    package static let passphrase = "correct horse"
    /// A name that no resolver knows, in the certificate of `right`.
    package static let host = "api.invalid"

    package let folder: String

    /// Makes them.
    package init() throws {
        folder = FileManager.default.temporaryDirectory.path + "/sluice-tls-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        for name in ["right", "wrong", "client"] {
            try OpenSSL.run([
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                "-days",
                "2", "-subj", "/CN=\(name)", "-addext",
                "subjectAltName=IP:127.0.0.1,DNS:\(Self.host)", "-keyout", file("\(name).key"), "-out",
                file("\(name).pem"),
            ])
        }
        try OpenSSL.run([
            "pkcs8", "-topk8", "-v2", "aes-256-cbc", "-in", file("client.key"), "-out",
            file("client.encrypted.key"), "-passout", "pass:\(Self.passphrase)",
        ])
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    /// A file in the folder.
    package func file(_ name: String) -> String { "\(folder)/\(name)" }
}

/// The program, found by the path.
enum OpenSSL {
    static func process(_ words: [String]) -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["openssl"] + words
        process.standardInput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        return process
    }

    static func run(_ words: [String]) throws {
        let process = process(words)
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw TestFailure("openssl \(words.first ?? "") ended with \(process.terminationStatus)")
        }
    }
}
