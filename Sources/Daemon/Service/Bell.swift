import Core
import Extraction
import Synchronization

/// Wakes one waiter early: whatever rings before the wait ends the next one at once.
final class Bell: Sendable {
    private struct Shared {
        var hasRung = false
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let shared = Locked(Shared())

    init() {}

    /// Ends the wait that goes on, or the next one.
    func ring() {
        let waiter = shared.withLock { shared in
            shared.hasRung = shared.waiter == nil
            return shared.waiter.take()
        }
        waiter?.resume()
    }

    /// Returns when it rings, after so long, or when the task is cancelled.
    func wait(atMost duration: Duration, _ clock: Monotonic) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { try? await clock.sleep(duration) }
            group.addTask { await self.wait() }
            await group.next()
            group.cancelAll()
        }
    }

    private func wait() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = shared.withLock { shared in
                    guard !shared.hasRung, !Task.isCancelled else {
                        shared.hasRung = false
                        return true
                    }
                    shared.waiter = continuation
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            shared.withLock { $0.waiter.take() }?.resume()
        }
    }
}
