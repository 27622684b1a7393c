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
            guard await simulator.line(holding: "http://", atMost: 30) != nil else {
                throw Failure("no simulator")
            }
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
                    "--quiet", "--lock-folder", "\(folder)/locks",
                ] + SyncKillTests.streams.flatMap { ["--stream", $0] } + more,
                environment: environment.merging(["XDG_CACHE_HOME": "\(folder)/cache"]) { first, _ in first }
            )
        }

        func topic(_ stream: String) -> String { "\(prefix).stripe.simulated.\(stream)" }
        var topics: [String] { SyncKillTests.streams.map(topic) }

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

    @Test("I1: killed at random moments, each record is seen once and no transaction is torn")
    func randomKills() async throws {
        let kills = Self.number("SLUICE_KILLS", 8)
        let pace = Self.number("SLUICE_KILL_PACE", 20)
        let fixture = try await Fixture(records: Self.number("SLUICE_KILL_RECORDS", 4_000))
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
        check(published, fixture)
        await published.close()
        var uncommitted = try PublishedTopics(fixture.topics)
        try await uncommitted.readOn(committed: false)
        let total = fixture.topics.reduce(0) { $0 + uncommitted.keys($1).count }
        let aborted = Self.abortedTransactions(uncommitted, published)
        print(
            "kills: \(done); records: \(fixture.records * Self.streams.count); aborted transactions with records: \(aborted); "
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
