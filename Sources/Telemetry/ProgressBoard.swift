/// Decides when progress is shown and what it says; `ProgressDisplay` performs it.
struct ProgressBoard: Sendable {
    enum Action {
        case draw(ProgressBoard)
        case say(ProgressNews)
    }

    static let drawInterval = Duration.milliseconds(100)
    static let lineInterval = Duration.seconds(5)
    /// The rate is that of the last so many seconds.
    static let rateWindow = Duration.seconds(10)

    private struct Row: Sendable {
        var update: ProgressUpdate
        var samples: [(time: ContinuousClock.Instant, records: Int)]
        var lastLine: ContinuousClock.Instant
    }

    private let isInteractive: Bool
    private let start: ContinuousClock.Instant
    private var rows: [Row] = []
    private var lastDraw: ContinuousClock.Instant?
    private var isDirty = false

    init(isInteractive: Bool, start: ContinuousClock.Instant) {
        self.isInteractive = isInteractive
        self.start = start
    }

    mutating func take(_ update: ProgressUpdate, at time: ContinuousClock.Instant) -> Action? {
        let index = rows.firstIndex { $0.update.stream == update.stream } ?? rows.count
        let isNew = index == rows.count
        if isNew {
            rows.append(Row(update: update, samples: [(start, 0)], lastLine: start))
        }
        let was = rows[index].update
        rows[index].update = update
        rows[index].samples.append((time, update.records))
        // One sample from before the window stays, so that the window is covered whole.
        while rows[index].samples.count > 2, time - rows[index].samples[1].time > Self.rateWindow {
            rows[index].samples.removeFirst()
        }
        isDirty = true
        if isInteractive { return refresh(at: time) }
        let hasEnded = update.phase.isOver && (isNew || !was.phase.isOver)
        guard hasEnded || time - rows[index].lastLine >= Self.lineInterval else { return nil }
        rows[index].lastLine = time
        return .say(
            ProgressNews(update: update, rate: Self.perSecond(rows[index], at: time, start: start))
        )
    }

    mutating func refresh(at time: ContinuousClock.Instant) -> Action? {
        guard isInteractive, isDirty else { return nil }
        if let lastDraw, time - lastDraw < Self.drawInterval { return nil }
        lastDraw = time
        isDirty = false
        return .draw(self)
    }

    mutating func finish() -> Action? {
        guard isInteractive, !rows.isEmpty else { return nil }
        isDirty = false
        return .draw(self)
    }

    /// The block for a terminal: a line a stream, as many as fit, the unfinished ones first.
    func lines(size: Terminal.Size, colors: Bool, at time: ContinuousClock.Instant) -> [String] {
        // The headings, and the line where the cursor waits.
        let room = max(1, size.rows - 2)
        var shown = rows
        if rows.count > room {
            let open = rows.filter { !$0.update.phase.isOver }
            shown = Array((open + rows.filter(\.update.phase.isOver)).prefix(max(0, room - 1)))
        }
        var table = Table([
            .init(""), .init("stream"), .init("records", .right), .init("pages", .right),
            .init("rate", .right),
            .init("reached"),
        ])
        for row in shown {
            table.append([
                Self.mark(row.update.phase), row.update.stream, Self.grouped(row.update.records),
                Self.grouped(row.update.pages),
                Self.grouped(Self.perSecond(row, at: time, start: start)) + "/s",
                Self.state(row.update),
            ])
        }
        // One column less than there is: a terminal wraps when the last one is filled.
        let width = size.columns - 1
        var lines = table.lines(width: width).map { TerminalText.cut($0, to: width) }
        if colors {
            for (index, row) in shown.enumerated() {
                lines[index + 1] = Self.colored(lines[index + 1], row.update.phase)
            }
        }
        if shown.count < rows.count { lines.append("  and \(rows.count - shown.count) more streams") }
        return lines
    }

    private static func mark(_ phase: ProgressUpdate.Phase) -> String {
        switch phase {
        case .reading: ">"
        case .waiting: "~"
        case .done: "✓"
        case .failed: "✗"
        case .unavailable, .cancelled: "–"
        }
    }

    static func state(_ update: ProgressUpdate) -> String {
        switch update.phase {
        case .reading: update.reached ?? ""
        case .waiting(let why): (update.reached.map { $0 + ", " } ?? "") + "waiting: \(why)"
        case .done: (update.reached.map { $0 + ", " } ?? "") + "done"
        case .failed(let why): "failed: \(why)"
        case .unavailable(let why): "unavailable: \(why)"
        case .cancelled: (update.reached.map { $0 + ", " } ?? "") + "cancelled"
        }
    }

    private static func colored(_ line: String, _ phase: ProgressUpdate.Phase) -> String {
        switch phase {
        case .reading: line
        case .waiting, .unavailable, .cancelled: "\u{1B}[33m\(line)\u{1B}[0m"
        case .done: "\u{1B}[32m\(line)\u{1B}[0m"
        case .failed: "\u{1B}[31m\(line)\u{1B}[0m"
        }
    }

    /// Records a second: of the last seconds while it runs, of the whole run once it is over.
    private static func perSecond(
        _ row: Row,
        at time: ContinuousClock.Instant,
        start: ContinuousClock.Instant
    ) -> Int {
        let last = row.samples[row.samples.count - 1]
        let isOver = row.update.phase.isOver
        let first = isOver ? (time: start, records: 0) : row.samples[0]
        let elapsed = (isOver ? last.time : time) - first.time
        let milliseconds =
            elapsed.components.seconds * 1000 + elapsed.components.attoseconds / 1_000_000_000_000_000
        guard milliseconds > 0 else { return 0 }
        return Int(Int64(last.records - first.records) * 1000 / milliseconds)
    }

    /// A number with commas between its thousands.
    static func grouped(_ number: Int) -> String {
        var digits = String(number.magnitude)
        var groups: [String] = []
        while digits.count > 3 {
            groups.insert(String(digits.suffix(3)), at: 0)
            digits.removeLast(3)
        }
        return (number < 0 ? "-" : "") + ([digits] + groups).joined(separator: ",")
    }
}
