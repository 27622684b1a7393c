import Synchronization

/// Lets tasks through one at a time, in the order they came.
package final class Turn: Sendable {
    private struct Line {
        var isTaken = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let line = Locked(Line())

    /// A turn that nobody has.
    package init() {}

    /// Waits for the turn.
    ///
    /// What goes before is bounded in time, so a cancelled task waits as well.
    package func take() async {
        await withCheckedContinuation { continuation in
            let isFree = line.withLock { line in
                if line.isTaken {
                    line.waiting.append(continuation)
                    return false
                }
                line.isTaken = true
                return true
            }
            if isFree { continuation.resume() }
        }
    }

    /// Gives the turn to the next.
    package func give() {
        let next: CheckedContinuation<Void, Never>? = line.withLock { line in
            guard !line.waiting.isEmpty else {
                line.isTaken = false
                return nil
            }
            return line.waiting.removeFirst()
        }
        next?.resume()
    }
}
