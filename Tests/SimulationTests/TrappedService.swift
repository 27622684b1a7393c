import JSON
import Simulators

/// A service whose traps are told one at a time.
protocol TrappedService: SendableMetatype {
    /// The settings of an account, but for `base_url`.
    static var settings: [String: JSONValue] { get }
    /// What is so with every simulated account, and not in a story that does not ask for it.
    static var calm: [String: FaultPlan.Fault] { get }
    /// The traps.
    static var traps: [ServiceTrap] { get }

    /// Runs over a new account.
    static func simulation(
        _ configuration: SimulatorConfiguration,
        settings: [String: JSONValue],
        only streams: [String]?,
        edit: (String) -> String
    ) throws -> ServiceSimulation
}

extension TrappedService {
    /// Those that a definition can be without a defence against.
    static var defensible: [ServiceTrap] { traps.filter { !$0.defence.isEmpty } }
}
