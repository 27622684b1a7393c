import Testing

/// Each trap of Zendesk's alone: nothing is lost to it, and something is where its defence is off.
@Suite("Zendesk's traps, one at a time", .timeLimit(.minutes(10)))
struct ZendeskTrapTests {
    @Test("the definition as it ships goes past it", arguments: ZendeskAccount.traps)
    func defended(trap: ServiceTrap) async throws { try await trap.tellDefended(by: ZendeskAccount.self) }

    @Test("without its defence the definition is caught", arguments: ZendeskAccount.defensible)
    func undefended(trap: ServiceTrap) async throws { try await trap.tellUndefended(by: ZendeskAccount.self) }
}
