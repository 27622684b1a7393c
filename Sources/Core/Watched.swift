import Synchronization

/// A value that tasks wait for: what changes it wakes them, and a cancelled task waits no longer.
package final class Watched<Value: Sendable>: Sendable {
    private struct Contents {
        var value: Value
        var waiters: [Int: CheckedContinuation<Void, Never>] = [:]
        var nextWaiter = 0
    }

    private let contents: Locked<Contents>

    /// A value that nobody waits for yet.
    package init(_ value: Value) { contents = Locked(Contents(value: value)) }

    /// Looks at the value.
    package func read<Result: Sendable>(_ body: @Sendable (Value) -> Result) -> Result {
        contents.withLock { body($0.value) }
    }

    /// Changes the value and wakes whoever waits.
    package func change<Result: Sendable>(_ body: @Sendable (inout Value) -> Result) -> Result {
        let (result, waiters) = contents.withLock { contents in
            let result = body(&contents.value)
            let waiters = Array(contents.waiters.values)
            contents.waiters = [:]
            return (result, waiters)
        }
        for waiter in waiters { waiter.resume() }
        return result
    }

    /// Waits until the value is so, or the task is cancelled.
    package func wait(until holds: @escaping @Sendable (Value) -> Bool) async {
        let number = contents.withLock { contents in
            contents.nextWaiter += 1
            return contents.nextWaiter
        }
        while !read(holds), !Task.isCancelled {
            await withTaskCancellationHandler {
                await withCheckedContinuation { continuation in
                    let isNow = contents.withLock { contents in
                        if holds(contents.value) { return true }
                        contents.waiters[number] = continuation
                        return false
                    }
                    if isNow { continuation.resume() }
                    // Cancelled before it waited: whoever takes it out resumes it.
                    if Task.isCancelled { takeOut(number)?.resume() }
                }
            } onCancel: {
                takeOut(number)?.resume()
            }
        }
    }

    private func takeOut(_ number: Int) -> CheckedContinuation<Void, Never>? {
        contents.withLock { $0.waiters.removeValue(forKey: number) }
    }
}
