import Core
import Runs
import Synchronization
import Telemetry

/// Shows a demonstration on the standard error: redrawn in place on a terminal, as sparse lines elsewhere.
final class DemoScreen: Sendable {
    /// A terminal is redrawn so often, and not more.
    static let interval = Duration.milliseconds(200)
    /// Elsewhere a line stands for the rounds of so long.
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

    init(program: Program, heading: [String], streams: [StreamName], isQuiet: Bool) {
        board = Locked(DemoBoard(heading: heading, streams: streams, start: .now))
        terminal = program.terminal
        console = program.console
        self.isQuiet = isQuiet
        if !terminal.isInteractive { for line in heading { say(line) } }
    }

    var totals: DemoTotals { board.withLock { $0.totals } }

    func take(_ event: RunEvent) { board.withLock { $0.totals.take(event) } }

    func count(_ changes: DemoChanges.Counts) { board.withLock { $0.totals.changes = changes } }

    /// A round is over, and its events were read back.
    func finish(_ outcome: RunOutcome, account: AccountName, tail: TopicTail, seen: [TopicTail.Seen]) {
        let totals = board.withLock { board in
            board.totals.add(outcome, account: account)
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
            if totals.rounds > 2, let last = said.time, time - last < Self.lineInterval { return nil }
            said = Said(records: totals.records, deletes: totals.deletes, time: time)
            return
                "round \(totals.rounds): \(records) records and \(deletes) deletes more; \(totals.keys) keys in Kafka"
        }
        if let line { say(line) }
    }

    /// Draws what there is; the owner's timer calls it.
    func draw() {
        guard isDrawn else { return }
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
