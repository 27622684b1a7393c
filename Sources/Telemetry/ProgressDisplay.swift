import Core
import Synchronization

/// Shows how the streams of a run come along: redrawn in place on a terminal, as sparse lines elsewhere.
///
/// With a log they are lines of that in either case: whoever wants records gets nothing but records.
package final class ProgressDisplay: Sendable {
    /// Reads the monotonic time.
    package typealias Clock = @Sendable () -> ContinuousClock.Instant

    private let board: Locked<ProgressBoard>
    private let terminal: Terminal
    private let console: Console
    private let log: Logger?
    private let now: Clock

    /// A display without streams.
    package init(
        terminal: Terminal,
        console: Console,
        log: Logger? = nil,
        now: @escaping Clock = { ContinuousClock().now }
    ) {
        self.terminal = terminal
        self.console = console
        self.log = log
        self.now = now
        board = Locked(ProgressBoard(isInteractive: terminal.isInteractive && log == nil, start: now()))
    }

    /// Takes news of a stream; the screen follows at most ten times a second.
    package func update(_ update: ProgressUpdate) {
        let time = now()
        perform(board.withLock { $0.take(update, at: time) }, at: time)
    }

    /// Draws what has changed since the last drawing: for a caller's timer, when no update comes.
    package func refresh() {
        let time = now()
        perform(board.withLock { $0.refresh(at: time) }, at: time)
    }

    /// Draws the final state, which stays.
    package func finish() {
        let time = now()
        perform(board.withLock { $0.finish() }, at: time)
        console.keep()
    }

    private func perform(_ action: ProgressBoard.Action?, at time: ContinuousClock.Instant) {
        switch action {
        case nil: return
        case .draw(let board):
            console.redraw(board.lines(size: terminal.size(), colors: terminal.hasColors, at: time))
        case .say(let news):
            if let log {
                news.log(to: log)
            } else {
                console.write(Array((news.line + "\n").utf8))
            }
        }
    }
}
