import Core
import Foundation
import Kafka
import ProcessSupport
import Scheduling
import Testing

/// Two daemons of one prefix: one stands still for longer than its group and its session wait, the other takes its place.
///
/// They have one host's name and a folder of locks each, as two containers or two users of a host may.
@Suite("Daemons, one of them frozen", .enabled(if: TestBroker.isAvailable), .timeLimit(.minutes(5)))
struct DaemonFreezeTests {
    private static let streams = ["customers", "products"]
    private let fixture: SyncFixture
    private let daemon: DaemonFixture

    init() async throws {
        fixture = try await SyncFixture("stripe", records: 25)
        daemon = try DaemonFixture(fixture)
        try daemon.write("people", "streams: [customers, products]\nwhen: \"@every 2s\"\n")
    }

    @Test("S5 I1 I3 I5: it wakes beside its successor, starts, commits and tells nothing, and ends with 4")
    func wakesBesideItsSuccessor() async throws {
        let first = try await frozenInARun()
        let next = try await successor(of: first)
        try await daemon.waitForSuccess(of: "people", times: 1, next)
        try await wake(first)
        // Its successor lives, and goes on with what is new.
        try await fixture.change(creates: 3, updates: 3, deletes: 1, streams: Self.streams)
        try await fixture.advance(KilledService.stripe.settling)
        // The one that goes on now may have read already.
        let told = daemon.successes(of: "people", next)
        try await daemon.waitForSuccess(of: "people", times: told + 2, next)
        try await end(next)
        try await check()
    }

    @Test("S5 I1 I5: it wakes when its successor has come and gone, decides nothing again, and ends with 4")
    func wakesBehindItsSuccessor() async throws {
        let first = try await frozenInARun()
        let next = try await successor(of: first)
        try await daemon.waitForSuccess(of: "people", times: 1, next)
        try await end(next)
        // Nobody else is there: whatever is told from here on, the woken one tells.
        let told = try await TickLedger.lines(fixture.prefix).count
        let published = try await history().count
        try await wake(first)
        #expect(try await TickLedger.lines(fixture.prefix).count == told)
        #expect(try await history().count == published)
        let last = try daemon.start(locks: "locks-a")
        try await daemon.waitForSuccess(of: "people", times: 1, last)
        try await end(last)
        try await check()
    }

    /// A daemon in a run whose tick is recorded; what it would tell of it is not told yet.
    private func frozenInARun() async throws -> SluiceProcess {
        let first = try daemon.start(["SLUICE_CRASH_AT": "after_tick_start:2:freeze"], locks: "locks-a")
        try #require(await first.waitUntilFrozen(atMost: 120), "\(first.standardError)")
        return first
    }

    /// The daemon that has the place of the frozen one, once that one is taken for dead.
    private func successor(of first: SluiceProcess) async throws -> SluiceProcess {
        let begun = ContinuousClock.now
        while true {
            let next = try daemon.start(locks: "locks-b")
            if await next.line(holding: "sluice serves", atMost: 60) != nil { return next }
            #expect(await next.waitForEnd(atMost: 60))
            try #require(next.exitCode == 4, "\(next.standardError)")
            #expect(next.standardError.contains("already runs on \(ProcessInfo.processInfo.hostName)"))
            try #require(ContinuousClock.now - begun < .seconds(60 * SluiceProcess.patience))
            #expect(!(await first.waitForEnd(atMost: 5)))
        }
    }

    private func wake(_ first: SluiceProcess) async throws {
        let before = first.standardError
        first.signal(SIGCONT)
        try #require(await first.waitForEnd(atMost: 60), "\(first.standardError)")
        #expect(first.exitCode == 4, "\(first.standardError)")
        let after = first.standardError.dropFirst(before.count)
        #expect(!after.contains("\"status\":\"success\""), "\(after)")
        #expect(after.contains("took the place of this one"), "\(after)")
    }

    private func end(_ process: SluiceProcess) async throws {
        process.signal(SIGTERM)
        #expect(await process.waitForEnd(atMost: 60))
        #expect(process.exitCode == 0, "\(process.standardError)")
    }

    private func history() async throws -> EventHistory {
        try await EventHistory(
            topics: Self.streams.map { (stream: $0, topic: "\(fixture.prefix).stripe.simulated.\($0)") }
        )
    }

    /// Each tick ran once or has a reason; each version went out once, in whole transactions, and nothing is missing.
    private func check() async throws {
        let timetable = Timetable([.every(try EveryInterval(seconds: 2))], zone: .utc)
        let ledgers = try await TickLedger.read(["people": timetable], prefix: fixture.prefix)
        let decided = try await TickLedger.decided(
            prefix: fixture.prefix,
            locks: "\(fixture.folder)/locks-b"
        )
        let ledger = try #require(ledgers["people"])
        #expect(ledger.faults(timetable, through: try #require(decided["people"])) == [])
        let history = try await history()
        #expect(history.violations.isEmpty)
        #expect(history.torn.isEmpty)
        var truth: [String: [String: String]] = [:]
        for stream in Self.streams { truth[stream] = try await fixture.truth(stream) }
        #expect(history.differences(from: truth).isEmpty)
    }
}
