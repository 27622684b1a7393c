import Core
import JSON
import ProcessSupport
import Scheduling
import Testing

@testable import Daemon

@Suite
struct RunLineTests {
    private static let at = Instant(nanoseconds: 1_772_366_400_250_000_000)
    private static let later = Instant(nanoseconds: 1_772_366_401_000_000_001)

    private static func account() throws -> AccountName { try AccountName("stripe/acme") }

    private static let reasons: [SkipReason] = [
        .paused("migration"), .paused(""), .overlap, .excluded(calendar: "holidays"), .coalesced(into: at),
        .notCaughtUp, .outsideWindow, .overLimit, .clockStep, .startDeadline, .skipRequested(by: "ada"),
        .replaced(by: later),
    ]

    /// One line of each event, whole and as bare as it can be.
    private static func events() throws -> [RunLine.Event] {
        let account = try account()
        let outcome: JSONValue = ["run": "r1", "events": 12_345, "streams": ["customers": ["events": 7]]]
        var events: [RunLine.Event] = [
            .started(
                RunStart(
                    run: "r1",
                    account: account,
                    schedule: "stripe",
                    trigger: "catch_up",
                    command: "c1",
                    nominal: at,
                    due: later,
                    streams: ["customers", "charges"],
                    attempt: 2,
                    isResumed: true
                )
            ),
            .started(RunStart(run: "r1", account: account, schedule: nil, trigger: "sync")),
            .progress(run: "r1", streams: ["customers": ["pages": 3]]),
            .ended(
                RunFinish(
                    run: "r1",
                    schedule: "stripe",
                    account: account,
                    status: .failed,
                    exitCode: 3,
                    outcome: outcome,
                    errorCode: "http.status",
                    errorMessage: "the API answered 503",
                    attempts: 3,
                    started: at
                )
            ),
            .log(run: "r1", text: "one\n\"two\"\n"),
            .audit(
                AuditEntry(
                    by: "ada@ops",
                    what: "pause",
                    schedule: "stripe",
                    account: account,
                    before: "running",
                    after: "paused",
                    reason: "migration",
                    command: "c1"
                )
            ),
            .audit(AuditEntry(by: "ada@ops", what: "reload")),
            .answer(CommandAnswer(command: "c1", status: .accepted, run: "r1", message: "it runs")),
            .answer(
                CommandAnswer(
                    command: "c1",
                    status: .refused,
                    code: "daemon.unknown_schedule",
                    message: "no schedule \"strype\"; did you mean stripe?"
                )
            ),
        ]
        for status in RunEnd.Status.allCases {
            events.append(
                .ended(
                    RunFinish(
                        run: "r1",
                        schedule: nil,
                        account: account,
                        status: status,
                        exitCode: 0,
                        outcome: .null,
                        started: at
                    )
                )
            )
        }
        events.append(.answer(CommandAnswer(command: "c1", status: .done, message: "")))
        for (index, reason) in reasons.enumerated() {
            let ticks = SkippedTicks(
                first: at,
                last: later,
                count: index + 1,
                isCountExact: index.isMultiple(of: 2),
                reason: reason
            )
            events.append(.skipped(schedule: "stripe", ticks))
        }
        return events
    }

    private static func lines() throws -> [RunLine] {
        try events().map { RunLine(at: at, host: "ops-1", event: $0) }
    }

