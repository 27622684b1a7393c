import Core
import ProcessSupport
import Scheduling
import Testing

@testable import Daemon

@Suite
struct ScheduleRecordTests {
    private let account: AccountName

    init() throws { account = try AccountName("stripe/acme") }

    private func text(_ bytes: [UInt8]?) -> String { String(decoding: bytes ?? [], as: UTF8.self) }

    private static func at(_ text: String) throws -> Instant { try #require(Instant(rfc3339: text)) }

    private static let goldens = [
        "schedule-1.json", "schedule-1-new.json", "schedule-1-manual.json", "schedule-1-catch-up.json",
        "schedule-2.json",
    ]

    // MARK: Golden files: what was written once is read for ever, and written the same by the same format.

    @Test(arguments: goldens)
    func `a record survives its file`(file: String) throws {
        let bytes = try #require(try Golden.lines(file).first)
        let found = try ScheduleRecord(bytes, account: account, id: "stripe")
        let record = try found.record(account: account)
        #expect(text(record.value) == text(bytes))
        #expect(text(record.key) == #"["schedule","stripe/acme","stripe"]"#)
        #expect(try ScheduleRecord(in: [record.key: bytes], account: account, id: "stripe") == found)
        #expect(try ScheduleRecord(in: [record.key: bytes], account: account, id: "other") == nil)
    }

    @Test func `a file says what it says`() throws {
        let bytes = try #require(try Golden.lines("schedule-1.json").first)
        let record = try ScheduleRecord(bytes, account: account, id: "stripe")
        #expect(
            record
                == ScheduleRecord(
                    schedule: "stripe",
                    through: try Self.at("2026-03-01T12:00:00Z"),
                    last: ScheduleRecord.TickRun(
                        tick: Tick(
                            schedule: "stripe",
                            nominal: try Self.at("2026-03-01T12:00:00Z"),
                            due: try Self.at("2026-03-01T12:00:07.25Z"),
                            cause: .schedule,
                            deadline: try Self.at("2026-03-01T13:00:00Z")
                        ),
                        run: "01JNX2M8Q0000000000000000A",
                        started: try Self.at("2026-03-01T12:00:07.261123Z"),
                        ended: try Self.at("2026-03-01T12:00:09.000000001Z"),
                        status: "success"
                    ),
                    pause: ScheduleMachine.Pause(
                        reason: "migration",
                        by: "ada@ops",
                        until: try Self.at("2026-03-02T00:00:00Z")
                    ),
                    skips: [
                        try Self.at("2026-03-01T13:00:00Z"): "ada@ops",
                        try Self.at("2026-03-01T14:00:00Z"): "page",
                    ],
                    failures: 2,
                    commands: ["c1", "c2"]
                )
        )
    }

    @Test func `a file with backfills says what it says`() throws {
        let bytes = try #require(try Golden.lines("schedule-2.json").first)
        let record = try ScheduleRecord(bytes, account: account, id: "stripe")
        #expect(record.backfills == (try BackfillSamples.all))
        #expect(record.backfills.map(\.chunks) == [31, 8760])
        #expect(record.backfills[0].start(ofChunk: 31) == record.backfills[0].to)
        // Without one, it stays what every version reads.
        var without = record
        without.backfills = []
        let old = try #require(try Golden.lines("schedule-1.json").first)
        #expect(text(try without.record(account: account).value) == text(old))
    }

    // MARK: Round trips

