import Core
import Foundation
import JSON
import ProcessSupport
import Runs
import Simulators
import Testing

/// Fifty rounds of a changing Zendesk for each seed; `SLUICE_SEEDS` says how many seeds (3).
@Suite("A help desk's Zendesk stays in Kafka, exactly")
struct ZendeskTests {
    static let first = UInt64(ProcessInfo.processInfo.environment["SLUICE_SEED"].flatMap { Int($0) } ?? 0)
    static let seeds =
        first..<first + UInt64(ProcessInfo.processInfo.environment["SLUICE_SEEDS"].flatMap { Int($0) } ?? 3)

    private static func account(
        seed: UInt64,
        records: Int,
        faults: [String: FaultPlan.Fault] = [:]
    ) throws -> ZendeskSimulator {
        try ZendeskSimulator(
            .init(seed: seed, records: records, faults: faults, clockSpeed: 0),
            wall: { Instant(seconds: 4_000_000_000) }
        )
    }

    private static func simulation(
        _ simulator: ZendeskSimulator,
        seed: UInt64,
        skew: Duration = .zero,
        aborts: Double = 0,
        deaths: Double = 0
    ) throws -> ServiceSimulation {
        try ServiceSimulation(
            simulator,
            extractor: "zendesk",
            settings: ["access_token": "zd_simulated"],
            seed: seed,
            skew: skew,
            aborts: aborts,
            deaths: deaths
        ) { Self.truth(simulator) }
    }

    /// What is there, with each ticket's metrics inside it as the extractor asks for them.
    private static func truth(_ simulator: ZendeskSimulator) -> ServiceSimulation.Truth {
        var truth: ServiceSimulation.Truth = [:]
        for stream in ZendeskSimulator.streams {
            truth[stream] = Dictionary(
                uniqueKeysWithValues: simulator.truth(stream).map { ($0.key, $0.record) }
            )
        }
        // What the account itself has defined, and the records of the one that there is.
        truth["custom_object_types"] = truth["custom_objects"]
        truth["custom_objects_asset"] = truth["custom_object_records"]
        for (ticket, metrics) in zip(simulator.truth("tickets"), simulator.truth("ticket_metrics")) {
            truth["tickets"]?[ticket.key] =
                ticket.record.dropLast() + Array(#","metric_set":"#.utf8) + metrics.record + [
                    UInt8(ascii: "}")
                ]
        }
        return truth
    }

    @Test("a full read brings all that there is")
    func full() async throws {
        let simulator = try Self.account(seed: 7, records: 40, faults: ["tie_block": .init(rate: 0.5)])
        let simulation = try Self.simulation(simulator, seed: 7)
        let outcome = try await simulation.sync()
        #expect(outcome.status == .success, "\(outcome.json.compactText)")
        try simulation.check()
        try simulation.compare()
    }

    @Test(
        "I1 I2: with faults, merges and deaths, nothing is lost, doubled or older over newer",
        arguments: seeds
    )
    func rounds(seed: UInt64) async throws {
        let faults: [String: FaultPlan.Fault] = [
            "late_visible": .init(rate: 0.2, seconds: 120),
            "reemitted": .init(rate: 0.2),
            "ai_agent_tickets": .init(rate: 0.2),
            "tie_block": .init(rate: 0.4),
            "short_lived": .init(rate: 0.05),
            "old_too_recent": .init(rate: seed % 2 == 0 ? 1 : 0),
        ]
        let simulator = try Self.account(seed: seed, records: 8, faults: faults)
        let simulation = try Self.simulation(
            simulator,
            seed: seed,
            // A third of the accounts is read by a machine whose clock is ahead of the API's, a third by one behind it.
            skew: [.zero, .seconds(90), .seconds(-90)][Int(seed % 3)],
            aborts: 0.02,
            deaths: 0.01
        )
        try simulation.strike(Self.strikes, rate: 0.02)
        do {
            for _ in 1...50 { try await simulation.round { try Self.change(simulator, &$0) } }
            try await simulation.settle()
        } catch let violation as ServiceSimulation.Violation {
            Issue.record("seed \(seed): \(violation)")
        }
        let events = simulation.destination.events
        print(
            "seed \(seed): \(events.count) events, \(events.count { $0.value == nil }) deletes, \(simulation.told)"
        )
    }

    /// What strikes requests; not the token's end, which no renewal follows.
    private static let strikes = [
        "rate_limit", "bare_rate_limit", "server_error", "conflict", "maintenance", "gateway_timeout",
        "invalid_cursor", "repeated_cursor", "shifting_lists", "cut_body", "reset", "html_page",
    ]

    private static func change(
        _ simulator: ZendeskSimulator,
        _ random: inout SeededGenerator
    ) throws {
        switch Int.random(in: 0..<20, using: &random) {
        case 0..<6: try simulator.change(creates: 1)
        case 6..<16: try simulator.change(updates: 1)
        case 16..<19: try simulator.change(deletes: 1)
        default: try simulator.change(merges: 1)
        }
    }
}
