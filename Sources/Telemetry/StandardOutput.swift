import Core
import Glibc
import Synchronization

/// The standard output: what a command gives, and whether all of it came there.
package final class StandardOutput: Sendable {
    private let failed = Locked<Int32?>(nil)

    /// The process's own.
    package init() {}

    /// Writes bytes; after a failure none.
    package func write(_ bytes: [UInt8]) {
        failed.withLock { failed in
            guard failed == nil else { return }
            failed = Console.writeAll(bytes, to: STDOUT_FILENO)
        }
    }

    /// Why something was not written, in the system's words; nil where all was, or whoever read it had enough.
    package var failure: String? {
        guard let code = failed.withLock({ $0 }), code != EPIPE else { return nil }
        return unsafe strerror(code).map { unsafe String(cString: $0) } ?? "error \(code)"
    }
}
