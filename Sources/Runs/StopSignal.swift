import Core
import Synchronization

/// Asks a run to end early: no new requests, the pages at hand commit, then the session closes.
package final class StopSignal: Sendable {
    private struct Shared {
        var signal: Int32?
        var waiters: [Int: CheckedContinuation<Void, Never>] = [:]
        var nextWaiter = 0
    }

    private let shared = Locked(Shared())

    /// A signal that was not given yet.
    package init() {}

    /// The signal that was given first.
    package var signal: Int32? { shared.withLock { $0.signal } }

    /// Gives it; later ones change nothing.
    package func give(_ signal: Int32) {
        let waiters = shared.withLock { shared in
            if shared.signal == nil { shared.signal = signal }
            defer { shared.waiters = [:] }
            return Array(shared.waiters.values)
        }
        for waiter in waiters { waiter.resume() }
    }

    /// Returns when it is given, or at once when the task is cancelled.
    package func wait() async {
        let waiter = shared.withLock { shared in
            shared.nextWaiter += 1
            return shared.nextWaiter
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = shared.withLock { shared in
                    guard shared.signal == nil, !Task.isCancelled else { return true }
                    shared.waiters[waiter] = continuation
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            shared.withLock { $0.waiters.removeValue(forKey: waiter) }?.resume()
        }
    }
}
