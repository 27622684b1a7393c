/// What a caller should do about an error: every error type of the project answers with one of these.
package enum Recovery: Equatable, Sendable {
    /// The same again, not before the duration has passed where the peer named one.
    case retry(after: Duration?)
    /// This stream ends here; its bookmark stays, the others go on.
    case failStream
    /// The stream is not available to these credentials (403, 404): reported, bookmark kept, others go on.
    case streamUnavailable
    /// The run ends here: no stream could do better.
    case failRun
}

/// Why a command ends: the one table of exit codes.
package enum ExitCode: Int32, Sendable {
    case success = 0
    /// The run failed.
    case failed = 1
    /// Bad configuration, bad usage or refused state.
    case configuration = 2
    /// Something outside: broker or API unreachable, credentials refused, a full disk.
    case environment = 3
    /// The account is already running elsewhere.
    case alreadyRunning = 4
    /// Some streams failed or were unavailable, the others went through.
    case partial = 5
}

/// What every error type of the project can say.
package protocol SluiceError: Error, Sendable, CustomStringConvertible {
    /// The stable dotted text form (`http.timed_out`), for logs, JSON output and tests.
    var codeText: String { get }
    /// One line: what was attempted, what was found, and what to do next where it is known. Never a secret.
    var message: String { get }
    /// What the caller should do.
    var recovery: Recovery { get }
    /// How a command ends that ends with this error.
    var exitCode: ExitCode { get }
}

extension SluiceError {
    package var description: String { "\(message) [\(codeText)]" }
}
