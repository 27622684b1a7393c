import Core
import Foundation
import Kafka
import ProcessSupport
import Scheduling
import Testing

/// A daemon that stands still while another one takes its place, and wakes behind it.
@Suite("A daemon that freezes", .enabled(if: TestBroker.isAvailable), .timeLimit(.minutes(15)))
struct DaemonFreezeTests {
    /// Longer than the lease, the group and the transaction wait, 15 s each.
    private static let freeze = Duration.seconds(20)
    private static let streams = ["customers", "products"]

    @Test(
        "S5 I3 I5: two daemons of one prefix, the frozen one starts nothing, commits nothing and tells nothing"
    )
    func wakesBehindItsSuccessor() async throws {
        let fixture = try await SyncFixture("stripe", records: 25)
        let daemon = try DaemonFixture(fixture)
        try daemon.write("people", "streams: [customers, products]\nwhen: \"@every 2s\"\n")
        // In a run, whose tick is recorded; what the frozen one would tell of it is not told yet.
        let first = try daemon.start(["SLUICE_CRASH_AT": "after_tick_start:2:freeze"], locks: "locks-a")
        #expect(await first.waitUntilFrozen(atMost: 120), "\(first.standardError)")
        let begun = ContinuousClock.now
        let next = try daemon.start(locks: "locks-b")
        try await daemon.waitForSuccess(of: "people", times: 3, next)
        let left = Self.freeze - (ContinuousClock.now - begun)
        if left > .zero { #expect(!(await next.waitForEnd(atMost: left / .seconds(1)))) }
        let before = first.standardError
        first.signal(SIGCONT)
        #expect(await first.waitForEnd(atMost: 60))
        #expect(first.exitCode == 4, "\(first.standardError)")
        let after = first.standardError.dropFirst(before.count)
        #expect(!after.contains("\"status\":\"success\""), "\(after)")
        #expect(after.contains("took its place"), "\(after)")
        // Its successor lives, and goes on.
        try await fixture.change(creates: 3, updates: 3, deletes: 1, streams: Self.streams)
        try await fixture.advance(KilledService.stripe.settling)
        try await daemon.waitForSuccess(of: "people", times: 8, next)
        next.signal(SIGTERM)
        #expect(await next.waitForEnd(atMost: 60))
        #expect(next.exitCode == 0, "\(next.standardError)")

        let timetable = Timetable([.every(try EveryInterval(seconds: 2))], zone: .utc)
        let ledgers = try await TickLedger.read(["people": timetable], prefix: fixture.prefix)
        let decided = try await TickLedger.decided(
            prefix: fixture.prefix,
            locks: "\(fixture.folder)/locks-b"
        )
        let ledger = try #require(ledgers["people"])
        #expect(ledger.faults(timetable, through: try #require(decided["people"])) == [])
        let topics = Self.streams.map {
            (stream: $0, topic: "\(fixture.prefix).stripe.simulated.\($0)")
        }
        let history = try await EventHistory(topics: topics)
        #expect(history.violations.isEmpty)
        #expect(history.torn.isEmpty)
        var truth: [String: [String: String]] = [:]
        for stream in Self.streams { truth[stream] = try await fixture.truth(stream) }
        #expect(history.differences(from: truth).isEmpty)
    }
}
