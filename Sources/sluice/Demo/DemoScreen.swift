import Core
import Daemon
import Synchronization
import Telemetry

/// Shows a demonstration on the standard error: redrawn in place on a terminal, as sparse lines elsewhere.
final class DemoScreen: Sendable {
    /// A terminal is redrawn so often, and not more.
    static let interval = Duration.milliseconds(200)
    /// Elsewhere a line stands for the runs of so long.
    private static let lineInterval = Duration.seconds(5)

    private struct Said: Sendable {
        var records = 0
        var deletes = 0
        var time: ContinuousClock.Instant?
    }

    private let board: Locked<DemoBoard>
    private let said = Locked(Said())
    private let terminal: Terminal
    private let console: Console
    private let isQuiet: Bool

    init(program: Program, streams: [DemoStream], isQuiet: Bool) {
        board = Locked(DemoBoard(streams: streams, start: .now))
        terminal = program.terminal
        console = program.console
        self.isQuiet = isQuiet
    }

    /// Says where everything is.
    func open(_ heading: [String]) {
        board.withLock { $0.heading = heading }
        if terminal.isInteractive { return draw() }
        for line in heading { say(line) }
    }

    var totals: DemoTotals { board.withLock { $0.totals } }

    /// Takes in the runs that the daemon shows; whether more of them are over.
    func take(_ runs: [RunView]) -> Bool { board.withLock { $0.totals.take(runs) } }

    func count(_ changes: DemoChanges.Counts) { board.withLock { $0.totals.changes = changes } }

    /// Shows what was read back of runs that are over; the last time, whatever was not said yet.
    func show(_ tail: TopicTail, _ seen: [TopicTail.Seen], isLast: Bool = false) {
        let totals = board.withLock { board in
            board.totals.count(tail)
            board.show(seen)
            return board.totals
        }
        guard !terminal.isInteractive else { return draw() }
        let time = ContinuousClock.now
        let line = said.withLock { said -> String? in
            let records = totals.records - said.records
            let deletes = totals.deletes - said.deletes
            guard records + deletes > 0 else { return nil }
            if !isLast, totals.runs > 2, let last = said.time, time - last < Self.lineInterval { return nil }
            said = Said(records: totals.records, deletes: totals.deletes, time: time)
            return
                "after \(totals.runs) run\(totals.runs == 1 ? "" : "s"): \(records) records and \(deletes) deletes more; "
                + "\(totals.keys) keys in Kafka"
        }
        if let line { say(line) }
    }

    /// Draws what there is; the owner's timer calls it.
    func draw() {
        guard isDrawn, board.withLock({ !$0.heading.isEmpty }) else { return }
        let time = ContinuousClock.now
        let board = board.withLock { board in
            board.sample(at: time)
            return board
        }
        console.redraw(board.lines(size: terminal.size(), at: time))
    }

    /// Whether it draws at all.
    var isDrawn: Bool { terminal.isInteractive && !isQuiet }

    /// Draws the final state, which stays.
    func close() {
        let board = board.withLock { board in
            board.hint = ""
            return board
        }
        if isDrawn {
            // It is never redrawn, and so may be higher than the terminal.
            let size = Terminal.Size(columns: terminal.size().columns, rows: 1000)
            console.redraw(board.lines(size: size, at: .now))
        }
        console.keep()
    }

    private func say(_ line: String) {
        if !isQuiet { console.write(Array((TerminalText.clean(line) + "\n").utf8)) }
    }
}