    @Test func `every event is written as its golden line, and read from it`() throws {
        let golden = try Golden.lines("runs-1.jsonl")
        let lines = try Self.lines()
        #expect(golden.count == lines.count)
        for (line, bytes) in zip(lines, golden) {
            #expect(
                String(decoding: try line.bytes(), as: UTF8.self) == String(decoding: bytes, as: UTF8.self)
            )
            #expect(try RunLine(bytes) == line)
        }
    }

    @Test func `the lines of backfills are written as their golden ones, and read from them`() throws {
        let account = try Self.account()
        let notes = try BackfillSamples.all.map {
            RunLine.Event.backfill(BackfillNote(schedule: "stripe", account: account, backfill: $0))
        }
        var start = RunStart(run: "r1", account: account, schedule: "stripe", trigger: "backfill")
        start.streams = ["charges"]
        start.backfill = "backfill-1"
        let golden = try Golden.lines("runs-1-backfill.jsonl")
        let lines = ([.started(start)] + notes).map { RunLine(at: Self.at, host: "ops-1", event: $0) }
        #expect(golden.count == lines.count)
        for (line, bytes) in zip(lines, golden) {
            #expect(
                String(decoding: try line.bytes(), as: UTF8.self) == String(decoding: bytes, as: UTF8.self)
            )
            #expect(try RunLine(bytes) == line)
        }
    }

    @Test func `a line out of which a key was erased says when, and has a key of its own`() throws {
        var line = RunLine(at: Self.at, host: "ops-1", event: .log(run: "r", text: "record [erased]"))
        line.erased = Self.at.advanced(by: .seconds(60))
        let bytes = try line.bytes()
        #expect(try RunLine(bytes) == line)
        #expect(String(decoding: bytes, as: UTF8.self).hasSuffix(#""erased":"2026-03-01T12:01:00.250Z"}"#))
        #expect(RunLine.newKey() != RunLine.newKey() && RunLine.isOwnKey(RunLine.newKey()))
        #expect(!RunLine.isOwnKey(Array("yearly".utf8)) && !RunLine.isOwnKey([]))
    }

    @Test func `a damaged line never traps`() throws {
        for golden in try Golden.lines("runs-1.jsonl") + Golden.lines("runs-1-backfill.jsonl") {
            for cut in golden.indices {
                #expect(throws: StateError.self) { try RunLine(Array(golden[..<cut])) }
            }
            for index in golden.indices {
                for byte in [UInt8(0), 0x22, 0x7b, 0x30] {
                    var bytes = golden
                    bytes[index] = byte
                    _ = try? RunLine(bytes)
                }
            }
        }
    }

    @Test(arguments: [
        (#"{"format":2,"event":"woke"}"#, "upgrade sluice"),
        (#"{"format":1,"at":"2026-03-01T12:00:00Z","host":"h","event":"woke"}"#, #"its event is "woke""#),
        (
            #"{"format":1,"at":"2026-03-01T12:00:00Z","host":"h","event":"log","run":"r","text":"","x":1}"#,
            #"holds "x""#
        ),
        (
            #"{"format":1,"at":"2026-03-01T12:00:00Z","host":"h","event":"skipped","schedule":"s","reason":{"why":"whim"},"first":"2026-03-01T12:00:00Z","last":"2026-03-01T12:00:00Z","count":1,"exact":true}"#,
            #"it is "whim""#
        ),
        (
            #"{"format":1,"at":"2026-03-01T12:00:00Z","host":"h","event":"answer","command":"c","status":"perhaps"}"#,
            #"its status is "perhaps""#
        ),
    ])
    func `a line that cannot be read is refused`(text: String, message: String) throws {
        let error = try #require(throws: StateError.self) { try RunLine(Array(text.utf8)) }
        #expect(error.message.contains(message), "\(error.message)")
    }

    // MARK: Long lines (I7)

    @Test(arguments: [10, 65_535, 65_536, 65_537, 200_000, 5_000_000])
    func `I7 of a log its end is kept, in whole characters`(count: Int) throws {
        for unit in ["x", "ü", "\u{1}", "line of a log\n", "👩‍👩‍👧‍👦"] {
            let text = String(String(repeating: unit, count: count / unit.utf8.count + 1))
            let line = RunLine(at: Self.at, host: "h", event: .log(run: "r", text: text))
            let bytes = try line.bytes()
            #expect(bytes.count <= RunLine.maximumBytes)
            guard case .log(_, let kept) = try RunLine(bytes).event else {
                Issue.record("no log")
                return
            }
            #expect(kept.utf8.count <= RunLine.maximumLogBytes)
            #expect(text.utf8.suffix(kept.utf8.count).elementsEqual(kept.utf8))
            if text.utf8.count <= RunLine.maximumLogBytes { #expect(kept == text) }
            if unit.hasSuffix("\n"), text != kept { #expect(kept.hasPrefix("line of")) }
        }
    }

    @Test func `I7 a run's outcome is left out where the line would be too long`() throws {
        let long: JSONValue = .string(String(repeating: "x", count: 1 << 20))
        let finish = RunFinish(
            run: "r",
            schedule: "s",
            account: try Self.account(),
            status: .partial,
            exitCode: 5,
            outcome: ["streams": long],
            errorCode: "e",
            errorMessage: String(repeating: "m", count: 1 << 20),
            started: Self.at
        )
        let ended = try RunLine(at: Self.at, host: "h", event: .ended(finish)).bytes()
        #expect(ended.count <= RunLine.maximumBytes)
        guard case .ended(let found) = try RunLine(ended).event else {
            Issue.record("no end")
            return
        }
        #expect(found.status == .partial && found.exitCode == 5 && found.errorCode == "e")
        #expect(found.outcome["left_out"] != nil)
        let progress = try RunLine(at: Self.at, host: "h", event: .progress(run: "r", streams: long)).bytes()
        #expect(progress.count < 200)
        let audit = AuditEntry(by: "a", what: String(repeating: "w", count: 1 << 20))
        let error = try #require(throws: StateError.self) {
            try RunLine(at: Self.at, host: "h", event: .audit(audit)).bytes()
        }
        #expect(error.codeText == "state.too_large")
    }
}
