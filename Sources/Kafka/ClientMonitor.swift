import Core
import Synchronization

/// What the poll thread of a client saw: failed deliveries, disturbed connections, the library's log.
final class ClientMonitor: Sendable {
    /// A record that was not delivered, by the token it was produced with.
    struct Failure: Sendable {
        var token: Int
        var error: ClientError
        /// Of key and value.
        var size: Int
    }

    private struct Seen {
        var failure: Failure?
        var disturbances = 0
        var lastError: ClientError?
        var isStopping = false
    }

    private let seen = Locked(Seen())
    /// Takes what became of a record: the number it was produced with, and why it was not delivered.
    typealias Report = @Sendable (Int, ClientError?) -> Void

    private let onLog: @Sendable (KafkaSettings.LogLine) -> Void
    private let onReport: Report?

    init(onLog: @escaping @Sendable (KafkaSettings.LogLine) -> Void, onReport: Report? = nil) {
        self.onLog = onLog
        self.onReport = onReport
    }

    /// Whether somebody waits for each record's report.
    var takesReports: Bool { onReport != nil }

    /// A record was delivered.
    func delivered(_ token: Int) { onReport?(token, nil) }

    /// Forgets failures and disturbances: a transaction begins.
    func reset() {
        seen.withLock {
            $0.failure = nil
            $0.disturbances = 0
        }
    }

    /// The delivery that tells why the transaction failed: the first, or the largest of those that were too large.
    var failure: Failure? { seen.withLock { $0.failure } }

    /// Whether a connection broke or a request timed out since `reset`.
    var wasDisturbed: Bool { seen.withLock { $0.disturbances > 0 } }

    /// The last error that no call returned.
    var lastError: ClientError? { seen.withLock { $0.lastError } }

    /// Whether the poll thread should end.
    var isStopping: Bool { seen.withLock { $0.isStopping } }

    /// Asks the poll thread to end.
    func stop() { seen.withLock { $0.isStopping = true } }

    /// A record failed; what was purged failed because of another one and tells nothing.
    func deliveryFailed(_ failure: Failure) {
        onReport?(failure.token, failure.error)
        switch failure.error.code {
        case ErrorNumber.purgeQueue, ErrorNumber.purgeInFlight, ErrorNumber.fatal: return
        default: break
        }
        seen.withLock { seen in
            guard let known = seen.failure else {
                seen.failure = failure
                return
            }
            // A batch is refused as a whole: its largest record is the one to name.
            let isLarger = known.error.code == failure.error.code && failure.size > known.size
            if failure.error.code == ErrorNumber.messageTooLarge, isLarger { seen.failure = failure }
        }
    }

    /// An error that no call returned: a broker away, a login refused.
    func errorArrived(_ error: ClientError) {
        seen.withLock { seen in
            seen.lastError = error
            if ErrorClass.isConnection(error.code) { seen.disturbances += 1 }
        }
    }

    /// A line of the library's log.
    func log(_ line: KafkaSettings.LogLine) {
        // Settings meant for the other kind of client are passed to all; that one does not use them is no news.
        if line.facility != "CONFWARN" { onLog(line) }
    }
}
