import Core

/// A demonstration that cannot go on.
struct DemoError: SluiceError {
    var message: String
    var exitCode: ExitCode

    init(_ message: String, _ exitCode: ExitCode = .failed) {
        self.message = message
        self.exitCode = exitCode
    }

    var codeText: String { "demo.failed" }
    var recovery: Recovery { .failRun }
}
