import Core
import Synchronization

/// A number that grows with every change, and waiting for the next one.
final class Revision: Sendable {
    private struct Shared {
        var number = 0
        var waiters: [Int: CheckedContinuation<Void, Never>] = [:]
        var nextWaiter = 0
    }

    private let shared = Locked(Shared())

    init() {}

    var number: Int { shared.withLock { $0.number } }

    func bump() {
        let waiters = shared.withLock { shared in
            shared.number += 1
            defer { shared.waiters = [:] }
            return Array(shared.waiters.values)
        }
        for waiter in waiters { waiter.resume() }
    }

    /// Returns once the number is another than this one, after so long, or when the task is cancelled.
    func change(from number: Int, within patience: Duration, _ clock: Monotonic) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { try? await clock.sleep(patience) }
            group.addTask { await self.change(from: number) }
            await group.next()
            group.cancelAll()
        }
    }

    private func change(from number: Int) async {
        let id = shared.withLock { shared in
            shared.nextWaiter += 1
            return shared.nextWaiter
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = shared.withLock { shared in
                    guard shared.number == number, !Task.isCancelled else { return true }
                    shared.waiters[id] = continuation
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            shared.withLock { $0.waiters.removeValue(forKey: id) }?.resume()
        }
    }
}
