import ProcessSupport
import Simulators
import Testing

/// Clients of the vendors themselves, which check what they read, and that errors come as their own exceptions.
@Suite(.enabled(if: VendorClient.isAvailable), .timeLimit(.minutes(10)))
struct VendorClientTests {
    @Test func stripeReadsItAll() async throws {
        let simulator = try StripeSimulator(.init(records: 250))
        let port = try simulator.start()
        defer { simulator.stop() }
        #expect(try await VendorClient.run("stripe", "http://127.0.0.1:\(port)").hasPrefix("stripe: "))
    }

    @Test func hubspotReadsItAll() async throws {
        let simulator = try HubSpotSimulator(.init(records: 250))
        let port = try simulator.start()
        defer { simulator.stop() }
        let said = try await VendorClient.run("hubspot", "http://127.0.0.1:\(port)")
        #expect(said.hasPrefix("hubspot-api-client: "))
    }
}
