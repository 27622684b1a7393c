import Core
import Foundation
import JSON
import ProcessSupport
import Testing

/// Runs that die, of an account that changes between them and under them.
struct Killing {
    private let service: KilledService
    private let fixture: SyncFixture
    private let folder: String?
    private let seed: UInt64
    private var random: SeededGenerator
    /// How many changes were made, and how many runs died.
    private var changes = 0
    private var deaths = 0
    /// How long a run takes that is let alone, as far as it is known: kills spread over that.
    private var life = 1.5

    init(_ service: KilledService, _ fixture: SyncFixture, into folder: String?) throws {
        let path = "extractors/\(service.name)/extractor.yaml"
        let definition = try String(contentsOfFile: "\(SluiceProcess.packageRoot)/\(path)", encoding: .utf8)
        for edit in service.edits where !definition.contains(edit.text) {
            throw TestFailure("\(path) has no \(edit.text)")
        }
        let edited = service.edits.reduce(definition) { $0.replacing($1.text, with: $1.by) }
        _ = try fixture.write(path, edited)
        self.service = service
        self.fixture = fixture
        self.folder = folder
        seed = UInt64(ListsFixture.number("SLUICE_SEED", Int.random(in: 0..<1_000_000)))
        random = SeededGenerator(seed: seed)
    }

    /// Kills so many runs at random moments and one at each named point, and lets the last ones go to their ends.
    ///
    /// `isEnough` says whether they left halves enough of transactions behind; until then some more are killed with one.
    mutating func run(
        _ kills: Int,
        isEnough: () async throws -> Bool = { true },
        afterEach check: () async throws -> Void
    ) async throws {
        for number in 0..<(kills * 2) {
            // On a busy machine many are over before their kill comes.
            if number >= kills, deaths > kills / 2 { break }
            // The first ones begin the streams; then one of them is let through, for the others to go on behind it.
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
        let halves = kills / 20
        for number in 0..<(halves * 4) {
            // A transaction that is small is not in Kafka yet when its process dies.
            if number >= halves, try await isEnough() { break }
            try await killAtHalf()
            try await check()
        }
        try await settle()
        // Else nothing was proven.
        #expect(deaths > kills / 3 + CrashPoint.publishing.count / 2 + halves)
    }

    func report(_ place: String, _ history: EventHistory) {
        print(
            "kills: \(deaths) of \(service.name) \(place) over \(changes) changes (seed \(seed)): "
                + "\(history.count) events, \(history.deletes) of them deletes, in "
                + "\(history.transactions.count) transactions"
        )
    }

    private func start(_ words: [String] = [], environment: [String: String] = [:]) throws -> SluiceProcess {
        let chosen =
            ["--extractors", "\(fixture.folder)/extractors", "--accept"]
            + service.streams.flatMap { ["--stream", $0] }
        let settings = service.settings.flatMap { ["--set", $0] }
        return try fixture.start(chosen + settings + words, into: folder, environment: environment)
    }

    /// Each record in a request of its own, and few of them at a time: publishing then takes most of the time.
    private var narrow: [String] {
        guard folder == nil else { return [] }
        return ["batch.num.messages=1", "queue.buffering.max.messages=16"].flatMap { ["--kafka-set", $0] }
    }

    private mutating func change(atMost limit: Int) async throws {
        let total = Int.random(in: 5...limit, using: &random)
        let creates = Int.random(in: 1...total / 3, using: &random)
        let deletes = Int.random(in: 1...total / 4, using: &random)
        let merges = Int.random(in: 0...service.merges, using: &random)
        try await change(
            creates: creates,
            updates: total - creates - deletes,
            deletes: deletes,
            merges: merges
        )
        let isLong = Int.random(in: 0..<8, using: &random) == 0
        try await fixture.advance(
            Int.random(in: isLong ? 3600...9000 : service.soonest...600, using: &random)
        )
    }

    private mutating func change(creates: Int, updates: Int, deletes: Int, merges: Int = 0) async throws {
        changes += creates + updates + deletes + merges
        try await fixture.change(
            creates: creates,
            updates: updates,
            deletes: deletes,
            merges: merges,
            streams: service.changed
        )
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
            try await change(creates: 1, updates: 4, deletes: 1)
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

    /// At any of the named points, at a hit that may not come: most runs have few transactions.
    private mutating func killInside() async throws {
        let point = CrashPoint.publishing.randomElement(using: &random) ?? .midProduce
        let hit = Int.random(in: 1...Int.random(in: 1...5, using: &random), using: &random)
        let process = try start(narrow, environment: ["SLUICE_CRASH_AT": "\(point.rawValue):\(hit)"])
        try #require(await process.waitForEnd(atMost: 120))
        #expect([0, 128 + SIGKILL].contains(process.exitCode), "\(process.standardError)")
        if process.exitCode != 0 { deaths += 1 }
    }

    /// With half of a transaction in Kafka, as few die that are killed at random.
    private mutating func killAtHalf() async throws {
        try await change(creates: 10, updates: 30, deletes: 3)
        try await fixture.advance(700)
        try await kill(at: .afterState, narrow)
    }

    private mutating func kill(at point: CrashPoint, _ words: [String] = []) async throws {
        let process = try start(words, environment: ["SLUICE_CRASH_AT": point.rawValue])
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
        try await fixture.advance(service.settling)
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
