import Foundation
import JSON
import ProcessSupport
import Testing

/// `sluice sync` beside a daemon: handed over and followed, or its own where the daemon does not know the account.
@Suite("A sync beside a daemon", .enabled(if: TestBroker.isAvailable), .timeLimit(.minutes(10)))
struct SyncHandOverTests {
    @Test("I3: the daemon does it, once, and the command ends as the run did")
    func isHandedOver() async throws {
        let fixture = try await SyncFixture("stripe", records: 25)
        let daemon = try DaemonFixture(fixture)
        try daemon.write("yearly", "streams: [products]\nwhen: \"0 5 1 1 *\"\n")
        let process = try daemon.start()
        try #require(
            await process.line(holding: "sluice serves", atMost: 60) != nil,
            "\(process.standardError)"
        )
        // Other streams than the schedule's: the account is what the daemon knows.
        let words = ["--stream", "customers", "--stream", "prices"]
        let first = try await fixture.run(words)
        #expect(first.code == 0, "\(first.errors)")
        #expect(first.summary["status"]?.text == "success")
        #expect(first.summary["streams"]?.members?.map(\.name) == ["customers", "prices"])
        #expect(first.summary["streams"]?["customers"]?["records"]?.int == 25)
        #expect(first.errors.contains("the daemon on"))
        let second = try await fixture.run(words)
        #expect(second.code == 0, "\(second.errors)")
        #expect(second.summary["records"]?.int == 0)
        // One that its schedules do not name is this process's own.
        let own = try await fixture.run(words + ["--account", "other"])
        #expect(own.code == 0, "\(own.errors)")
        #expect(own.errors.contains("has no schedule of stripe/other"))
        #expect(own.summary["streams"]?["customers"]?["records"]?.int == 25)
        process.signal(SIGTERM)
        #expect(await process.waitForEnd(atMost: 60))
        #expect(process.exitCode == 0, "\(process.standardError)")
        let ledger = try await TickLedger.triggers(prefix: fixture.prefix)
        #expect(ledger == ["sync", "sync"])
    }

    @Test("a second daemon of the prefix is refused, with the host of the first")
    func aSecondDaemonIsRefused() async throws {
        let fixture = try await SyncFixture("stripe", records: 5)
        let daemon = try DaemonFixture(fixture)
        let first = try daemon.start()
        try #require(await first.line(holding: "sluice serves", atMost: 60) != nil, "\(first.standardError)")
        let second = try daemon.start()
        #expect(await second.waitForEnd(atMost: 60))
        #expect(second.exitCode == 4)
        #expect(second.standardError.contains("already runs on"))
        first.signal(SIGTERM)
        #expect(await first.waitForEnd(atMost: 60))
        #expect(first.exitCode == 0, "\(first.standardError)")
    }
}
