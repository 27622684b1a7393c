import Core
import Extraction
import Runs
import Synchronization

/// The time until a session is there, in which a signal may be all that ends the waiting.
final class SessionStart: Sendable {
    /// What an answering Kafka needs at most to hear that nobody wants it any more.
    private static let patience = Duration.seconds(1)

    private let isOver = Locked(false)
    private let clock: WaitingClock

    /// A start that has just begun.
    init(clock: WaitingClock = WaitingClock(ContinuousClock())) { self.clock = clock }

    /// The session is there, or the waiting for it came to its own end.
    func end() { isOver.withLock { $0 = true } }

    /// The signal by which a start was still not given up a moment later; nil where it ended, and when cancelled.
    func refused(by stop: StopSignal) async -> Int32? {
        await stop.wait()
        guard !Task.isCancelled, let signal = stop.signal else { return nil }
        do {
            try await clock.sleep(Self.patience)
        } catch {
            return nil
        }
        return isOver.withLock { $0 } || Task.isCancelled ? nil : signal
    }
}
