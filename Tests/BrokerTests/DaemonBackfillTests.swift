import Core
import Foundation
import JSON
import Kafka
import ProcessSupport
import Synchronization
import Testing

/// `sluice backfill` on a daemon that is killed with -9 in the midst of it, again and again.
@Suite("A backfill over deaths", .enabled(if: TestBroker.isAvailable), .timeLimit(.minutes(20)))
struct DaemonBackfillTests {
    private static let stream = "deals"
    /// At each the process dies, at a hit that is soon reached: in a tick's run, or in a chunk's.
    private static let points = [
        "after_tick_start:2", "mid_produce:2", "after_state:4", "after_end_txn:3", "after_tick_end:2",
    ]

    @Test("S10 I1 I3: what lies before the bookmark is read once, chunk by chunk, beside the ticks")
    func killedAgainAndAgain() async throws {
        let fixture = try await SyncFixture("hubspot", records: 60, faults: "no_limits=1")
        let daemon = try DaemonFixture(fixture, of: "hubspot")
        try daemon.write("crm", "streams: [\(Self.stream)]\nwhen: \"@every 2s\"\n")
        let times = try await Self.times(fixture)
        let (first, middle) = (times[0], times[times.count / 2])
        let since = middle.rfc3339()
        let begun = try await fixture.run(["--stream", Self.stream, "--since", since])
        #expect(begun.code == 0, "\(begun.errors)")
        let place = try await Self.bookmark(fixture)
        #expect(place.list.since == middle)

        let chunk = max(60, Int(middle.since(first).components.seconds) / 12)
        let range = ["--from", first.rfc3339(), "--to", since, "--chunk", "\(chunk)s", "--yes"]
        var process = try daemon.start()
        _ = await process.errorLine(holding: "\"schedule\":\"crm\",\"status\":\"success\"", atMost: 60)
        let dry = try await daemon.ask(["backfill", "crm"] + range + ["--dry-run"])
        #expect(dry.code == 0 && dry.output.contains("nothing was begun"), "\(dry)")
        let asked = try await daemon.ask(["backfill", "crm"] + range)
        #expect(asked.code == 0, "\(asked)")
        let id = try #require(try JSONValue.parse(Array(asked.output.utf8))["backfill"]?.text)
        _ = await process.errorLine(holding: "\"done\":1", atMost: 60)
        await process.killNow()
        var deaths = 0
        for point in Self.points {
            try await fixture.change(creates: 1, updates: 2, deletes: 0, streams: [Self.stream])
            process = try daemon.start(["SLUICE_CRASH_AT": point])
            _ = await process.waitForEnd(atMost: 20)
            await process.killNow()
            if process.exitCode == 128 + SIGKILL { deaths += 1 }
        }
        #expect(deaths == Self.points.count)

        process = try daemon.start()
        let isDone = await process.errorLine(holding: "\"status\":\"done\"", atMost: 120)
        #expect(isDone != nil, "\(process.standardError.suffix(4000))")
        let list = try await daemon.ask(["backfills"])
        let rows = try JSONValue.parse(Array(list.output.utf8)).elements ?? []
        #expect(rows.count == 1)
        #expect(rows.first?["id"]?.text == id && rows.first?["status"]?.text == "done")
        #expect(rows.first?["done"]?.int == rows.first?["chunks"]?.int)
        // Once more: all of it is known by now, and nothing comes of it.
        let again = try await daemon.ask(
            ["backfill", "crm"] + range.dropLast(3) + ["--chunk", "3650d", "--yes", "--wait"]
        )
        #expect(again.code == 0, "\(again)")
        try await fixture.advance(7500)
        try await daemon.waitForSuccess(of: "crm", times: 3, process)
        process.signal(SIGTERM)
        #expect(await process.waitForEnd(atMost: 60))
        #expect(process.exitCode == 0, "\(process.standardError)")
        try await check(fixture, from: place, id)
    }

    private func check(_ fixture: SyncFixture, from place: Bookmark, _ id: String) async throws {
        let topic = "\(fixture.prefix).hubspot.simulated.\(Self.stream)"
        let history = try await EventHistory(topics: [(Self.stream, topic)])
        #expect(history.violations.isEmpty)
        #expect(history.torn.isEmpty)
        #expect(history.differences(from: [Self.stream: try await fixture.truth(Self.stream)]).isEmpty)
        let after = try await Self.bookmark(fixture)
        #expect(after.list.since == place.list.since)
        let (was, isNow) = (try #require(place.window?.at), try #require(after.window?.at))
        #expect(isNow >= was)
        // Nothing is left of what it read.
        let keys = try await Self.state(fixture).keys
        #expect(!keys.contains { String(decoding: $0, as: UTF8.self).contains("\"backfill\"") })
        print("a backfill over \(Self.points.count + 1) deaths: \(history.count) events")
    }

    /// When the records were changed last, the oldest first, in whole seconds.
    private static func times(_ fixture: SyncFixture) async throws -> [Instant] {
        var times: [Instant] = []
        for record in try await fixture.truth(stream).values {
            let value = try JSONValue.parse(Array(record.utf8))
            guard
                let text = value["updatedAt"]?.text ?? value["properties"]?["hs_lastmodifieddate"]?.text,
                let time = Instant(rfc3339: text)
            else { throw TestFailure("a record without a time: \(record)") }
            times.append(Instant(seconds: time.seconds))
        }
        return times.sorted()
    }

    private static func bookmark(_ fixture: SyncFixture) async throws -> Bookmark {
        let account = try AccountName("hubspot/simulated")
        let bookmark = try Bookmark(
            in: try await state(fixture),
            account: account,
            stream: try StreamName(stream)
        )
        return try #require(bookmark)
    }

    /// The committed state, by key; what was taken away is not in it.
    private static func state(_ fixture: SyncFixture) async throws -> [[UInt8]: [UInt8]] {
        let prefix = try TopicPrefix(fixture.prefix)
        let reader = try TopicReader(settings: TestBroker.settings)
        let records = Locked<[[UInt8]: [UInt8]]>([:])
        let ends = try await reader.endOffsets(topic: prefix.stateTopic)
        for partition in ends.indices where ends[partition] > 0 {
            _ = try await reader.read(
                topic: prefix.stateTopic,
                partition: Int32(partition),
                committed: true,
                from: 0,
                upTo: ends[partition],
                deadline: .seconds(30),
                standstill: .seconds(5)
            ) { record in
                guard let key = record.key else { return }
                records.withLock { $0[key] = record.value }
            }
        }
        await reader.close()
        return records.withLock { $0 }
    }
}
