import Core
import Foundation
import ProcessSupport
import Runs
import Simulators
import Testing

/// Fifty rounds of a changing Stripe for each seed; `SLUICE_SEEDS` says how many seeds (5).
@Suite("A retailer's Stripe stays in Kafka, exactly")
struct DeltaTests {
    static let first = UInt64(ProcessInfo.processInfo.environment["SLUICE_SEED"].flatMap { Int($0) } ?? 0)
    static let seeds =
        first..<first + UInt64(ProcessInfo.processInfo.environment["SLUICE_SEEDS"].flatMap { Int($0) } ?? 5)

    @Test("I1 I2: with every trap on, nothing is lost, doubled or older over newer", arguments: seeds)
    func rounds(seed: UInt64) async throws {
        var traps = DeltaSimulation.Traps()
        // A third of the accounts is read by a machine whose clock is ahead of the API's, a third by one behind it.
        traps.skew = [.zero, .seconds(90), .seconds(-90)][Int(seed % 3)]
        let simulation = try DeltaSimulation(seed: seed, traps: traps)
        for round in 1...50 {
            do {
                try await simulation.round()
            } catch let violation as DeltaSimulation.Violation {
                Issue.record("seed \(seed), round \(round): \(violation)")
                return
            }
        }
        do {
            try await simulation.settle()
            let events = simulation.destination.events
            print(
                "seed \(seed): \(events.count) events, \(events.count { $0.value == nil }) deletes, \(simulation.told)"
            )
        } catch let violation as DeltaSimulation.Violation {
            Issue.record("seed \(seed), at the end: \(violation)")
        }
    }
}
