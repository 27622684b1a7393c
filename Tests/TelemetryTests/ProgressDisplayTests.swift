import Core
import Telemetry
import Testing

@Suite struct ProgressDisplayTests {
    private let recorder = Recorder()

    private func display(
        interactive: Bool,
        colors: Bool = false,
        columns: Int = 80,
        rows: Int = 24
    ) -> (ProgressDisplay, Console) {
        let console = Console(output: recorder.writer)
        let terminal = Terminal(
            isInteractive: interactive,
            hasColors: colors,
            size: { .init(columns: columns, rows: rows) }
        )
        return (ProgressDisplay(terminal: terminal, console: console, now: recorder.clock), console)
    }

    @Test func drawsAtMostTenTimesASecond() {
        let (display, _) = display(interactive: true)
        var drawings = 0
        for count in 1...1000 {
            recorder.advance(.milliseconds(1))
            display.update(.init(stream: "charges", records: count, pages: 1))
            if !recorder.take().isEmpty { drawings += 1 }
        }
        #expect(drawings == 10)
        display.finish()
        #expect(recorder.take().contains("1,000"))
    }

    @Test func redrawsInPlace() {
        let (display, console) = display(interactive: true)
        recorder.advance(.seconds(1))
        display.update(.init(stream: "charges", records: 1500, pages: 15, reached: "2026-03-01"))
        #expect(
            recorder.take()
                == "   stream   records  pages     rate  reached\n"
                + ">  charges    1,500     15  1,500/s  2026-03-01\n"
        )
        recorder.advance(.seconds(1))
        display.update(.init(stream: "refunds", phase: .waiting("rate limit")))
        #expect(
            recorder.take() == "\u{1B}[2A\r\u{1B}[J"
                + "   stream   records  pages   rate  reached\n"
                + ">  charges    1,500     15  750/s  2026-03-01\n"
                + "~  refunds        0      0    0/s  waiting: rate limit\n"
        )
        console.write(Array("a line\n".utf8))
        #expect(recorder.take().hasPrefix("\u{1B}[3A\r\u{1B}[Ja line\n   stream"))
        display.finish()
        _ = recorder.take()
        console.write(Array("below\n".utf8))
        #expect(recorder.take() == "below\n")
    }

    @Test(arguments: [true, false]) func aLogGetsRecordsAndNothingElse(interactive: Bool) {
        let terminal = Terminal(isInteractive: interactive, hasColors: interactive)
        let log = Logger(
            format: .json,
            now: { .init(seconds: 1_760_000_000) },
            redact: { $0.replacing("sk_1", with: "…") },
            writer: recorder.writer
        )
        let display = ProgressDisplay(
            terminal: terminal,
            console: Console(output: recorder.writer),
            log: log,
            now: recorder.clock
        )
        display.update(.init(stream: "charges"))
        #expect(recorder.take().isEmpty)
        recorder.advance(.seconds(5))
        display.update(.init(stream: "charges", records: 1500, pages: 15, reached: "list"))
        display.update(.init(stream: "refunds", phase: .failed("sk_1 is refused")))
        display.finish()
        let start = #"{"time":"2025-10-09T08:53:20.000Z","level":"info","message":"progress","stream":"#
        #expect(
            recorder.take() == start
                + #""charges","phase":"reading","records":1500,"pages":15,"rate":300,"reached":"list"}"#
                + "\n"
                + start
                + #""refunds","phase":"failed","records":0,"pages":0,"rate":0,"reached":null,"reason":"… is refused"}"#
                + "\n"
        )
    }

    @Test func refreshDrawsWhatWasHeldBack() {
        let (display, _) = display(interactive: true)
        display.update(.init(stream: "a", records: 1))
        display.update(.init(stream: "a", records: 2))
        _ = recorder.take()
        display.refresh()
        #expect(recorder.take().isEmpty)
        recorder.advance(.milliseconds(100))
        display.refresh()
        #expect(recorder.take().contains(">  a             2"))
        recorder.advance(.milliseconds(100))
        display.refresh()
        #expect(recorder.take().isEmpty)
    }

    @Test func colorsOnlyWhereTheyAreWanted() {
        let (plain, _) = display(interactive: true)
        plain.update(.init(stream: "a", phase: .failed("no")))
        #expect(!recorder.take().contains("\u{1B}[31m"))
        let (colored, _) = display(interactive: true, colors: true)
        colored.update(.init(stream: "a", phase: .failed("no")))
        #expect(
            recorder.take() == "   stream  records  pages  rate  reached\n"
                + "\u{1B}[31m✗  a             0      0   0/s  failed: no\u{1B}[0m\n"
        )
    }

    @Test func fitsNarrowAndLowTerminals() {
        let (display, _) = display(interactive: true, columns: 30, rows: 5)
        for index in 0..<6 {
            recorder.advance(.seconds(1))
            display.update(
                .init(
                    stream: "a_stream_with_a_long_name_\(index)",
                    records: 1_000_000,
                    phase: index == 0 ? .done : .reading
                )
            )
        }
        let last = recorder.take().split(separator: "\u{1B}[J").last ?? ""
        let lines = last.split(separator: "\n")
        #expect(lines.count == 4)
        #expect(lines.last == "  and 4 more streams")
        for line in lines { #expect(line.count < 30) }
        #expect(!last.contains("✓"))
    }

    @Test func plainLinesComeAtMostEveryFiveSeconds() {
        let (display, _) = display(interactive: false)
        for step in 1...200 {
            recorder.advance(.milliseconds(100))
            display.update(
                .init(stream: "charges", records: step * 100, pages: step, reached: "page \(step)")
            )
        }
        let lines = recorder.take().split(separator: "\n")
        #expect(lines.count == 4)
        #expect(lines.first == "charges: 5,000 records, 50 pages, 1,000/s, page 50")
        display.refresh()
        #expect(recorder.take().isEmpty)
    }

    @Test func plainEndsAreSaidAtOnceAndOnce() {
        let (display, _) = display(interactive: false)
        recorder.advance(.seconds(2))
        let end = ProgressUpdate(stream: "charges", records: 1000, pages: 10, phase: .done)
        display.update(end)
        display.update(end)
        display.update(.init(stream: "refunds", phase: .failed("403 \u{1B}[2J")))
        display.finish()
        #expect(
            recorder.take() == """
                charges: 1,000 records, 10 pages, 500/s, done
                refunds: 0 records, 0 pages, 0/s, failed: 403 \u{FFFD}[2J

                """
        )
    }

    @Test func theRateIsThatOfTheLastSeconds() {
        let (display, _) = display(interactive: false)
        for step in 1...600 {
            recorder.advance(.milliseconds(100))
            // Fast for half a minute, then slow.
            display.update(.init(stream: "a", records: min(step, 300) * 100 + max(0, step - 300)))
        }
        #expect(recorder.take().split(separator: "\n").last == "a: 30,300 records, 0 pages, 10/s")
    }

    @Test func environmentDecidesAboutColors() {
        // No test runs on a terminal: a descriptor that is none has neither.
        let terminal = Terminal.behind(-1, environment: { _ in nil })
        #expect(!terminal.isInteractive && !terminal.hasColors)
        #expect(terminal.size() == .init(columns: 80, rows: 24))
    }
}
