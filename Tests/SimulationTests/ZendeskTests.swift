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
        print(simulator.requests)
    }
}
