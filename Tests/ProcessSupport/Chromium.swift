import Foundation

/// A real browser, which a Python program drives: `scripts/install-packages` installs it.
package enum Chromium {
    /// No page that does what it should.
    package struct Failure: Error, CustomStringConvertible {
        package var description: String
    }

    private static let program =
        ProcessInfo.processInfo.environment["SLUICE_CHROMIUM"] ?? "/usr/bin/chromium"

    /// Whether it is there; says once why not.
    package static let isAvailable: Bool = {
        if FileManager.default.isExecutableFile(atPath: program) { return true }
        print(
            "SKIPPED: the tests with a browser do not run: no \(program); install the Debian package chromium "
                + "(scripts/install-packages does), or set SLUICE_CHROMIUM"
        )
        return false
    }()

    /// Where its pictures go: `SLUICE_SCREENSHOTS`, else a folder of the build.
    package static let pictures =
        ProcessInfo.processInfo.environment["SLUICE_SCREENSHOTS"]
        ?? "\(SluiceProcess.packageRoot)/.build/screenshots"

    /// Runs `Tests/Browser/NAME.py PROGRAM ADDRESS PICTURES` and more words.
    ///
    /// - Throws: if it does not end well, with what it prints.
    package static func drive(_ name: String, _ address: String, _ words: String...) async throws {
        try FileManager.default.createDirectory(atPath: pictures, withIntermediateDirectories: true)
        let process = try SluiceProcess(
            program: "/usr/bin/python3",
            ["\(SluiceProcess.packageRoot)/Tests/Browser/\(name).py", program, address, pictures] + words,
            environment: ["PYTHONDONTWRITEBYTECODE": "1"]
        )
        guard await process.waitForEnd(atMost: 600) else {
            await process.killNow()
            throw Failure(description: "\(name).py did not end: \(process.standardError.suffix(4000))")
        }
        guard process.exitCode == 0 else {
            throw Failure(
                description:
                    "\(name).py ended with \(process.exitCode):\n\(process.standardError.suffix(4000))"
            )
        }
    }
}
