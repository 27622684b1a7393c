import Foundation
import JSON
import ProcessSupport
import Testing

/// `sluice sync` as a process, killed with -9 and started again at once, against a real broker and the local Stripe.
///
/// `SLUICE_KILLS` and `SLUICE_KILL_RECORDS` (of each of three lists) make it the long form; `scripts/soak --kills` is one.
@Suite("Exactly once over kills", .enabled(if: TestBroker.isAvailable), .serialized, .timeLimit(.minutes(30)))
struct SyncKillTests {
    @Test("I1: killed at random moments, each record is seen once, in order, and no transaction is torn")
    func randomKills() async throws {
        let kills = ListsFixture.number("SLUICE_KILLS", 8)
        let fixture = try await ListsFixture(records: ListsFixture.number("SLUICE_KILL_RECORDS", 8_000))
        defer { fixture.end() }
        let committed = TopicFollower(fixture.topics, committed: true)
        let everything = TopicFollower(fixture.topics, committed: false)
        let seen = try await withThrowingTaskGroup(of: (Bool, PublishedTopics).self) { group in
            group.addTask { (true, try await committed.follow()) }
            group.addTask { (false, try await everything.follow()) }
            defer {
                committed.finish()
                everything.finish()
            }
            try await Self.kill(fixture, kills, watching: everything)
            committed.finish()
            everything.finish()
            var seen: [Bool: PublishedTopics] = [:]
            while let (isCommitted, published) = try await group.next() { seen[isCommitted] = published }
            return seen
        }
        let published = try #require(seen[true])
        let all = try #require(seen[false])
        fixture.check(published)
        for stream in ListsFixture.streams {
            let listed = try await fixture.listed(stream)
            #expect(published.keys(fixture.topic(stream)) == listed, "\(stream) in the order of its list")
        }
        let aborted = Set(all.transactions.keys).subtracting(published.transactions.keys)
        let killed = Set(aborted.compactMap { $0.split(separator: "/").first })
        print(
            "kills: \(kills); records: \(published.count) in \(published.transactions.count) transactions; kills that left"
                + " an aborted transaction: \(killed.count); records an uncommitted reader sees: \(all.count)"
        )
        // Else the kills proved nothing: there would have been no half of a transaction to hide.
        #expect(killed.count >= (kills >= 100 ? 30 : 1))
    }

    /// Kills and starts again at once, so often; the last run goes on to the end.
    private static func kill(_ fixture: ListsFixture, _ kills: Int, watching topics: TopicFollower)
        async throws
    {
        for number in 0..<kills {
            // Each record in a request of its own, as records of near a megabyte would go, and few of them at a time, as
            // where memory is short: publishing then takes most of the time, and the transactions are large, since pages
            // that wait for a commit go together in the next one. With the defaults, as in every tenth run, all of a
            // small transaction reaches the broker within milliseconds of its commit.
            let narrow = ["batch.num.messages=1", "queue.buffering.max.messages=16"]
            let settings = number % 10 == 9 ? [] : narrow.flatMap { ["--kafka-set", $0] }
            let known = topics.runCount
            let process = try fixture.sync(settings)
            var isOver: Bool
            if number.isMultiple(of: 3) {
                // Anywhere in its life, fencing and reading of state included.
                isOver = await process.waitForEnd(atMost: Double.random(in: 0.02...2.5))
            } else {
                // While it reads and publishes: once records of it stand in a topic, whatever becomes of them.
                repeat {
                    isOver = await process.waitForEnd(atMost: 0.02)
                } while !isOver && topics.runCount == known
                if !isOver { isOver = await process.waitForEnd(atMost: Double.random(in: 0...1)) }
            }
            try #require(
                !isOver,
                """
                run \(number) ended by itself (\(process.exitCode)): where the lists ended before the kills did, \
                set SLUICE_KILL_RECORDS above \(fixture.records); \(process.standardError)
                """
            )
            await process.killNow()
        }
        let process = try fixture.sync()
        #expect(await process.waitForEnd(atMost: 900))
        #expect(process.exitCode == 0, "\(process.standardError)")
    }

    @Test(
        "I1: killed at each named point",
        arguments: [
            "after_fetch", "after_begin", "mid_produce", "after_state", "during_flush", "after_end_txn",
            "after_commit",
        ]
    )
    func namedPoints(point: String) async throws {
        // A transaction takes 5,000 records at most: so there is a second one, however slow the first is, and whichever
        // of them the first run has got through.
        let fixture = try await ListsFixture(records: 3_400)
        defer { fixture.end() }
        for hit in [1, 2] {
            let process = try fixture.sync(
                ListsFixture.fast,
                environment: ["SLUICE_CRASH_AT": "\(point):\(hit)"]
            )
            #expect(await process.waitForEnd(atMost: 120))
            #expect(
                process.exitCode == 128 + SIGKILL,
                "\(point):\(hit) was not reached: \(process.standardError)"
            )
        }
        let process = try fixture.sync(ListsFixture.fast)
        #expect(await process.waitForEnd(atMost: 120))
        #expect(process.exitCode == 0, "\(process.standardError)")
        var published = try PublishedTopics(fixture.topics)
        try await published.readOn()
        fixture.check(published)
        await published.close()
    }

    @Test("a first signal: the pages at hand commit, the summary says cancelled, and the exit code is 128+n")
    func firstSignal() async throws {
        let fixture = try await ListsFixture(records: 200_000)
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
        let count = ListsFixture.streams.reduce(0) { $0 + published.keys(fixture.topic($1)).count }
        #expect(summary["records"]?.int == count)
        #expect(published.tornTransactions.isEmpty)
        await published.close()
    }

    @Test("faults of the API and kills together")
    func faultsAndKills() async throws {
        let fixture = try await ListsFixture(
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
        var published = try PublishedTopics(fixture.topics)
        try await published.readOn()
        fixture.check(published)
        await published.close()
    }

    @Test(
        "I3: a second sync of the account ends with 4 and fences nothing; a second one after it publishes nothing"
    )
    func secondSync() async throws {
        let fixture = try await ListsFixture(records: 3_000)
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
        var published = try PublishedTopics(fixture.topics)
        try await published.readOn()
        fixture.check(published)
        await published.close()
    }
}
