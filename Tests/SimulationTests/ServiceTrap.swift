import JSON
import Runs
import Testing

/// A trap of a service's: what the definition has against it, and a story that goes wrong without that.
struct ServiceTrap: Sendable, CustomTestStringConvertible {
    let name: String
    /// What of the definition's text is the defence, and what stands in its place where it is off.
    ///
    /// Empty where the defence is a rule of the engine's, which no definition can switch off.
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

    /// Tells the story with the definition as it ships: nothing must be lost to the trap.
    func tellDefended(by service: any TrappedService.Type) async throws {
        try await story(Teller(service: service, defence: []))
    }

    /// Tells the story without the defence: something must be, else the story proves nothing.
    func tellUndefended(by service: any TrappedService.Type) async throws {
        await #expect(throws: ServiceSimulation.Violation.self) {
            try await story(Teller(service: service, defence: defence))
        }
    }

    /// What may not be read is unavailable, what may (`beside`) is read, and nothing is missing once all may be.
    static func forbidden(_ name: String, _ subject: String, _ streams: [String], beside: String)
        -> ServiceTrap
    {
        ServiceTrap(
            name,
            "- {status: [403, 404], action: unavailable}",
            without: "- {status: [403, 404], action: fail_stream}"
        ) { teller in
            let story = try teller.begin(only: streams + [beside])
            try story.set("forbidden_\(subject)", ["rate": 1])
            let outcome = try await story.run()
            for stream in streams { try story.expect(stream, .unavailable, in: outcome) }
            try story.expect(beside, .success, in: outcome)
            try story.set("forbidden_\(subject)", .null)
            try await story.finish(after: 90)
        }
    }
}
