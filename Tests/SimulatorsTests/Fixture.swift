import Simulators

/// Runs a test against an account, and stops it whatever happens.
func withAccount<Result>(
    _ configuration: SimulatorConfiguration = .init(),
    _ body: (StripeSimulator, SimulatorClient) async throws -> Result
) async throws -> Result {
    let simulator = try StripeSimulator(configuration)
    let port = try simulator.start()
    defer { simulator.stop() }
    return try await body(simulator, SimulatorClient(port: port))
}
