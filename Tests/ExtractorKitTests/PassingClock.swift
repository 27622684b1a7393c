import Extraction
import Synchronization

extension WaitingClock {
    /// One whose time passes by waiting alone, at once.
    static var passing: WaitingClock {
        let time = PassedTime()
        return WaitingClock(elapsed: { time.value.withLock { $0 } }, sleep: { time.wait($0) })
    }
}

private final class PassedTime: Sendable {
    let value = Mutex(Duration.zero)

    func wait(_ duration: Duration) { value.withLock { $0 += duration } }
}
