import Core
import Foundation
import Kafka
import ProcessSupport
import Scheduling
import Testing

/// A daemon whose Kafka stands still.
@Suite(
    "A Kafka that stands still under a daemon",
    .enabled(if: OwnBroker.isAvailable),
    .timeLimit(.minutes(15))
)
struct DaemonStandstillTests {
    @Test(
        "S13 S14: nothing begins and readiness says so, then it goes on; meanwhile a second SIGTERM ends it at once"
    )
    func standsStill() async throws {
        let broker = try await OwnBroker.start()
        let fixture = try await SyncFixture("stripe", records: 25, bootstrap: broker.bootstrap)
        let daemon = try DaemonFixture(fixture)
        try daemon.write("people", "streams: [customers]\nwhen: \"@every 2s\"\n")
        let process = try daemon.start()
        let line = try #require(await process.line(holding: "sluice serves", atMost: 60))
        let client = LoopbackClient(
            port: try #require(
                line.split(separator: ":").last.flatMap { UInt16($0.prefix { $0.isNumber }) }
            )
        )
        try await daemon.waitForSuccess(of: "people", times: 2, process)
        try await wait(for: 200, client, process)

        try await broker.pause()
        let reason = try await wait(for: 503, client, process)
        #expect(reason.contains("no run"), "\(reason)")
        let before = daemon.successes(of: "people", process)
        #expect(!(await process.waitForEnd(atMost: 6)))
        #expect(daemon.successes(of: "people", process) == before)
        try await broker.resume()
        try await wait(for: 200, client, process)
        try await daemon.waitForSuccess(of: "people", times: before + 3, process)

        // What it waits for does not come: who has no patience says so twice.
        try await broker.pause()
        _ = try await wait(for: 503, client, process)
        process.signal(SIGTERM)
        #expect(
            await process.errorLine(holding: "\"ending\"", atMost: 30) != nil,
            "\(process.standardError)"
        )
        process.signal(SIGTERM)
        #expect(await process.waitForEnd(atMost: 5))
        #expect(process.exitCode == 128 + SIGTERM, "\(process.standardError)")
        try await broker.resume()

        let next = try daemon.start()
        try await daemon.waitForSuccess(of: "people", times: 2, next)
        next.signal(SIGTERM)
        #expect(await next.waitForEnd(atMost: 60))
        #expect(next.exitCode == 0, "\(next.standardError)")
        let timetable = Timetable([.every(try EveryInterval(seconds: 2))], zone: .utc)
        let ledgers = try await TickLedger.read(
            ["people": timetable],
            prefix: fixture.prefix,
            at: broker.settings
        )
        let decided = try await TickLedger.decided(
            prefix: fixture.prefix,
            locks: "\(fixture.folder)/locks",
            at: broker.settings
        )
        let ledger = try #require(ledgers["people"])
        #expect(ledger.faults(timetable, through: try #require(decided["people"])) == [])
        await broker.stop()
    }

    /// Asks whether runs can begin until the answer is so, and gives what it says.
    @discardableResult
    private func wait(for status: Int, _ client: LoopbackClient, _ process: SluiceProcess)
        async throws
        -> String
    {
        let begun = ContinuousClock.now
        while ContinuousClock.now - begun < .seconds(90 * SluiceProcess.patience) {
            let answer = await client.request("GET", "/readyz")
            if answer.status == status { return String(decoding: answer.body, as: UTF8.self) }
            guard !(await process.waitForEnd(atMost: 0.2)) else { break }
        }
        throw TestFailure("readiness did not become \(status): \(process.standardError.suffix(4000))")
    }
}
