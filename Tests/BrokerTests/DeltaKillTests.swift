import Core
import Foundation
import JSON
import Kafka
import ProcessSupport
import Testing

/// `sluice sync` as a process, killed with -9 while the local Stripe changes between its runs and under them.
///
/// `SLUICE_DELTA_KILLS` (of each test, at random moments) makes it the long form, `SLUICE_SEED` repeats what a run
/// printed, but for the moments; `scripts/soak --deltas` is one.
@Suite("Exactly once over kills and changes", .enabled(if: TestBroker.isAvailable), .timeLimit(.minutes(60)))
struct DeltaKillTests {
    private static let kills = ListsFixture.number("SLUICE_DELTA_KILLS", 4)
    fileprivate static let streams = [
        "customers", "products", "prices", "charges", "refunds", "subscriptions", "invoices",
        "invoice_line_items",
    ]
    private static let faults =
        "late_events=0.5:20,unordered_events=0.2:2,shuffled_ties=1,old_snapshots=0.5,short_lived=0.05,"
        + "lagging_reads=0.3:20"

    @Test(
        "I1 I2: into Kafka, a consumer sees each change once, no torn transaction, and at the end the truth"
    )
    func intoKafka() async throws {
        let fixture = try await SyncFixture(records: 25, faults: Self.faults)
        let topics = Self.streams.map { (stream: $0, topic: "\(fixture.prefix).stripe.simulated.\($0)") }
        let admin = try KafkaAdmin(settings: TestBroker.settings)
        for (_, topic) in topics {
            try await admin.create(topic: topic, partitions: 1, replication: 1, configuration: [])
        }
        await admin.close()
        var killing = Killing(fixture, into: nil)
        try await killing.run(Self.kills) {}
        let history = try await EventHistory(topics: topics)
        try await check(history, fixture)
        killing.report("into Kafka", history)
        let all = try await EventHistory(topics: topics, committed: false)
        let aborted = all.transactions.count - history.transactions.count
        print("kills: transactions that were aborted with events of theirs in Kafka: \(aborted)")
        // Else the kills proved nothing: there would have been no half of a transaction to hide.
        #expect(aborted >= Self.kills / 20)
    }

    @Test("I1 I2: into a folder, the committed lines have each change once, and at the end the truth")
    func intoFolder() async throws {
        let fixture = try await SyncFixture(records: 25, faults: Self.faults)
        let folder = "\(fixture.folder)/events"
        var killing = Killing(fixture, into: folder)
        try await killing.run(Self.kills) {
            let history = try EventHistory(folder: folder)
            #expect(history.violations.isEmpty)
            #expect(history.torn.isEmpty)
        }
        let history = try EventHistory(folder: folder)
        try await check(history, fixture)
        killing.report("into a folder", history)
    }

    private func check(_ history: EventHistory, _ fixture: SyncFixture) async throws {
        #expect(history.violations.isEmpty)
        #expect(history.torn.isEmpty)
        #expect(history.deletes > 0, "nothing was deleted: the changes prove little")
        var truth: [String: [String: String]] = [:]
        for stream in Self.streams { truth[stream] = try await fixture.truth(stream) }
        #expect(history.differences(from: truth).isEmpty)
    }
}

/// Runs that die, of an account that changes.
private struct Killing {
    private let fixture: SyncFixture
    private let folder: String?
    private let seed: UInt64
    private var random: SeededGenerator
    /// How many changes were made, and how many runs died.
    private var changes = 0
    private var deaths = 0
    /// How long a run takes that is let alone, as far as it is known: kills spread over that.
    private var life = 1.5

    init(_ fixture: SyncFixture, into folder: String?) {
        self.fixture = fixture
        self.folder = folder
        seed = UInt64(ListsFixture.number("SLUICE_SEED", Int.random(in: 0..<1_000_000)))
        random = SeededGenerator(seed: seed)
    }

    /// Kills so many runs at random moments and one at each named point, and lets the last ones go to their ends.
    mutating func run(_ kills: Int, afterEach check: () async throws -> Void) async throws {
        for number in 0..<kills {
            // The first ones read the lists; then one of them is let through, for the others to follow the feed.
            if number == 2 { try await finish() }
            if number > 1 { try await change(atMost: 60) }
            if Int.random(in: 0..<3, using: &random) == 0 {
                try await killInside()
            } else {
                try await killSomewhen()
            }
            try await check()
        }
        for point in CrashPoint.publishing {
            try await change(atMost: 20)
            try await kill(at: point)
            try await check()
        }
        try await settle()
        // Else nothing was proven.
        #expect(deaths > kills / 3 + CrashPoint.publishing.count / 2)
    }

