import Core
import Synchronization

/// What has come of a body and was not taken yet: between the loop's thread and who reads it.
final class BodyChannel: Sendable {
    /// What an answer says before its body.
    struct Head: Sendable {
        var status: Int
        var headers: [(name: String, value: String)]
        /// Whether a length or the protocol's frames tell where the body ends; chunks stand in the headers.
        var hasLength: Bool
    }

    /// What the reader gets next.
    enum Portion: Sendable {
        case bytes([UInt8])
        case end(TransferLoop.End)
    }

    private struct State {
        var head: Head?
        var bytes: [UInt8] = []
        var end: TransferLoop.End?
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let state = Locked(State())

    // MARK: On the loop's thread

    /// Takes over what came.
    func arrived(_ head: Head?, _ bytes: [UInt8]) {
        change { state in
            if let head { state.head = head }
            if state.bytes.isEmpty { state.bytes = bytes } else { state.bytes += bytes }
        }
    }

    /// Nothing follows; what came before may still be taken.
    func ended(_ end: TransferLoop.End) { change { $0.end = end } }

    private func change(_ change: (inout State) -> Void) {
        let waiter = state.withLock { state in
            change(&state)
            return state.waiter.take()
        }
        waiter?.resume()
    }

    // MARK: For the reader

    /// The head; nil where there is none before the end.
    func head() async -> Head? {
        while true {
            let (head, isEnded) = state.withLock { ($0.head, $0.end != nil) }
            if head != nil || isEnded { return head }
            await wait { $0.head != nil || $0.end != nil }
        }
    }

    /// What came since the last call, or the end.
    func next() async -> Portion {
        while true {
            let portion = state.withLock { state -> Portion? in
                guard state.bytes.isEmpty else {
                    defer { state.bytes = [] }
                    return .bytes(state.bytes)
                }
                return state.end.map { .end($0) }
            }
            if let portion { return portion }
            await wait { !$0.bytes.isEmpty || $0.end != nil }
        }
    }

    /// Waits until something has changed, unless it has.
    private func wait(until isDone: (borrowing State) -> Bool) async {
        await withCheckedContinuation { continuation in
            let mayGoOn = state.withLock { state in
                guard !isDone(state) else { return true }
                precondition(state.waiter == nil, "a body is read one piece at a time")
                state.waiter = continuation
                return false
            }
            if mayGoOn { continuation.resume() }
        }
    }
}
