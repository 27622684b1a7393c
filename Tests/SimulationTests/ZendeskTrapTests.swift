import Testing

/// Each trap of Zendesk's alone: nothing is lost to it, and something is where its defence is off.
@Suite("Zendesk's traps, one at a time", .timeLimit(.minutes(10)))
struct ZendeskTrapTests {
    @Test("the definition as it ships goes past it", arguments: ZendeskTrap.all)
    func defended(trap: ZendeskTrap) async throws { try await trap.tell(isDefended: true) }

    /// Else the story proves nothing.
    @Test(
        "without its defence the definition is caught",
        arguments: ZendeskTrap.all.filter { !$0.defence.isEmpty }
    )
    func undefended(trap: ZendeskTrap) async throws {
        await #expect(throws: ServiceSimulation.Violation.self) { try await trap.tell(isDefended: false) }
    }
}