    /// Every cause of a tick, and every member there and not there.
    @Test(arguments: 0..<64, [Tick.Cause.schedule, .catchUp, .manual(id: "c\u{0}\"ü")])
    func `a record reads back as it was`(choice: Int, cause: Tick.Cause) throws {
        func chosen<Value>(_ bit: Int, _ value: Value) -> Value? { choice & 1 << bit == 0 ? nil : value }
        let instants = [Int64.min, -1, 0, 1_000_000, 1_772_366_400_123_456_789, .max].map(
            Instant.init(nanoseconds:)
        )
        let run = ScheduleRecord.TickRun(
            tick: Tick(
                schedule: "a b/ü",
                nominal: instants[choice % 6],
                due: instants[(choice + 1) % 6],
                cause: cause,
                deadline: chosen(0, instants[(choice + 2) % 6])
            ),
            run: "r",
            started: instants[(choice + 3) % 6],
            ended: chosen(1, instants[(choice + 4) % 6]),
            status: chosen(1, RunEnd.Status.allCases[choice % RunEnd.Status.allCases.count].rawValue)
        )
        let record = ScheduleRecord(
            schedule: "a b/ü",
            through: chosen(2, instants[4]),
            last: chosen(3, run),
            pause: chosen(4, ScheduleMachine.Pause(reason: "r", by: "b", until: chosen(0, instants[3]))),
            skips: chosen(5, [instants[0]: "a", instants[5]: "b", instants[2]: ""]) ?? [:],
            failures: choice,
            commands: (0..<choice).map { "command \($0)" }
        )
        let value = try #require(try record.record(account: account).value)
        #expect(try ScheduleRecord(value, account: account, id: "a b/ü") == record)
    }

    @Test func `only the commands that were done last are remembered`() throws {
        let all = (0..<100).map { "c\($0)" }
        let value = try #require(
            try ScheduleRecord(schedule: "s", commands: all).record(account: account).value
        )
        #expect(try ScheduleRecord(value, account: account, id: "s").commands == Array(all.suffix(64)))
    }

    // MARK: Refusals

    @Test(arguments: [
        (#"{"format":3}"#, "upgrade sluice"),
        (#"{"format":1,"schedule":"other"}"#, "it is about other"),
        (
            #"{"format":1,"schedule":"s","through":"yesterday","last":null}"#,
            #""through" is no time: yesterday"#
        ),
        (
            #"{"format":1,"schedule":"s","through":null,"last":{"tick":{"cause":"whim"}}}"#,
            "its cause is \"whim\""
        ),
        (
            #"{"format":1,"schedule":"s","through":null,"last":null,"pause":null,"skips":[],"failures":0,"commands":[],"x":1}"#,
            #"holds "x""#
        ),
        (#"[]"#, "no JSON object"),
    ])
    func `a record that cannot be read is refused`(value: String, message: String) throws {
        let error = try #require(throws: StateError.self) {
            try ScheduleRecord(Array(value.utf8), account: account, id: "s")
        }
        #expect(error.message.contains(message), "\(error.message)")
        #expect(error.exitCode == .configuration)
    }

    @Test(arguments: goldens)
    func `a damaged record never traps`(file: String) throws {
        let golden = try #require(try Golden.lines(file).first)
        for cut in golden.indices {
            #expect(throws: StateError.self) {
                try ScheduleRecord(Array(golden[..<cut]), account: account, id: "stripe")
            }
        }
        for index in golden.indices {
            for byte in [UInt8(0), 0x22, 0x7b, 0x30, 0x2d, 0xff] {
                var bytes = golden
                bytes[index] = byte
                _ = try? ScheduleRecord(bytes, account: account, id: "stripe")
            }
        }
    }

    @Test func `I7 a record over 64 KB is refused`() throws {
        var record = ScheduleRecord(schedule: "s")
        for hour in 0..<3000 { record.skips[Instant(seconds: Int64(hour) * 3600)] = "ada" }
        let error = try #require(throws: StateError.self) { try record.record(account: account) }
        #expect(error.codeText == "state.too_large")
        #expect(error.message.contains("undo skips"))
    }

    @Test(arguments: ["", "a\nb", String(repeating: "x", count: 256)])
    func `what names no schedule is never written`(id: String) {
        #expect(throws: StateError.self) { try ScheduleRecord(schedule: id).record(account: account) }
    }
}
