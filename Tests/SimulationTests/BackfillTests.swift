import Core
import Foundation
import ProcessSupport
import Runs
import Simulators
import Testing

/// Reading a stretch of time again, beside the live runs: against all that the API has been, by brute force.
@Suite("Backfills read again what there is, and move no bookmark")
struct BackfillTests {
    /// One way to read the API by time.
    struct Way: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var streams: [String]
        var losesTokens = false

        var yaml: String { TimedDefinition.head + streams.joined() }
    }

    static let ways: [Way] = [
        Way(
            testDescription: "ordered windows, children",
            streams: [
                TimedDefinition.window(more: [TimedDefinition.deletedWhen]),
                TimedDefinition.children(of: "rows"),
            ]
        ),
        Way(
            testDescription: "ordered windows in steps",
            streams: [TimedDefinition.window(step: "30m", more: [TimedDefinition.deletedWhen])]
        ),
        Way(
            testDescription: "windows in pages under a cap",
            streams: [TimedDefinition.pages(more: [TimedDefinition.deletedWhen])]
        ),
        Way(
            testDescription: "a token, children",
            streams: [
                TimedDefinition.token(more: [TimedDefinition.deletedWhen]),
                TimedDefinition.children(of: "rows"),
            ],
            losesTokens: true
        ),
    ]

    static let seeds =
        0..<UInt64(ProcessInfo.processInfo.environment["SLUICE_SEEDS"].flatMap { Int($0) } ?? 3)

    /// Changes come later than any overlap, so that live runs pass some by; backfills find them, killed in their midst
    /// and with live runs between their parts.
    @Test("I1 I2: what lies in a backfill is as it stands", arguments: ways, seeds)
    func againstTruth(way: Way, seed: UInt64) async throws {
        let traps = TimedAPI.Traps(lateness: 6000, lateRate: 0.3, lag: 5, failures: 0.02, changes: 0.03)
        let api = TimedAPI(seed: seed, traps: traps)
        let simulation = try TimedSimulation(way.yaml, api: api, seed: seed, aborts: 0.05, deaths: 0.05)
        var random = SeededGenerator(seed: seed ^ 0xbf)
        var found = 0
        var round = 0
        do {
            for _ in 0..<20 { api.changeAtRandom(deleting: false) }
            while round < 12 {
                round += 1
                try await live(simulation, way, &random)
                found += try await backfill(simulation, "b\(round)", way, &random)
            }
        } catch let violation as TimedSimulation.Violation {
            Issue.record("\(way.testDescription), seed \(seed), round \(round): \(violation)")
            return
        }
        // Without anything that only a backfill could find, nothing was tried.
        #expect(found > 0, "seed \(seed)")
        print(
            "\(way.testDescription), seed \(seed): backfills found \(found) rows that live runs had passed by"
        )
    }

    private func live(_ simulation: TimedSimulation, _ way: Way, _ random: inout SeededGenerator) async throws
    {
        for _ in 0..<8 {
            for _ in 0..<Int.random(in: 0...4, using: &random) {
                simulation.api.changeAtRandom()
                simulation.api.clock.advance(by: .seconds(Int.random(in: 0...3, using: &random)))
            }
            simulation.api.clock.advance(by: .seconds(Int.random(in: 60...2000, using: &random)))
            if way.losesTokens, Int.random(in: 0..<20, using: &random) == 0 { simulation.api.forgetTokens() }
            try await simulation.sync()
        }
    }

    /// A backfill of a random stretch in parts; gives how many rows only it had found.
    private func backfill(
        _ simulation: TimedSimulation,
        _ id: String,
        _ way: Way,
        _ random: inout SeededGenerator
    ) async throws -> Int {
        let api = simulation.api
        let age = Int(api.clock.now.since(TimedAPI.start).components.seconds)
        let begin = TimedAPI.start.advanced(by: .seconds(Int.random(in: -100..<age, using: &random)))
        let end = begin.advanced(by: .seconds(Int.random(in: 1...age, using: &random)))
        let step = Duration.seconds(Int.random(in: 600...40_000, using: &random))
        var to = begin
        var found = 0
        while to < end {
            let from = to
            to = min(end, from.advanced(by: step))
            let before = try bookmarks(simulation)
            let clip = min(to, before.values.compactMap { $0.window?.at ?? $0.token?.reached }.min() ?? to)
            // What is seen by all replicas when the part begins, and does not change in it.
            let seenBy = api.clock.now.advanced(by: .seconds(-10))
            let missing = Set(lacking(simulation, from, clip, seenBy))
            try await run(BackfillPart(id: id, begin: begin, end: end, to: to), simulation)
            #expect(try bookmarks(simulation) == before, "a bookmark moved")
            let lacking = lacking(simulation, from, clip, seenBy)
            guard lacking.isEmpty else {
                throw TimedSimulation.Violation(
                    description:
                        "\(id) of \(begin.rfc3339()) to \(end.rfc3339()), part to \(to.rfc3339()), clipped at "
                        + "\(clip.rfc3339()): lacks \(lacking)"
                )
            }
            found += missing.count
            if Bool.random(using: &random) { try await simulation.sync() }
        }
        return found
    }

    private func run(_ part: BackfillPart, _ simulation: TimedSimulation) async throws {
        simulation.isBackfilling = true
        defer { simulation.isBackfilling = false }
        for _ in 0..<100 where try await simulation.sync(backfill: part).status == .success {
            return
        }
        throw TimedSimulation.Violation(
            description: "the part to \(part.to.rfc3339()) does not come to its end"
        )
    }

    private func bookmarks(_ simulation: TimedSimulation) throws -> [String: Bookmark] {
        var bookmarks: [String: Bookmark] = [:]
        for stream in simulation.streams { bookmarks[stream] = try simulation.bookmark(of: stream) }
        return bookmarks
    }

    /// The rows of [from, to) that a reader has otherwise than they are.
    private func lacking(_ simulation: TimedSimulation, _ from: Instant, _ to: Instant, _ seenBy: Instant)
        -> [String]
    {
        guard from < to else { return [] }
        let seen = simulation.seen("rows")
        return simulation.api.truth(from: from, to: to, seenBy: seenBy).filter { seen[$0.key] != $0.value }
            .keys
            .sorted()
    }

    // MARK: Single things

    private static func simulation(_ streams: String..., rows: Int, deaths: Double = 0) throws
        -> TimedSimulation
    {
        let api = TimedAPI(seed: 1)
        for number in 0..<rows {
            api.put("r\(number < 10 ? "0" : "")\(number)")
            api.clock.advance(by: .seconds(60))
        }
        api.clock.advance(by: .seconds(7200))
        return try TimedSimulation(TimedDefinition.head + streams.joined(), api: api, seed: 1, deaths: deaths)
    }

    /// What a backfill published, of rows that are forgotten: each goes out again.
    private static func published(_ simulation: TimedSimulation, _ part: BackfillPart) async throws
        -> [String]
    {
        let before = simulation.destination.events.count
        simulation.isBackfilling = true
        defer { simulation.isBackfilling = false }
        let outcome = try await simulation.sync(backfill: part)
        #expect(outcome.status == .success)
        return simulation.destination.events.dropFirst(before).map(\.key)
    }

    static let readings = [
        TimedDefinition.window(overlap: "1m"), TimedDefinition.pages(), TimedDefinition.token(),
    ]

    @Test("S10: the beginning is of a backfill, its end is not", arguments: readings)
    func bounds(reading: String) async throws {
        let simulation = try Self.simulation(reading, rows: 30)
        try await simulation.sync()
        // A token's newest row is the last one: what lies so far behind it is forgotten.
        let remembered = try simulation.remembered("rows")
        #expect(remembered < 15)
        func time(_ row: Int) -> Instant { TimedAPI.start.advanced(by: .seconds(60 * row)) }
        let whole = BackfillPart(id: "b", begin: time(3), end: time(6))
        #expect(try await Self.published(simulation, whole).sorted() == ["r03", "r04", "r05"])
        let none = BackfillPart(id: "c", begin: time(3).advanced(by: .seconds(1)), end: time(4))
        #expect(try await Self.published(simulation, none).isEmpty)
        let one = BackfillPart(id: "d", begin: time(3), end: time(3).advanced(by: .milliseconds(1)))
        #expect(try await Self.published(simulation, one) == ["r03"])
        // What it met is forgotten again.
        #expect(try simulation.remembered("rows") == remembered)
    }

    @Test("S10: a backfill ends at the bookmark, and says so", arguments: readings)
    func clipped(reading: String) async throws {
        let simulation = try Self.simulation(reading, rows: 5)
        try await simulation.sync()
        let place = try #require(try simulation.bookmark(of: "rows"))
        simulation.api.put("later")
        simulation.api.clock.advance(by: .seconds(7200))
        let end = simulation.api.clock.now
        simulation.isBackfilling = true
        let part = BackfillPart(id: "b", begin: TimedAPI.start, end: end)
        let outcome = try await simulation.sync(backfill: part)
        #expect(outcome.streams[0].outcome.note?.contains("its bookmark stands") == true)
        #expect(simulation.seen("rows")["later"] == nil)
        #expect(try simulation.bookmark(of: "rows") == place)
        simulation.isBackfilling = false
        try await simulation.sync()
        #expect(simulation.seen("rows")["later"] != nil)
    }

    @Test("I1: one that is killed goes on where it was, and publishes nothing twice", arguments: readings)
    func resumed(reading: String) async throws {
        let simulation = try Self.simulation(reading, rows: 30)
        try await simulation.sync()
        let before = simulation.destination.events.count
        let part = BackfillPart(
            id: "b",
            begin: TimedAPI.start,
            end: TimedAPI.start.advanced(by: .seconds(60 * 12))
        )
        simulation.isBackfilling = true
        simulation.api.fail(after: 2)
        #expect(try await simulation.sync(backfill: part).status != .success)
        let name = try StreamName("rows")
        let kept = try BackfillProgress(
            in: simulation.destination.state,
            account: simulation.account,
            id: "b",
            stream: name
        )
        #expect((kept?.records ?? 0) > 0 || reading == TimedDefinition.pages())
        simulation.api.fail(after: .max)
        let asked = simulation.api.requests.count
        #expect(try await simulation.sync(backfill: part).status == .success)
        let keys = simulation.destination.events.dropFirst(before).map(\.key)
        #expect(keys.sorted() == (0..<12).map { "r\($0 < 10 ? "0" : "")\($0)" })
        if reading == TimedDefinition.token() {
            #expect(simulation.api.requests[asked].contains("cursor="))
        } else if let kept {
            #expect(simulation.api.requests[asked].contains("from=\(kept.at.seconds)"))
        }
        // Whoever asks for the same part once more finds it done.
        let done = simulation.api.requests.count
        #expect(try await simulation.sync(backfill: part).status == .success)
        #expect(simulation.api.requests.count == done)
    }

    @Test(
        "what cannot be read by time is refused, with what to do instead",
        arguments: [
            (TimedDefinition.full(hasVersion: true), "each run reads all of its past"),
            (TimedDefinition.window(), "nothing of it has been read yet"),
        ]
    )
    func refused(reading: String, reason: String) async throws {
        let simulation = try Self.simulation(reading, rows: 3)
        let part = BackfillPart(id: "b", begin: TimedAPI.start, end: simulation.api.clock.now)
        let outcome = try await simulation.sync(backfill: part)
        let error = try #require(outcome.streams[0].outcome.error)
        #expect(error.codeText == "run.no_backfill")
        #expect(error.message.contains(reason))
        #expect(simulation.destination.transactions == 0)
    }
}
