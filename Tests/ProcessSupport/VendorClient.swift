import Foundation

/// A client of a service that others wrote, as a program of its own: `scripts/clients` installs them.
package enum VendorClient {
    /// No answer that makes sense.
    package struct Failure: Error, CustomStringConvertible {
        package var description: String
    }

    /// The Python of the virtual environment that has the clients.
    private static let python = "\(SluiceProcess.packageRoot)/.build/clients/bin/python3"

    /// Whether they are there; says once why not.
    package static let isAvailable: Bool = {
        if FileManager.default.isExecutableFile(atPath: python) { return true }
        print("SKIPPED: the tests with clients of others do not run: no \(python); run scripts/clients")
        return false
    }()

    /// Runs `Tests/Clients/read_NAME.py` with an address and what else it needs; what it prints.
    ///
    /// - Throws: if it does not end well.
    package static func run(_ name: String, _ words: String...) async throws -> String {
        try await run(program: "Tests/Clients/read_\(name).py", words)
    }

    /// Runs a program of the repository; what it prints.
    ///
    /// - Throws: if it does not end well.
    package static func run(program: String, _ words: [String]) async throws -> String {
        let process = try SluiceProcess(
            program: python,
            ["\(SluiceProcess.packageRoot)/\(program)"] + words,
            environment: ["PYTHONDONTWRITEBYTECODE": "1", "NO_PROXY": "127.0.0.1"]
        )
        guard await process.waitForEnd(atMost: 300) else {
            await process.killNow()
            throw Failure(description: "\(program) did not end: \(process.standardError.suffix(2000))")
        }
        guard process.exitCode == 0 else {
            throw Failure(
                description:
                    "\(program) ended with \(process.exitCode): \(process.standardError.suffix(2000))"
            )
        }
        return process.standardOutput
    }
}
