import Core
import JSON
import Scheduling
import Testing

@testable import Daemon

/// Lines of the log of runs that were written again without a key.
@Suite("Lines of the log that were written again")
struct RunLinesTests {
    private static let at = Instant(seconds: 1_772_366_400)
    private static let key = Array("line:1".utf8)

    private static func line(_ event: RunLine.Event, _ seconds: Int, erased: Bool = false) -> RunLine {
        RunLine(
            at: at.advanced(by: .seconds(seconds)),
            host: "h",
            event: event,
            erased: erased ? at.advanced(by: .seconds(9999)) : nil
        )
    }

    private static func answer(_ status: CommandAnswer.Status, _ message: String) -> RunLine.Event {
        .answer(CommandAnswer(command: "c", status: status, message: message))
    }

    private static func finish(_ run: String, _ message: String?) throws -> RunLine.Event {
        .ended(
            RunFinish(
                run: run,
                schedule: "s",
                account: try AccountName("stripe/acme"),
                status: .failed,
                exitCode: 1,
                outcome: ["streams": ["a": ["status": "failed"]], "transactions": .number(1)],
                errorMessage: message,
                started: at
            )
        )
    }

    @Test("such a line stands where its first form stood, be that there still or compacted away")
    func order() {
        let first = Self.line(.log(run: "r", text: "key ann"), 1)
        let second = Self.line(.log(run: "q", text: "x"), 2)
        let again = Self.line(.log(run: "r", text: "key [erased]"), 1, erased: true)
        var both = RunLines()
        both.take(first, key: Self.key)
        both.take(second, key: Array("line:2".utf8))
        both.take(again, key: Self.key)
        var compacted = RunLines()
        compacted.take(second, key: Array("line:2".utf8))
        compacted.take(again, key: Self.key)
        compacted.take(again, key: Self.key)
        #expect(both.lines == [again, second] && compacted.lines == [again, second])
        // Lines of earlier versions share a key, and are several all the same.
        var old = RunLines()
        old.take(first, key: [])
        old.take(second, key: [])
        #expect(old.lines == [first, second])
    }

    @Test(
        "the daemon's history takes it as the same: no second start, end or reason, and no command is open again"
    )
    func history() throws {
        let account = try AccountName("stripe/acme")
        let start = RunStart(run: "r", account: account, schedule: "s", trigger: "manual")
        let ticks = SkippedTicks(first: Self.at, last: Self.at, count: 1, reason: .paused("key ann"))
        let lines = [
            Self.line(.started(start), 0), Self.line(Self.answer(.accepted, "ann"), 0),
            Self.line(.skipped(schedule: "s", ticks), 1), Self.line(Self.answer(.done, "ok"), 2),
            Self.line(try Self.finish("r", "ann"), 3), Self.line(try Self.finish("q", nil), 4),
        ]
        var erasedTicks = ticks
        erasedTicks.reason = .paused("key [erased]")
        let again = [
            Self.line(Self.answer(.accepted, "[erased]"), 0, erased: true),
            Self.line(.skipped(schedule: "s", erasedTicks), 1, erased: true),
            Self.line(try Self.finish("r", "[erased]"), 3, erased: true),
        ]
        func history(_ lines: [RunLine]) -> DaemonHistory {
            var history = DaemonHistory()
            for line in lines { history.take(line) }
            return history
        }
        // Its first form is there, or compaction has taken it away.
        for lines in [lines + again, [lines[0], lines[3], lines[5]] + again] {
            let history = history(lines)
            #expect(history.accepted.isEmpty)
            #expect(history.skipped["s"] == [erasedTicks])
            #expect(history.ended.map { $0.view.start.run } == ["r", "q"])
            #expect(history.ended.first?.view.start.trigger == "manual")
            #expect(history.ended.first?.view.errorMessage == "[erased]")
            #expect(history.ended.first?.view.streams.count == 1)
        }
    }

    @Test("keys are taken out of what is told in words, and out of nothing that says which line it is")
    func eraser() throws {
        let eraser = RunLineEraser(KeyEraser([Array("ann".utf8), Array("1234567".utf8)]))
        let account = try AccountName("stripe/ann")
        let outcome: JSONValue = [
            "status": "failed", "records": .number(1_234_567),
            "streams": [
                "ann": [
                    "error": ["code": "ann", "message": "record ann is none"],
                    "bookmark": ["list": ["token": .number(1_234_567)]],
                ]
            ],
        ]
        let finish = RunFinish(
            run: "ann",
            schedule: "ann",
            account: account,
            status: .failed,
            exitCode: 1,
            outcome: outcome,
            errorMessage: "record ann is none",
            started: Self.at
        )
        let bytes = try Self.line(.ended(finish), 0).bytes()
        let line = try RunLine(try #require(eraser.erased(bytes, at: Self.at)))
        #expect(line.erased == Self.at)
        guard case .ended(let left) = line.event else { return #expect(Bool(false)) }
        #expect(left.run == "ann" && left.schedule == "ann" && left.account == account)
        #expect(left.errorMessage == "record [erased] is none")
        #expect(left.outcome["records"]?.int == 1_234_567)
        let stream = left.outcome["streams"]?["ann"]
        #expect(stream?["error"]?["code"]?.text == "ann")
        #expect(stream?["error"]?["message"]?.text == "record [erased] is none")
        #expect(stream?["bookmark"]?["list"]?["token"]?.text == "[erased]")
        #expect(eraser.erased(try line.bytes(), at: Self.at) == nil)
        let other = try Self.line(.log(run: "ann", text: "annals"), 0).bytes()
        #expect(!eraser.names(other))
    }
}
