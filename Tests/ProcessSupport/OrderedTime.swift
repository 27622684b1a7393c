package import Core
import Foundation
import Synchronization

/// Virtual time for many tasks at once: it passes only when none of them has anything left to do, and then to the
/// earliest moment that one of them waits for.
///
/// What runs in `run` runs on one thread, in one order.
package final class OrderedTime: TaskExecutor {
    private struct Sleeper {
        var deadline: Duration
        var number: Int
        var continuation: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var jobs: [UnownedJob] = []
        var sleepers: [Sleeper] = []
        var number = 0
        var elapsed = Duration.zero
        /// So many wait for what takes no virtual time.
        var apart = 0
        var isOver = false
    }

    /// Told of the time since the start whenever that passes.
    private let onPass: @Sendable (Duration) -> Void
    /// Told whenever there is something to do.
    private let change = NSCondition()
    private let state = Locked(State())

    /// A time that moves by this alone.
    package init(onPass: @escaping @Sendable (Duration) -> Void = { _ in }) { self.onPass = onPass }

    /// The time since the start.
    package var elapsed: Duration { state.withLock { $0.elapsed } }

    /// The same as a clock to go by.
    package var monotonic: Monotonic {
        Monotonic(now: { self.elapsed }, sleep: { try await self.sleep($0) })
    }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        state.withLock { $0.jobs.append(job) }
        tell()
    }

    /// Runs `body` and all that it starts to the end.
    package func run<Value: Sendable>(_ body: @escaping @Sendable () async -> Value) async -> Value {
        state.withLock { $0.isOver = false }
        let task = Task(executorPreference: self) {
            let value = await body()
            self.state.withLock { $0.isOver = true }
            self.tell()
            return value
        }
        let thread = Thread { [self] in drain() }
        thread.stackSize = 8 << 20
        thread.start()
        return await task.value
    }

    /// Waits for what other threads do; the time stands still meanwhile.
    package func apart<Value>(_ body: () async throws -> Value) async rethrows -> Value {
        state.withLock { $0.apart += 1 }
        defer {
            state.withLock { $0.apart -= 1 }
            tell()
        }
        return try await body()
    }

    private func drain() {
        while true {
            let (job, isOver) = state.withLock { state in
                (state.jobs.isEmpty ? nil : state.jobs.removeFirst(), state.isOver)
            }
            if let job {
                unsafe job.runSynchronously(on: asUnownedTaskExecutor())
            } else if isOver {
                return
            } else if !passTime() {
                // Somebody outside has something to do still.
                waitForChange()
            }
        }
    }

    private func tell() {
        change.lock()
        change.broadcast()
        change.unlock()
    }

    private func waitForChange() {
        change.lock()
        while state.withLock({ $0.jobs.isEmpty && ($0.sleepers.isEmpty || $0.apart > 0) && !$0.isOver }) {
            change.wait()
        }
        change.unlock()
    }

    /// Wakes whoever waits for the earliest moment; false where nobody waits.
    private func passTime() -> Bool {
        let woken = state.withLock { state -> (sleeper: Sleeper, elapsed: Duration)? in
            guard state.apart == 0 else { return nil }
            let next = state.sleepers.indices.min {
                (state.sleepers[$0].deadline, state.sleepers[$0].number)
                    < (state.sleepers[$1].deadline, state.sleepers[$1].number)
            }
            guard let sleeper = next.map({ state.sleepers.remove(at: $0) }) else { return nil }
            state.elapsed = max(state.elapsed, sleeper.deadline)
            return (sleeper, state.elapsed)
        }
        guard let woken else { return false }
        onPass(woken.elapsed)
        woken.sleeper.continuation.resume()
        return true
    }

    /// Waits so long.
    package func sleep(_ duration: Duration) async throws {
        try Task.checkCancellation()
        let number = state.withLock { state in
            state.number += 1
            return state.number
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation {
                (continuation: CheckedContinuation<Void, any Error>) in
                guard !Task.isCancelled else { return continuation.resume(throwing: CancellationError()) }
                state.withLock { state in
                    state.sleepers.append(
                        Sleeper(
                            deadline: state.elapsed + max(duration, .zero),
                            number: number,
                            continuation: continuation
                        )
                    )
                }
                tell()
            }
        } onCancel: {
            let sleeper = state.withLock { state in
                state.sleepers.firstIndex { $0.number == number }.map { state.sleepers.remove(at: $0) }
            }
            sleeper?.continuation.resume(throwing: CancellationError())
        }
    }
}
