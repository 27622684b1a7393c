import Core
import Foundation
import Simulators
import Synchronization

/// Virtual time for many tasks at once: it passes only when none of them has anything left to do, and then to the
/// earliest moment that one of them waits for.
///
/// What runs in `run` runs on one thread, in one order.
final class OrderedTime: TaskExecutor {
    private struct Sleeper {
        var deadline: Instant
        var number: Int
        var continuation: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var jobs: [UnownedJob] = []
        var sleepers: [Sleeper] = []
        var number = 0
        var isOver = false
    }

    private let clock: VirtualClock
    /// Told whenever there is something to do.
    private let change = NSCondition()
    private let state = Locked(State())

    /// The time of a clock that moves by this alone.
    init(_ clock: VirtualClock) { self.clock = clock }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        state.withLock { $0.jobs.append(job) }
        tell()
    }

    /// Runs `body` and all that it starts to the end.
    func run<Value: Sendable>(_ body: @escaping @Sendable () async -> Value) async -> Value {
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
        while state.withLock({ $0.jobs.isEmpty && $0.sleepers.isEmpty && !$0.isOver }) { change.wait() }
        change.unlock()
    }

    /// Wakes whoever waits for the earliest moment; false where nobody waits.
    private func passTime() -> Bool {
        let sleeper = state.withLock { state -> Sleeper? in
            let next = state.sleepers.indices.min {
                (state.sleepers[$0].deadline, state.sleepers[$0].number)
                    < (state.sleepers[$1].deadline, state.sleepers[$1].number)
            }
            return next.map { state.sleepers.remove(at: $0) }
        }
        guard let sleeper else { return false }
        clock.advance(to: sleeper.deadline)
        sleeper.continuation.resume()
        return true
    }

    /// Waits so long.
    func sleep(_ duration: Duration) async throws {
        try Task.checkCancellation()
        let number = state.withLock { state in
            state.number += 1
            return state.number
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation {
                (continuation: CheckedContinuation<Void, any Error>) in
                guard !Task.isCancelled else { return continuation.resume(throwing: CancellationError()) }
                let deadline = clock.now.advanced(by: max(duration, .zero))
                state.withLock {
                    $0.sleepers.append(
                        Sleeper(deadline: deadline, number: number, continuation: continuation)
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
