import Core
import JSON
import Simulators

/// A simulated HubSpot, and runs of our extractor over it.
enum HubSpotAccount: TrappedService {
    static let settings: [String: JSONValue] = ["access_token": "pat-na1-simulated"]
    /// The other way: an OAuth app's.
    static let oauth: [String: JSONValue] = [
        "client_id": "app", "client_secret": "s3cret", "refresh_token": "na1-simulated",
    ]
    static let calm: [String: FaultPlan.Fault] = ["search_lag": .init()]

    /// The streams that the account's own objects make, and their types.
    static let custom = ["custom_objects_vehicle": "vehicles"]

    /// An account whose clock moves when it is told to.
    static func simulator(
        seed: UInt64,
        records: Int,
        faults: [String: FaultPlan.Fault] = [:]
    ) throws -> HubSpotSimulator {
        try simulator(.init(seed: seed, records: records, faults: faults, clockSpeed: 0))
    }

    private static func simulator(_ configuration: SimulatorConfiguration) throws -> HubSpotSimulator {
        try HubSpotSimulator(configuration, wall: { Instant(seconds: 4_000_000_000) })
    }

    /// Runs over an account that nobody has read yet; without `streams` over all, which are not compared with what
    /// there is.
    static func simulation(
        _ simulator: HubSpotSimulator,
        seed: UInt64,
        streams: [String]?,
        token: String = "pat-na1-simulated",
        isSensitive: Bool = false,
        skew: Duration = .zero,
        aborts: Double = 0,
        deaths: Double = 0
    ) throws -> ServiceSimulation {
        try simulation(
            simulator,
            seed: seed,
            streams: streams,
            settings: ["access_token": .string(token), "sensitive_properties": .bool(isSensitive)],
            skew: skew,
            aborts: aborts,
            deaths: deaths
        )
    }

    static func simulation(
        _ configuration: SimulatorConfiguration,
        settings: [String: JSONValue],
        only streams: [String]?,
        edit: (String) -> String
    ) throws -> ServiceSimulation {
        try simulation(
            try simulator(configuration),
            seed: configuration.seed,
            streams: streams,
            settings: settings,
            edit: edit
        )
    }

    /// The same by settings of its own.
    static func simulation(
        _ simulator: HubSpotSimulator,
        seed: UInt64,
        streams: [String]?,
        settings: [String: JSONValue],
        edit: (String) -> String = { $0 },
        skew: Duration = .zero,
        aborts: Double = 0,
        deaths: Double = 0
    ) throws -> ServiceSimulation {
        let truth = HubSpotRecords(
            simulator,
            streams: streams ?? [],
            isSensitive: settings["sensitive_properties"] == .bool(true)
        )
        return try ServiceSimulation(
            simulator,
            extractor: "hubspot",
            settings: settings,
            edit: edit,
            seed: seed,
            only: streams,
            skew: skew,
            aborts: aborts,
            deaths: deaths
        ) { truth.now() }
    }
}
