import Core
import Foundation
import Kafka
import ProcessSupport
import Scheduling
import Testing

/// `sluice serve` as a process, killed with -9 while it works, and started again.
///
/// `SLUICE_DAEMON_KILLS` at random moments make it the long form; `scripts/soak --daemon` is one.
@Suite("A daemon that dies", .enabled(if: TestBroker.isAvailable), .timeLimit(.minutes(60)))
struct DaemonKillTests {
    private static let kills = ListsFixture.number("SLUICE_DAEMON_KILLS", 4)
    private static let streams = ["customers", "products", "prices", "charges", "refunds"]
    private static let schedules = [
        (id: "people", seconds: 2, text: "streams: [customers, products]\nwhen: \"@every 2s\"\n"),
        (id: "prices", seconds: 3, text: "streams: [prices]\nwhen: \"@every 3s\"\noverlap: queue\n"),
        (
            id: "money", seconds: 2,
            text: "streams: [charges, refunds]\nwhen: \"@every 2s\"\njitter: 1s\ncatchup: all\n"
        ),
    ]

    @Test("S4 I1 I5: each tick runs once or has one recorded reason, and the topics hold the truth")
    func killedAgainAndAgain() async throws {
        let fixture = try await SyncFixture("stripe", records: 25, faults: KilledService.stripe.faults)
        let daemon = try DaemonFixture(fixture)
        for schedule in Self.schedules { try daemon.write(schedule.id, schedule.text) }
        var random = SeededGenerator(seed: UInt64(ListsFixture.number("SLUICE_SEED", 7)))
        var deaths = 0
        let points: [CrashPoint] = [.afterTickStart, .afterTickEnd] + CrashPoint.publishing
        for number in 0..<Self.kills {
            let isInside = Bool.random(using: &random)
            let point = points.randomElement(using: &random) ?? .afterTickStart
            let process = try daemon.start(
                isInside
                    ? ["SLUICE_CRASH_AT": "\(point.rawValue):\(Int.random(in: 1...3, using: &random))"] : [:]
            )
            if number > 0 {
                try await fixture.change(creates: 2, updates: 4, deletes: 1, streams: Self.streams)
                try await fixture.advance(Int.random(in: 35...600, using: &random))
            }
            _ = await process.waitForEnd(atMost: Double.random(in: 0.3...4, using: &random))
            await process.killNow()
            if process.exitCode == 128 + SIGKILL { deaths += 1 }
        }
        try await fixture.advance(KilledService.stripe.settling)
        let last = try daemon.start()
        for schedule in Self.schedules { try await daemon.waitForSuccess(of: schedule.id, times: 3, last) }
        last.signal(SIGTERM)
        #expect(await last.waitForEnd(atMost: 60))
        #expect(last.exitCode == 0, "\(last.standardError)")
        #expect(deaths == Self.kills)
        try await check(fixture)
    }

    private func check(_ fixture: SyncFixture) async throws {
        let timetables = Dictionary(
            uniqueKeysWithValues: try Self.schedules.map {
                ($0.id, Timetable([.every(try EveryInterval(seconds: $0.seconds))], zone: .utc))
            }
        )
        let ledgers = try await TickLedger.read(timetables, prefix: fixture.prefix)
        let decided = try await TickLedger.decided(prefix: fixture.prefix, locks: "\(fixture.folder)/locks")
        var (ran, skipped) = (0, 0)
        for (id, timetable) in timetables {
            let ledger = try #require(ledgers[id], "nothing is known of \(id)")
            let through = try #require(decided[id], "the state knows nothing of \(id)")
            #expect(ledger.faults(timetable, through: through) == [], "\(id)")
            ran += ledger.runs.count
            skipped += ledger.skipped.count
        }
        let topics = Self.streams.map { (stream: $0, topic: "\(fixture.prefix).stripe.simulated.\($0)") }
        let history = try await EventHistory(topics: topics)
        #expect(history.violations.isEmpty)
        #expect(history.torn.isEmpty)
        var truth: [String: [String: String]] = [:]
        for stream in Self.streams { truth[stream] = try await fixture.truth(stream) }
        #expect(history.differences(from: truth).isEmpty)
        print(
            "kills: \(Self.kills) of a daemon: \(ran) ticks ran, \(skipped) were skipped with a reason, \(history.count) events"
        )
    }
}
