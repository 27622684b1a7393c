import Daemon
import Foundation
import JSON
import ProcessSupport
import Testing

/// State that is changed by hand where a daemon writes it.
@Suite("State changed by a daemon", .enabled(if: TestBroker.isAvailable), .timeLimit(.minutes(10)))
struct DaemonStateTests {
    private let words = ["--stream", "customers"]

    private func started(_ daemon: DaemonFixture, _ environment: [String: String] = [:]) async throws
        -> SluiceProcess
    {
        let process = try daemon.start(environment)
        try #require(
            await process.line(holding: "sluice serves", atMost: 60) != nil,
            "\(process.standardError)"
        )
        return process
    }

    private func synced() async throws -> (SyncFixture, DaemonFixture) {
        let fixture = try await SyncFixture("stripe", records: 30)
        #expect(try await fixture.run(words).code == 0)
        let daemon = try DaemonFixture(fixture)
        try daemon.write("yearly", "streams: [customers]\nwhen: \"0 5 1 1 *\"\n")
        return (fixture, daemon)
    }

    @Test("I3: the daemon does it, and what only its absence allows is refused")
    func byTheDaemon() async throws {
        let (fixture, daemon) = try await synced()
        let process = try await started(daemon)
        let done = try await fixture.change("reset", words + ["--forget"])
        #expect(done.code == 0, "\(done.errors)")
        #expect(done.summary["by"]?.text?.hasPrefix("the daemon on ") == true)
        let next = try await fixture.run(words)
        #expect(next.code == 0 && next.summary["records"]?.int == 30, "\(next.errors)")
        let audit = try await fixture.audit()
        #expect(audit.map(\.what) == ["state reset"])
        #expect(audit.first?.command != nil && audit.first?.reason == "ticket 4711")
        // What has no meaning is refused with the reason, and what has is done.
        let refused = try await fixture.change("skip", ["customers", "--rest"])
        #expect(refused.code == 2 && refused.errors.contains("nothing of it is left"), "\(refused.errors)")
        let set = try await fixture.change("set", ["customers", "--at", "2024-01-01"])
        #expect(set.code == 0, "\(set.errors)")
        // Another account is this process's own.
        let own = try await fixture.state(["state", "reset", "stripe/other", "--reason", "x"])
        #expect(own.code == 2 && own.errors.contains("no bookmarks"), "\(own.errors)")
        let removed = try await fixture.state(["account", "remove", "stripe/simulated", "--reason", "x"])
        #expect(removed.code == 1 && removed.errors.contains("remove their files first"), "\(removed.errors)")
        let exported = try await fixture.state(["state", "export"])
        let path = try fixture.write("state.json", exported.summary.compactText)
        let imported = try await fixture.state(["state", "import", path, "--reason", "x"])
        #expect(imported.code == 4 && imported.errors.contains("a daemon runs on"), "\(imported.errors)")
        process.signal(SIGTERM)
        #expect(await process.waitForEnd(atMost: 60))
        #expect(process.exitCode == 0, "\(process.standardError)")
    }

    @Test("I1: a daemon that dies behind the transaction has done it once, and the next one says so")
    func killedBehindIt() async throws {
        let (fixture, daemon) = try await synced()
        let first = try await started(daemon, ["SLUICE_CRASH_AT": "after_state_change:1"])
        let asking = try fixture.startState(
            [
                "state", "reset", "stripe/simulated", "--stream", "customers", "--reason", "ticket 4711",
                "--output", "json",
            ]
        )
        #expect(await first.waitForEnd(atMost: 60))
        #expect(first.exitCode == 128 + SIGKILL, "\(first.standardError)")
        let second = try await started(daemon)
        let done = try await fixture.end(of: asking)
        // It waits for an answer for ten seconds: a daemon that comes later tells it in the log alone.
        #expect([0, 3].contains(done.code), "\(done.errors)")
        #expect(try await fixture.bookmark("customers")["list"]?["read"]?.int == 2)
        #expect(try await fixture.audit().count == 1)
        second.signal(SIGTERM)
        #expect(await second.waitForEnd(atMost: 60))
        #expect(second.exitCode == 0, "\(second.standardError)")
        #expect(try await fixture.bookmark("customers")["list"]?["read"]?.int == 2)
    }
}