    func report(_ place: String, _ history: EventHistory) {
        print(
            "kills: \(deaths) \(place) over \(changes) changes (seed \(seed)): \(history.count) events, "
                + "\(history.deletes) of them deletes, in \(history.transactions.count) transactions"
        )
    }

    private func start(_ words: [String] = [], environment: [String: String] = [:]) throws -> SluiceProcess {
        try fixture.start(ListsFixture.fast + chosen + words, into: folder, environment: environment)
    }

    /// The streams that are compared, alone: what changes is theirs, and a kill meets them.
    private var chosen: [String] { DeltaKillTests.streams.flatMap { ["--stream", $0] } }

    /// Those of them that are lists of their own.
    private var lists: [String] { DeltaKillTests.streams.filter { $0 != "invoice_line_items" } }

    /// Each record in a request of its own, and few of them at a time: publishing then takes most of the time.
    private var narrow: [String] {
        guard folder == nil else { return [] }
        return ["batch.num.messages=1", "queue.buffering.max.messages=16"].flatMap { ["--kafka-set", $0] }
    }

    private mutating func change(atMost limit: Int) async throws {
        let total = Int.random(in: 5...limit, using: &random)
        let creates = Int.random(in: 1...total / 3, using: &random)
        let deletes = Int.random(in: 1...total / 4, using: &random)
        changes += total
        try await fixture.change(
            creates: creates,
            updates: total - creates - deletes,
            deletes: deletes,
            streams: lists
        )
        // A run looks again after the time in which an entry may be listed late: here it never has to wait for that.
        let isLong = Int.random(in: 0..<8, using: &random) == 0
        try await fixture.advance(Int.random(in: isLong ? 3600...9000 : 35...600, using: &random))
    }

    private mutating func killSomewhen() async throws {
        let begun = ContinuousClock.now
        let process = try start(Int.random(in: 0..<10, using: &random) == 0 ? [] : narrow)
        // Half of them anywhere in its life, fencing and reading of state included; the others while it publishes.
        let earliest = Bool.random(using: &random) ? 0.02 : life / 2
        let moment = Double.random(in: earliest...life, using: &random)
        var isOver = false
        if Bool.random(using: &random) {
            isOver = await process.waitForEnd(atMost: moment / 2)
            try await fixture.change(creates: 1, updates: 4, deletes: 1, streams: lists)
            changes += 6
        }
        let left = moment - seconds(since: begun)
        if !isOver { isOver = await process.waitForEnd(atMost: max(0.001, left)) }
        await process.killNow()
        if process.exitCode == 128 + SIGKILL {
            deaths += 1
            life = min(life * 1.2, 4)
        } else {
            #expect(process.exitCode == 0, "\(process.standardError)")
            if isOver { life = seconds(since: begun) }
        }
    }

    /// At any of the named points, at a hit that may not come.
    private mutating func killInside() async throws {
        let point = CrashPoint.publishing.randomElement(using: &random) ?? .midProduce
        let hit = Int.random(in: 1...5, using: &random)
        let process = try start(narrow, environment: ["SLUICE_CRASH_AT": "\(point.rawValue):\(hit)"])
        try #require(await process.waitForEnd(atMost: 120))
        #expect([0, 128 + SIGKILL].contains(process.exitCode), "\(process.standardError)")
        if process.exitCode != 0 { deaths += 1 }
    }

    private mutating func kill(at point: CrashPoint) async throws {
        let process = try start(environment: ["SLUICE_CRASH_AT": point.rawValue])
        try #require(await process.waitForEnd(atMost: 120))
        #expect(
            process.exitCode == 128 + SIGKILL,
            "\(point.rawValue) was not reached (seed \(seed)): \(process.standardError)"
        )
        deaths += 1
    }

    private func finish() async throws {
        try await fixture.advance(700)
        let ended = try await fixture.end(of: start())
        #expect(ended.code == 0, "\(ended.errors)")
    }

    /// Nothing changes any more, and everything that was held back is read.
    private func settle() async throws {
        try await fixture.advance(700)
        for _ in 0..<4 {
            try await fixture.advance(120)
            let ended = try await fixture.end(of: start())
            #expect(ended.code == 0, "\(ended.errors)")
            if ended.summary["records"]?.int == 0, ended.summary["deletes"]?.int == 0 { return }
        }
        Issue.record("runs publish on though nothing changes (seed \(seed))")
    }

    private func seconds(since begun: ContinuousClock.Instant) -> Double {
        (ContinuousClock.now - begun) / .seconds(1)
    }
}
