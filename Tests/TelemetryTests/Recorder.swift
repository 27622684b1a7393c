import Core
import Synchronization
import Telemetry

/// A writer that keeps what it got, and a clock that stands still until it is moved.
final class Recorder: Sendable {
    private let bytes = Locked<[UInt8]>([])
    private let time = Locked(ContinuousClock().now)

    var writer: Writer { { new in self.bytes.withLock { $0 += new } } }
    var clock: ProgressDisplay.Clock { { self.time.withLock { $0 } } }

    /// What was written since the last call.
    func take() -> String {
        let taken = bytes.withLock { bytes in
            let all = bytes
            bytes = []
            return all
        }
        return String(decoding: taken, as: UTF8.self)
    }

    func advance(_ duration: Duration) {
        time.withLock { $0 = $0.advanced(by: duration) }
    }
}
