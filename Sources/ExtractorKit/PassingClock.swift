import Core
import Extraction
import Synchronization

extension WaitingClock {
    /// One whose time passes by waiting alone, at once: what was recorded is not waited for again.
    static func passing() -> WaitingClock {
        let time = Locked(Duration.zero)
        return WaitingClock(
            elapsed: { time.withLock { $0 } },
            sleep: { duration in
                try Task.checkCancellation()
                time.withLock { $0 += duration }
            }
        )
    }
}
