import Core
import Foundation
import JSON
import Simulators

/// A simulated Zendesk, and runs of our extractor over it.
enum ZendeskAccount: TrappedService {
    static let settings: [String: JSONValue] = ["access_token": "zd_simulated"]
    static let calm: [String: FaultPlan.Fault] = ["late_visible": .init(), "reemitted": .init()]

    /// An account whose clock moves when it is told to.
    static func simulator(
        seed: UInt64 = 7,
        records: Int = 40,
        faults: [String: FaultPlan.Fault] = [:]
    ) throws -> ZendeskSimulator {
        try ZendeskSimulator(
            .init(seed: seed, records: records, faults: faults, clockSpeed: 0),
            wall: { Instant(seconds: 4_000_000_000) }
        )
    }

    static func simulation(
        _ configuration: SimulatorConfiguration,
        settings: [String: JSONValue],
        only streams: [String]?,
        edit: (String) -> String
    ) throws -> ServiceSimulation {
        try simulation(
            try ZendeskSimulator(configuration, wall: { Instant(seconds: 4_000_000_000) }),
            settings: settings,
            stateKeys: [Secret("0123456789abcdef0123456789abcdef")],
            edit: edit,
            only: streams
        )
    }

    /// Runs over an account that nobody has read yet.
    static func simulation(
        _ simulator: ZendeskSimulator,
        settings: [String: JSONValue] = settings,
        stateKeys: [Secret] = [],
        edit: (String) -> String = { $0 },
        seed: UInt64 = 7,
        only streams: [String]? = nil,
        skew: Duration = .zero,
        aborts: Double = 0,
        deaths: Double = 0
    ) throws -> ServiceSimulation {
        try ServiceSimulation(
            simulator,
            extractor: "zendesk",
            settings: settings,
            stateKeys: stateKeys,
            edit: edit,
            seed: seed,
            only: streams,
            skew: skew,
            aborts: aborts,
            deaths: deaths
        ) { truth(simulator) }
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
}
