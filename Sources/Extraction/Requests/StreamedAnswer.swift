import Core
import JSON
import Synchronization

/// An answer whose records are read while it comes, chunk by chunk.
///
/// What it holds does not grow with the body (I7). One call at a time.
final class StreamedAnswer: Sendable {
    private struct State {
        var cutter: any RecordCutter
        /// What the body begins with, for errors.
        var head: [UInt8] = []
        var isEnded = false
    }

    let answer: Requester.Answer
    private let body: any HTTPBody
    private let limits: RecordChunk.Limits
    private let state: Locked<State>

    init(_ answer: Requester.Answer, body: any HTTPBody, cutter: any RecordCutter, limits: RecordChunk.Limits)
    {
        self.answer = answer
        self.body = body
        self.limits = limits
        state = Locked(State(cutter: cutter))
    }

    /// What the body begins with, as far as it came.
    var head: [UInt8] { state.withLock { $0.head } }

    /// The next chunk, the last of which says so.
    ///
    /// Throws `HTTPError` for a body that is cut, and `BodyFormat.Problem`.
    func next() async throws -> RecordChunk {
        while true {
            if let chunk = try chunk() { return chunk }
            let piece = try await body.next()
            state.withLock { state in
                guard let piece else { return state.cutter.end() }
                if state.head.count < 4096 { state.head += piece.prefix(4096 - state.head.count) }
                state.cutter.take(piece)
            }
        }
    }

    private func chunk() throws(BodyFormat.Problem) -> RecordChunk? {
        let limits = limits
        return try state.withLock { state throws(BodyFormat.Problem) in try state.cutter.next(limits) }
    }

    /// Gives the rest up.
    func close() { body.close() }
}
