import Core
import Foundation
import HTTP
import JSON
import Kafka
import ProcessSupport
import Testing

/// `sluice sync` as a process, killed with -9 and started again at once, against a real broker and the local Stripe.
///
/// `SLUICE_KILLS` and `SLUICE_KILL_RECORDS` (of each of three lists) make it the long form; `scripts/soak --kills` is one.
@Suite("Exactly once over kills", .enabled(if: TestBroker.isAvailable), .serialized, .timeLimit(.minutes(30)))
struct SyncKillTests {
    private static let streams = ["customers", "charges", "invoices"]

    private static func number(_ name: String, _ fallback: Int) -> Int {
        ProcessInfo.processInfo.environment[name].flatMap { Int($0) } ?? fallback
    }

    /// A local Stripe, an account's file and a topic prefix of its own.
    private struct Fixture {
        let simulator: SluiceProcess
        let file: String
        let folder: String
        let prefix: String
        let bootstrap: String
        let records: Int
        /// The simulator's address.
        let api: String

        init(records: Int, faults: String? = nil) async throws {
            self.records = records
            folder = FileManager.default.temporaryDirectory.path + "/sluice-kills-\(UUID().uuidString)"
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            file = "\(folder)/stripe.yaml"
            prefix = "k\(UInt32.random(in: 0 ... .max))"
            bootstrap = try TestBroker.settings.bootstrap
            simulator = try SluiceProcess(
                ["simulate", "stripe", "--port", "0", "--records", "\(records)", "--config-out", file]
                    + (faults.map { ["--faults", $0] } ?? [])
            )
            guard let line = await simulator.line(holding: "http://", atMost: 30),
                let address = line.split(separator: " ").first(where: { $0.hasPrefix("http://") })
            else { throw Failure("no simulator") }
            api = String(address)
            // One partition each, so that a consumer of them all asks for few things.
            let admin = try KafkaAdmin(settings: TestBroker.settings)
            for topic in topics {
                try await admin.create(topic: topic, partitions: 1, replication: 1, configuration: [])
            }
            await admin.close()
        }

        func sync(_ more: [String] = [], environment: [String: String] = [:]) throws -> SluiceProcess {
            try SluiceProcess(
                [
                    "sync", "--config", file, "--kafka", bootstrap, "--topic-prefix", prefix, "--output",
                    "json",
                    "--quiet", "--lock-folder", "\(folder)/locks", "--cache-folder", "\(folder)/cache",
                ] + SyncKillTests.streams.flatMap { ["--stream", $0] } + more,
                environment: environment
            )
        }

        func topic(_ stream: String) -> String { "\(prefix).stripe.simulated.\(stream)" }
        var topics: [String] { SyncKillTests.streams.map(topic) }

        /// The keys of a stream in the order in which the API lists them: newest first.
        func listed(_ stream: String) async throws -> [String] {
            let transport = try CurlTransport(settings: .init())
            let address = "\(api)/_control/truth?stream=\(stream)&form=key&count=\(records)"
            let answer = try await transport.perform(HTTPRequest(address: address))
            await transport.close()
            guard case .array(let elements)? = try JSONValue.parse(answer.body)["data"] else {
                throw Failure("no list of \(stream)")
            }
            return elements.reversed().compactMap { $0["key"]?.text }
        }

        func end() {
            simulator.signal(SIGKILL)
            try? FileManager.default.removeItem(atPath: folder)
        }
    }

    private struct Failure: Error {
        var text: String
        init(_ text: String) { self.text = text }
    }

    /// Every record of every stream once, no transaction torn.
    private func check(_ published: PublishedTopics, _ fixture: Fixture) {
        for stream in Self.streams {
            let keys = published.keys(fixture.topic(stream))
            #expect(keys.count == fixture.records, "\(stream)")
            #expect(Set(keys).count == fixture.records, "\(stream)")
        }
        #expect(published.tornTransactions.isEmpty)
    }

    @Test("I1: killed at random moments, each record is seen once, in order, and no transaction is torn")
    func randomKills() async throws {
        let kills = Self.number("SLUICE_KILLS", 8)
        let fixture = try await Fixture(records: Self.number("SLUICE_KILL_RECORDS", 8_000))
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
        check(published, fixture)
        for stream in Self.streams {
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
    private static func kill(_ fixture: Fixture, _ kills: Int, watching topics: TopicFollower) async throws {
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
        let fixture = try await Fixture(records: 350)
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
        var published = try PublishedTopics(fixture.topics)
        try await published.readOn()
        check(published, fixture)
        await published.close()
    }

    @Test("a first signal: the pages at hand commit, the summary says cancelled, and the exit code is 128+n")
    func firstSignal() async throws {
        let fixture = try await Fixture(records: 200_000)
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
        let count = Self.streams.reduce(0) { $0 + published.keys(fixture.topic($1)).count }
        #expect(summary["records"]?.int == count)
        #expect(published.tornTransactions.isEmpty)
        await published.close()
    }

    @Test("faults of the API and kills together")
    func faultsAndKills() async throws {
        let fixture = try await Fixture(records: 500, faults: "server_error=0.05,cut_body=0.05,reset=0.05")
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
        check(published, fixture)
        await published.close()
    }

    @Test(
        "I3: a second sync of the account ends with 4 and fences nothing; a second one after it publishes nothing"
    )
    func secondSync() async throws {
        let fixture = try await Fixture(records: 3_000)
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
        check(published, fixture)
        await published.close()
    }
}
