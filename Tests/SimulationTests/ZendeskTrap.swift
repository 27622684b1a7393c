import Core
import JSON
import ProcessSupport
import Runs
import Simulators
import Testing

/// A trap of Zendesk's: what the definition has against it, and a story that goes wrong without that.
struct ZendeskTrap: Sendable, CustomTestStringConvertible {
    let name: String
    /// What of the definition's text is the defence, and what stands in its place where it is off.
    let defence: [(text: String, without: String)]
    /// Throws a `Violation` where the trap has caught somebody.
    let story: @Sendable (Teller) async throws -> Void

    var testDescription: String { name }

    init(
        _ name: String,
        _ text: String,
        without: String = "",
        _ story: @escaping @Sendable (Teller) async throws -> Void
    ) {
        self.init(name, [(text, without)], story)
    }

    init(
        _ name: String,
        _ defence: [(text: String, without: String)],
        _ story: @escaping @Sendable (Teller) async throws -> Void
    ) {
        self.name = name
        self.defence = defence
        self.story = story
    }

    /// Tells the story with the definition as it ships, or without the defence.
    func tell(isDefended: Bool) async throws { try await story(Teller(defence: isDefended ? [] : defence)) }
}

/// Makes the accounts of a story.
struct Teller: Sendable {
    fileprivate let defence: [(text: String, without: String)]

    /// An account, and runs over it by the definition at hand.
    func begin(
        records: Int = 20,
        faults: [String: FaultPlan.Fault] = [:],
        settings: [String: JSONValue] = ["access_token": "zd_simulated"],
        only streams: [String]? = nil,
        changesPerMinute: Int = 0,
        edit: [(text: String, by: String)] = []
    ) throws -> Story {
        let calm: [String: FaultPlan.Fault] = ["late_visible": .init(), "reemitted": .init()]
        let simulator = try ZendeskAccount.simulator(
            records: records,
            faults: calm.merging(faults) { $1 },
            changesPerMinute: changesPerMinute
        )
        let simulation = try ZendeskAccount.simulation(
            simulator,
            settings: settings,
            stateKeys: [Secret("0123456789abcdef0123456789abcdef")],
            edit: { definition in
                let edits = edit.map { ($0.text, $0.by) } + defence.map { ($0.text, $0.without) }
                return edits.reduce(definition) { text, edit in
                    #expect(text.contains(edit.0), "the definition has no \(edit.0)")
                    return text.replacing(edit.0, with: edit.1)
                }
            },
            only: streams
        )
        return Story(simulator: simulator, simulation: simulation)
    }
}

/// One account, and what is done to it.
struct Story {
    typealias Violation = ServiceSimulation.Violation

    let simulator: ZendeskSimulator
    let simulation: ServiceSimulation

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

    /// Changes that readers see in the order in which they were made.
    func change(creates: Int = 0, updates: Int = 0, deletes: Int = 0, _ streams: String...) throws {
        try simulator.change(creates: creates, updates: updates, deletes: deletes, streams: streams)
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
