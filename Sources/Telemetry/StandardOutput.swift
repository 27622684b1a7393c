import Core
import Glibc
import Synchronization

/// The standard output: what a command gives, and whether all of it came there.
package final class StandardOutput: Sendable {
    private let descriptor: Int32
    private let failed = Locked<Int32?>(nil)

    /// The process's own, or another descriptor.
    package init(descriptor: Int32 = STDOUT_FILENO) { self.descriptor = descriptor }

    /// Writes bytes, all of them or none after a failure.
    package func write(_ bytes: [UInt8]) {
        failed.withLock { failed in
            guard failed == nil else { return }
            failed = Console.writeAll(bytes, to: descriptor)
        }
    }

    /// Why something was not written, in the system's words; nil where all was, or whoever read it had enough.
    package var failure: String? {
        guard let code = failed.withLock({ $0 }), code != EPIPE else { return nil }
        return unsafe strerror(code).map { unsafe String(cString: $0) } ?? "error \(code)"
    }
}
