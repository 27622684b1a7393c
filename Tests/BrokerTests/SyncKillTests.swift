import Core
import Foundation
import JSON
import Kafka
import ProcessSupport
import Testing

/// `sluice sync` as a process, killed with -9 and started again at once, against a real broker and the local Stripe.
///
/// `SLUICE_KILLS`, `SLUICE_KILL_RECORDS` (of each of three lists) and `SLUICE_KILL_PACE` (requests a second) make it
/// the long form; `scripts/soak --kills` is one.
@Suite("Exactly once over kills", .enabled(if: TestBroker.isAvailable), .serialized, .timeLimit(.minutes(30)))
struct SyncKillTests {
    @Test("I1: killed at random moments, each record is seen once and no transaction is torn")
    func randomKills() async throws {
        let kills = SyncFixture.number("SLUICE_KILLS", 8)
        let pace = SyncFixture.number("SLUICE_KILL_PACE", 20)
        let fixture = try await SyncFixture(records: SyncFixture.number("SLUICE_KILL_RECORDS", 4_000))
        defer { fixture.end() }
        var published = try PublishedTopics(fixture.topics)
        var done = 0
        var isOver = false
        var longest = 1.0
        while !isOver {
            // Slow enough that the lists outlast the kills, fast enough that a transaction is open most of the time.
            let process = try fixture.sync(done < kills ? ["--set", "requests_per_second=\(pace)"] : [])
            if done < kills {
                // The moment is drawn from the whole length of a run, as long as the runs so far have shown it.
                if await process.waitForEnd(atMost: Double.random(in: 0.05...longest)) {
                    longest = max(0.3, longest * 0.8)
                    try #require(process.exitCode == 0, "\(process.standardError)")
                } else {
                    await process.killNow()
                    done += 1
                    longest = min(4, longest * 1.1)
                }
            } else {
                #expect(await process.waitForEnd(atMost: 600))
                #expect(process.exitCode == 0, "\(process.standardError)")
                isOver = true
            }
            try await published.readOn()
        }
        try await published.readOn()
        fixture.check(published)
        await published.close()
        var uncommitted = try PublishedTopics(fixture.topics)
        try await uncommitted.readOn(committed: false)
        let total = fixture.topics.reduce(0) { $0 + uncommitted.keys($1).count }
        let aborted = Self.abortedTransactions(uncommitted, published)
        print(
            "kills: \(done); records: \(fixture.records * SyncFixture.streams.count); aborted transactions with records: \(aborted); "
                + "records an uncommitted reader sees: \(total)"
        )
        await uncommitted.close()
    }

    private static func abortedTransactions(_ all: PublishedTopics, _ committed: PublishedTopics) -> Int {
        func labels(_ topics: PublishedTopics) -> Set<String> {
            Set(topics.records.values.joined().compactMap { $0[header: "sluice_txn"] })
        }
        return labels(all).subtracting(labels(committed)).count
    }

    @Test(
        "I1: killed at each named point",
        arguments: [
            "after_fetch", "after_begin", "mid_produce", "after_state", "during_flush", "after_end_txn",
            "after_commit",
        ]
    )
    func namedPoints(point: String) async throws {
        let fixture = try await SyncFixture(records: 350)
        defer { fixture.end() }
        for hit in [1, 3] {
            let process = try fixture.sync(environment: ["SLUICE_CRASH_AT": "\(point):\(hit)"])
            #expect(await process.waitForEnd(atMost: 120))
            #expect(
                process.exitCode == 128 + SIGKILL,
                "\(point):\(hit) was not reached: \(process.standardError)"
            )
        }
        let process = try fixture.sync()
        #expect(await process.waitForEnd(atMost: 120))
        #expect(process.exitCode == 0, "\(process.standardError)")
        try await fixture.checkAll()
    }

    @Test("a first signal: the pages at hand commit, the summary says cancelled, and the exit code is 128+n")
    func firstSignal() async throws {
        let fixture = try await SyncFixture(records: 200_000)
        defer { fixture.end() }
        let process = try fixture.sync()
        // Once something is visible, it reads and publishes.
        var published = try PublishedTopics(fixture.topics)
        while published.records.isEmpty { try await published.readOn() }
        process.signal(SIGTERM)
        #expect(await process.waitForEnd(atMost: 120))
        #expect(process.exitCode == 128 + SIGTERM, "\(process.standardError)")
        let summary = try JSONValue.parse(Array(process.standardOutput.utf8))
        #expect(summary["status"]?.text == "cancelled")
        try await published.readOn()
        let count = SyncFixture.streams.reduce(0) { $0 + published.keys(fixture.topic($1)).count }
        #expect(summary["records"]?.int == count)
        #expect(published.tornTransactions.isEmpty)
        await published.close()
    }

    @Test("faults of the API and kills together")
    func faultsAndKills() async throws {
        let fixture = try await SyncFixture(
            records: 500,
            faults: "server_error=0.05,cut_body=0.05,reset=0.05"
        )
        defer { fixture.end() }
        for _ in 0..<2 {
            let process = try fixture.sync()
            _ = await process.waitForEnd(atMost: Double.random(in: 0.2...1.5))
            await process.killNow()
        }
        let process = try fixture.sync()
        #expect(await process.waitForEnd(atMost: 300))
        #expect(process.exitCode == 0, "\(process.standardError)")
        try await fixture.checkAll()
    }

    @Test(
        "I3: a second sync of the account ends with 4 and fences nothing; a second one after it publishes nothing"
    )
    func secondSync() async throws {
        let fixture = try await SyncFixture(records: 3_000)
        defer { fixture.end() }
        let first = try fixture.sync()
        var codes: [Int32] = []
        while !(await first.waitForEnd(atMost: 0.05)) {
            let second = try fixture.sync()
            #expect(await second.waitForEnd(atMost: 60))
            codes.append(second.exitCode)
        }
        codes.append(first.exitCode)
        // Whoever has the lock first reads; all others are told so at once.
        #expect(codes.contains(0), "\(first.standardError)")
        #expect(codes.contains(4))
        #expect(Set(codes) == [0, 4])
        let again = try fixture.sync()
        #expect(await again.waitForEnd(atMost: 60))
        #expect(again.exitCode == 0, "\(again.standardError)")
        let summary = try JSONValue.parse(Array(again.standardOutput.utf8))
        #expect(summary["records"]?.int == 0)
        try await fixture.checkAll()
    }
}
