import Core
import Runs
import Synchronization

/// What was heard of a command and of the run that comes of it.
final class Heard: Sendable {
    private struct State {
        var answer: CommandAnswer?
        var end: RunFinish?
        var run: String?
    }

    /// Given once nothing more is to be heard.
    let end = StopSignal()
    private let command: String
    private let follows: Bool
    private let onLine: @Sendable (RunLine) -> Void
    private let state = Locked(State())

    init(command: String, follows: Bool, onLine: @escaping @Sendable (RunLine) -> Void) {
        self.command = command
        self.follows = follows
        self.onLine = onLine
    }

    /// The answer, and the run's end where that is followed; nil before there is an answer.
    var result: (answer: CommandAnswer, end: RunFinish?)? {
        state.withLock { state in state.answer.map { ($0, state.end) } }
    }

    /// Takes in a line of the log; false once there is nothing more to wait for.
    func goesOn(after line: RunLine) -> Bool {
        // Who follows has heard it as it was written first.
        guard line.erased == nil else { return true }
        let (isOver, isOurs) = state.withLock { state in
            switch line.event {
            case .answer(let answer) where answer.command == command:
                // A run is accepted first, and can still be refused.
                state.answer = answer
                state.run = answer.run ?? state.run
                return (answer.status != .accepted || !follows, true)
            case .started(let start) where start.command == command:
                state.run = start.run
                state.answer =
                    state.answer
                    ?? CommandAnswer(command: command, status: .accepted, run: start.run, message: "")
                return (!follows, true)
            case .started(let start): return (false, start.run == state.run)
            case .progress(let run, _), .log(let run, _): return (false, run == state.run)
            case .ended(let finish) where finish.run == state.run:
                state.end = finish
                return (true, true)
            case .ended, .skipped, .audit, .answer, .backfill: return (false, false)
            }
        }
        if isOurs { onLine(line) }
        if isOver { end.give(StopSignal.ended) }
        return !isOver
    }
}
