import Core
import JSON
import ProcessSupport
import Runs
import Simulators

/// One account, and what is done to it.
struct Story {
    typealias Violation = ServiceSimulation.Violation

    let simulation: ServiceSimulation

    var simulator: any Simulator { simulation.simulator }

    /// A run that must succeed.
    @discardableResult
    func sync(after seconds: Int = 0) async throws -> RunOutcome {
        let outcome = try await run(after: seconds)
        guard outcome.status == .success else { throw Violation(description: outcome.json.compactText) }
        return outcome
    }

    /// A run that may fail.
    func run(after seconds: Int = 0) async throws -> RunOutcome {
        simulation.advance(.seconds(seconds))
        let outcome = try await simulation.sync()
        try simulation.check()
        return outcome
    }

    /// A run after which all that there is must be there.
    func finish(after seconds: Int = 0) async throws {
        try await sync(after: seconds)
        try simulation.compare()
    }

    /// Changes that readers see in the order in which they were made; `others` are those of one service alone.
    func change(
        creates: Int = 0,
        updates: Int = 0,
        deletes: Int = 0,
        merges: Int = 0,
        others: [String: Int] = [:],
        _ streams: String...
    ) throws {
        try simulator.change(
            creates: creates,
            updates: updates,
            deletes: deletes,
            merges: merges,
            others: others,
            streams: streams
        )
        simulation.remember()
    }

    func set(_ fault: String, _ settings: JSONValue) throws {
        try simulator.faultPlan.change(.object([.init(name: fault, value: settings)]))
    }

    /// How many requests were answered with a status.
    func answers(_ status: String) -> Int { simulator.requests.values.reduce(0) { $0 + ($1[status] ?? 0) } }

    /// What has to happen for the story to prove anything, with its defence or without.
    func need(_ isSo: Bool, _ text: String) throws {
        guard isSo else { throw TestFailure(text) }
    }

    func expect(_ isSo: Bool, _ text: String) throws {
        guard isSo else { throw Violation(description: text) }
    }

    /// How a stream ended.
    func expect(_ stream: String, _ status: StreamOutcome.Status, in outcome: RunOutcome) throws {
        let ended = outcome.streams.first { $0.name == stream }?.outcome.status
        guard ended == status else {
            throw Violation(description: "\(stream) ended as \(ended.map { "\($0)" } ?? "nothing")")
        }
    }
}
