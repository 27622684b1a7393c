import Testing

/// Each trap of HubSpot's alone: nothing is lost to it, and something is where its defence is off.
@Suite("HubSpot's traps, one at a time", .timeLimit(.minutes(10)))
struct HubSpotTrapTests {
    @Test("the definition as it ships goes past it", arguments: HubSpotAccount.traps)
    func defended(trap: ServiceTrap) async throws { try await trap.tellDefended(by: HubSpotAccount.self) }

    @Test("without its defence the definition is caught", arguments: HubSpotAccount.defensible)
    func undefended(trap: ServiceTrap) async throws { try await trap.tellUndefended(by: HubSpotAccount.self) }
}
