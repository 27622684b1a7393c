import Core
import JSON
import Simulators

/// A simulated Stripe, and runs of our extractor over it.
enum StripeAccount: TrappedService {
    static let settings: [String: JSONValue] = [
        "api_key": "sk_test_simulated", "requests_per_second": .number("1000"),
    ]
    static let calm: [String: FaultPlan.Fault] = [
        "late_events": .init(), "shuffled_ties": .init(), "old_snapshots": .init(), "silent_changes": .init(),
    ]

    static func simulation(
        _ configuration: SimulatorConfiguration,
        settings: [String: JSONValue],
        only streams: [String]?,
        edit: (String) -> String
    ) throws -> ServiceSimulation {
        let simulator = try StripeSimulator(configuration, wall: { Instant(seconds: 4_000_000_000) })
        return try ServiceSimulation(
            simulator,
            extractor: "stripe",
            settings: settings,
            edit: edit,
            seed: configuration.seed,
            only: streams
        ) { simulator.truth() }
    }
}
