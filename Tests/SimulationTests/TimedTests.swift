import Core
import Foundation
import ProcessSupport
import Runs
import Simulators
import Testing

/// Fifty rounds for each seed over an API with modification times; `SLUICE_SEEDS` says how many seeds (3).
@Suite("Streams by time, token and whole stay in Kafka, exactly")
struct TimedTests {
    /// One way to read the API, with the traps that it must stand.
    struct Way: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var deletes: TimedAPI.Deletes
        var traps: TimedAPI.Traps
        var streams: [String]
        var losesTokens = false
        var merges = false
        /// How long it takes until all is settled.
        var settling = 700

        var yaml: String { TimedDefinition.head + streams.joined() }
    }

    private static let late = TimedAPI.Traps(
        lateness: 500,
        lag: 5,
        failures: 0.02,
        changes: 0.05
    )

    static let ways: [Way] = [
        Way(
            testDescription: "ordered windows, deletes in the records, children",
            deletes: .shown,
            traps: late,
            streams: [
                TimedDefinition.window(more: [TimedDefinition.deletedWhen]),
                TimedDefinition.children(of: "rows"),
            ]
        ),
        Way(
            testDescription: "windows in steps and pages under a cap",
            deletes: .shown,
            traps: late,
            streams: [
                TimedDefinition.pages(more: [TimedDefinition.deletedWhen])
            ]
        ),
        Way(
            testDescription: "ordered windows in steps, with a list of deletes and merges, children",
            deletes: .listed,
            traps: late,
            streams: [
                TimedDefinition.window(
                    step: "30m",
                    more: [TimedDefinition.deletes, TimedDefinition.merged]
                ),
                TimedDefinition.children(of: "rows"),
            ],
            merges: true,
            settling: 1300
        ),
        Way(
            testDescription: "ordered windows with a reconcile, children",
            deletes: .silent,
            traps: late,
            streams: [
                TimedDefinition.window(more: [TimedDefinition.reconcile]),
                TimedDefinition.children(of: "rows"),
            ],
            settling: 1300
        ),
        Way(
            testDescription: "windows with a deeper reading for what is later than the overlap",
            deletes: .shown,
            traps: TimedAPI.Traps(lateness: 5000, lateRate: 0.2, lag: 5, failures: 0.02, changes: 0.05),
            streams: [
                TimedDefinition.window(more: [TimedDefinition.deletedWhen, TimedDefinition.resweep])
            ],
            settling: 9000
        ),
        Way(
            testDescription: "a token with a second reading, children",
            deletes: .shown,
            traps: late,
            streams: [
                TimedDefinition.token(
                    reread: "{every: 10m, back: 10m}",
                    more: [TimedDefinition.deletedWhen]
                ),
                TimedDefinition.children(of: "rows"),
            ],
            losesTokens: true
        ),
        Way(
            testDescription: "a token alone, where nothing is late",
            deletes: .shown,
            traps: TimedAPI.Traps(lateness: 15, lag: 5, failures: 0.02, changes: 0.05),
            streams: [TimedDefinition.token(more: [TimedDefinition.deletedWhen])],
            losesTokens: true
        ),
        Way(
            testDescription: "whole in every run, versions ordered",
            deletes: .silent,
            traps: TimedAPI.Traps(failures: 0.02, changes: 0.05),
            streams: [TimedDefinition.full(hasVersion: true)]
        ),
        Way(
            testDescription: "whole in every run, by content, children",
            deletes: .silent,
            traps: TimedAPI.Traps(failures: 0.02, changes: 0.05),
            streams: [TimedDefinition.full(hasVersion: false), TimedDefinition.children(of: "rows")]
        ),
    ]

    static let seeds =
        0..<UInt64(ProcessInfo.processInfo.environment["SLUICE_SEEDS"].flatMap { Int($0) } ?? 3)

    @Test("I1 I2: nothing lost, nothing doubled, nothing older over newer", arguments: ways, seeds)
    func rounds(way: Way, seed: UInt64) async throws {
        let api = TimedAPI(seed: seed, deletes: way.deletes, traps: way.traps)
        let simulation = try TimedSimulation(
            way.yaml,
            api: api,
            seed: seed,
            skew: [.zero, .seconds(90), .seconds(-90)][Int(seed % 3)],
            aborts: 0.05,
            deaths: 0.02
        )
        var random = SeededGenerator(seed: seed ^ 0x71)
        var round = 0
        do {
            for _ in 0..<(seed % 2 == 0 ? 12 : 60) { api.changeAtRandom(deleting: false) }
            while round < 50 {
                round += 1
                try await self.round(simulation, way, &random)
            }
            try await simulation.settle(after: .seconds(way.settling))
            try simulation.compare("rows", with: api.truth)
            if simulation.streams.contains("children") {
                try simulation.compare("children", with: api.children)
            }
        } catch let violation as TimedSimulation.Violation {
            Issue.record("\(way.testDescription), seed \(seed), round \(round): \(violation)")
            return
        }
        let events = simulation.destination.events
        #expect(events.contains { $0.value == nil })
        print(
            "\(way.testDescription), seed \(seed): \(events.count) events, \(events.count { $0.value == nil }) deletes, "
                + "\(simulation.warnings.count) warnings, \(api.requests.count) requests"
        )
    }

    private func round(_ simulation: TimedSimulation, _ way: Way, _ random: inout SeededGenerator)
        async throws
    {
        let api = simulation.api
        for _ in 0..<Int.random(in: 0...6, using: &random) {
            api.changeAtRandom()
            if way.merges, Int.random(in: 0..<4, using: &random) == 0 {
                let ids = api.truth.keys.sorted()
                if let one = ids.randomElement(using: &random), let other = ids.randomElement(using: &random),
                    one != other
                {
                    api.merge(one, into: other)
                }
            }
            api.clock.advance(by: .seconds(Int.random(in: 0...3, using: &random)))
        }
        let wait =
            switch Int.random(in: 0..<40, using: &random) {
            case 0: Int.random(in: 20_000...90_000, using: &random)
            case 1...4: Int.random(in: 1000...5000, using: &random)
            case 5...15: Int.random(in: 60...900, using: &random)
            default: Int.random(in: 0...30, using: &random)
            }
        api.clock.advance(by: .seconds(wait))
        if way.losesTokens, Int.random(in: 0..<20, using: &random) == 0 { api.forgetTokens() }
        let some = simulation.streams.filter { _ in Bool.random(using: &random) }
        let chosen = Int.random(in: 0..<3, using: &random) == 0 && !some.isEmpty ? some : simulation.streams
        let limit =
            Int.random(in: 0..<6, using: &random) == 0 ? Int.random(in: 1...20, using: &random) : nil
        // Of few rows a few absent ones are a large share.
        try await simulation.sync(chosen, limit: limit, acceptsAbsence: true)
    }
}
