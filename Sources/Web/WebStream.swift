/// A body that is written while it is sent.
///
/// Safe from any thread; what the client does not take waits in memory, up to a limit, after which it is cut off.
package final class WebStream: Sendable {
    private struct State {
        var chunks: [[UInt8]] = []
        var first = 0  // of the first chunk: so many bytes are already sent
        var waiting = 0
        var isFinished = false
        var isClosed = false
        var wake: (@Sendable () -> Void)?
    }

    /// What the server gets when it asks for more.
    enum Portion {
        case bytes(Int)
        case waiting
        case end
        case cut
    }

    private let limit: Int
    private let state = Monitor(State())

    /// A stream that holds at most `limit` bytes which the client has not taken yet.
    package init(limit: Int = 1 << 20) { self.limit = limit }

    /// Adds bytes; false once nobody reads them any more, and the writer may stop.
    @discardableResult
    package func write(_ bytes: [UInt8]) -> Bool {
        guard !bytes.isEmpty else { return !state.withLock { $0.isClosed || $0.isFinished } }
        let (isOpen, wake) = state.withLock { state in
            guard !state.isClosed, !state.isFinished else { return (false, (@Sendable () -> Void)?.none) }
            if state.waiting + bytes.count > limit {
                state.isClosed = true
            } else {
                state.chunks.append(bytes)
                state.waiting += bytes.count
            }
            return (!state.isClosed, state.wake.take())
        }
        wake?()
        return isOpen
    }

    /// Ends the body in order, after what was written.
    package func finish() { end { $0.isFinished = true } }

    /// Breaks the connection off; what was not sent yet is lost.
    package func cut() { end { $0.isClosed = true } }

    private func end(_ change: (inout State) -> Void) {
        let wake = state.withLock { state in
            change(&state)
            return state.wake.take()
        }
        wake?()
    }

    /// Takes bytes into `buffer`; on the server's thread.
    ///
    /// - Parameters:
    ///   - buffer: where they go.
    ///   - suspend: called with the lock held when there is nothing yet, so that no writer can wake the
    ///     connection before it sleeps; false if the server stops and the body must end here.
    ///   - wake: what a writer then calls, without the lock.
    /// - Returns: how many bytes came, or why none did.
    func read(
        into buffer: UnsafeMutableRawBufferPointer,
        suspend: () -> Bool,
        wake: @escaping @Sendable () -> Void
    ) -> Portion {
        state.withLock { state in
            if state.isClosed { return .cut }
            guard state.waiting > 0 else {
                if state.isFinished { return .end }
                guard suspend() else { return .end }
                state.wake = wake
                return .waiting
            }
            var count = 0
            var used = 0
            for chunk in state.chunks {
                let piece = chunk[state.first...].prefix(buffer.count - count)
                unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[count...]).copyBytes(from: piece)
                count += piece.count
                guard state.first + piece.count == chunk.count else {
                    state.first += piece.count
                    break
                }
                state.first = 0
                used += 1
                if count == buffer.count { break }
            }
            state.chunks.removeFirst(used)
            state.waiting -= count
            return .bytes(count)
        }
    }

    /// The request is over: writers learn of it at their next write.
    func abandon() {
        state.withLock { state in
            state.isClosed = true
            state.chunks = []
            state.wake = nil
        }
    }
}
