import Core
import Telemetry

/// What a demonstration shows, as a value: streams, rate, and the last events that were read back.
struct DemoBoard: Sendable {
    /// The rate is that of the last so many seconds.
    private static let rateWindow = Duration.seconds(10)
    /// The events that are shown.
    static let shownEvents = 5

    /// The lines above the table, which say where everything is.
    var heading: [String] = []
    var totals: DemoTotals
    /// How it can be ended, while it can.
    var hint = "; Ctrl-C ends it"
    private(set) var events: [TopicTail.Seen] = []
    private let start: ContinuousClock.Instant
    private var samples: [(time: ContinuousClock.Instant, records: Int)]

    init(streams: [DemoStream], start: ContinuousClock.Instant) {
        totals = DemoTotals(streams)
        self.start = start
        samples = [(start, 0)]
    }

    /// Puts events behind those that are shown.
    mutating func show(_ seen: [TopicTail.Seen]) { events = Array((events + seen).suffix(Self.shownEvents)) }

    /// Takes a measure for the rate.
    mutating func sample(at time: ContinuousClock.Instant) {
        samples.append((time, totals.records + totals.deletes))
        // One from before the window stays, so that the window is covered whole.
        while samples.count > 2, time - samples[1].time > Self.rateWindow { samples.removeFirst() }
    }

    /// Records a second, deletes included.
    func rate(at time: ContinuousClock.Instant) -> Int {
        let seconds = (time - samples[0].time) / .seconds(1)
        guard seconds > 0 else { return 0 }
        return Int((Double(totals.records + totals.deletes - samples[0].records) / seconds).rounded())
    }

    /// The block for a terminal, no wider and no higher than it is.
    func lines(size: Terminal.Size, at time: ContinuousClock.Instant) -> [String] {
        // A terminal wraps when its last column is filled, and the cursor waits in a line of its own.
        let width = size.columns - 1
        let seconds = Int((time - start) / .seconds(1))
        let changes = totals.changes
        var lines = heading.map { TerminalText.wholeClauses($0, within: width) }
        lines.append(
            "changes  \(changes.created) created, \(changes.updated) updated, \(changes.deleted) deleted at the source"
        )
        lines.append(
            "done     \(totals.runs) runs in \(seconds) s: \(totals.transactions) transactions, "
                + "\(rate(at: time)) records/s\(hint)"
        )
        let room = max(1, size.rows - 1) - lines.count
        // An empty line, headings and a sum stand around the streams; two more and a title around the events.
        let table = table(width: width, streams: max(1, room - 3 - (room > 15 ? 5 : 0)))
        lines.append("")
        lines += table
        let left = room - 1 - table.count - 3
        if left > 0, !events.isEmpty {
            lines.append("")
            lines.append("last events, read back:")
            lines += eventLines(width: width, count: left)
        }
        return lines.prefix(max(1, size.rows - 1)).map { TerminalText.cut($0, to: width) }
    }

    /// The streams, as many as there is room for: those of which most was published, in their order.
    private func table(width: Int, streams room: Int) -> [String] {
        var table = Table([
            .init("stream"), .init("records", .right), .init("deletes", .right), .init("keys", .right),
            .init("bookmark"),
        ])
        var shown = totals.streams
        if shown.count > room {
            let kept = Set(
                shown.sorted { totals.records(of: $0) > totals.records(of: $1) }.prefix(max(0, room - 1))
                    .map(\.label)
            )
            shown = shown.filter { kept.contains($0.label) }
        }
        for stream in shown {
            table.append([
                stream.label, "\(totals.records(of: stream))", "\(totals.deletes(of: stream))",
                "\(stream.keys)",
                stream.place,
            ])
        }
        let others = totals.streams.count - shown.count
        table.append(["all", "\(totals.records)", "\(totals.deletes)", "\(totals.keys)", ""])
        var lines = table.lines(width: width)
        if others > 0 { lines.insert("and \(others) more", at: lines.count - 1) }
        return lines
    }

    /// The last events; where there is no room for all, their transactions without the run that they are of.
    private func eventLines(width: Int, count: Int) -> [String] {
        let shown = events.suffix(count)
        let whole = eventTable(shown) { $0 }.lines()
        if !whole.contains(where: { TerminalText.width($0) > width }) { return whole }
        return eventTable(shown) { $0.split(separator: "/", maxSplits: 1).last.map(String.init) ?? $0 }
            .lines(width: width)
    }

    private func eventTable(_ events: ArraySlice<TopicTail.Seen>, _ transaction: (String) -> String) -> Table
    {
        var table = Table([.init("stream"), .init("key"), .init("value"), .init("transaction")])
        for event in events {
            table.append([
                event.stream, event.key, event.bytes.map { "\($0) bytes" } ?? "deleted",
                transaction(event.transaction),
            ])
        }
        return table
    }
}
