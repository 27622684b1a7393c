import Core

/// Wakes the one who waits early: whatever rings before the wait ends the next one at once.
final class Bell: Sendable {
    private let hasRung = Watched(false)

    init() {}

    /// Ends the wait that goes on, or the next one.
    func ring() { hasRung.change { $0 = true } }

    /// Returns when it rings, after so long, or when the task is cancelled.
    func wait(atMost duration: Duration, _ clock: Monotonic) async {
        await clock.wait(atMost: duration) { [hasRung] in await hasRung.wait { $0 } }
        hasRung.change { $0 = false }
    }
}
