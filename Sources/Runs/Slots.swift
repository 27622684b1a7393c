import Core
import Synchronization

/// Lets so many tasks at a time do what they share a bound for.
final class Slots: Sendable {
    private struct Shared {
        var free: Int
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private let shared: Locked<Shared>

    /// So many slots, at least one.
    init(_ count: Int) { shared = Locked(Shared(free: max(1, count))) }

    /// Runs `body` once a slot is free; who asked first goes first.
    func withSlot<Value>(_ body: () async throws -> Value) async rethrows -> Value {
        await take()
        defer { give() }
        return try await body()
    }

    /// Reads once a slot is free, unless the task is cancelled by then; the error that it ended with, if it did.
    func failure(of reading: () async throws -> Void) async -> (any Error)? {
        await withSlot {
            do {
                try Task.checkCancellation()
                try await reading()
                return nil
            } catch {
                return error
            }
        }
    }

    private func take() async {
        await withCheckedContinuation { continuation in
            let isTaken = shared.withLock { shared in
                guard shared.free > 0 else {
                    shared.waiters.append(continuation)
                    return false
                }
                shared.free -= 1
                return true
            }
            if isTaken { continuation.resume() }
        }
    }

    private func give() {
        let next = shared.withLock { shared -> CheckedContinuation<Void, Never>? in
            if shared.waiters.isEmpty {
                shared.free += 1
                return nil
            }
            return shared.waiters.removeFirst()
        }
        next?.resume()
    }
}
