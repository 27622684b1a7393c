import Testing

/// Each trap of Stripe's alone: nothing is lost to it, and something is where its defence is off.
@Suite("Stripe's traps, one at a time", .timeLimit(.minutes(10)))
struct StripeTrapTests {
    @Test("the definition as it ships goes past it", arguments: StripeAccount.traps)
    func defended(trap: ServiceTrap) async throws { try await trap.tellDefended(by: StripeAccount.self) }

    @Test("without its defence the definition is caught", arguments: StripeAccount.defensible)
    func undefended(trap: ServiceTrap) async throws { try await trap.tellUndefended(by: StripeAccount.self) }
}
