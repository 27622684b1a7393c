import Core
import Extraction
import Foundation
import JSON
import ProcessSupport
import Runs
import Simulators
import Testing

/// Fifty rounds of a changing Zendesk for each seed; `SLUICE_SEEDS` says how many seeds (3).
@Suite("A help desk's Zendesk stays in Kafka, exactly")
struct ZendeskTests {
    static let first = UInt64(ProcessInfo.processInfo.environment["SLUICE_SEED"].flatMap { Int($0) } ?? 0)
    static let seeds =
        first..<first + UInt64(ProcessInfo.processInfo.environment["SLUICE_SEEDS"].flatMap { Int($0) } ?? 3)

    @Test("a full read brings all that there is")
    func full() async throws {
        let simulator = try ZendeskAccount.simulator(faults: ["tie_block": .init(rate: 0.5)])
        let simulation = try ZendeskAccount.simulation(simulator)
        let outcome = try await simulation.sync()
        #expect(outcome.status == .success, "\(outcome.json.compactText)")
        try simulation.check()
        try simulation.compare()
    }

    /// What the extractor's README says of its cost.
    @Test("a run without news takes 21 requests, once a day 5 more than in an hour, and once a week 2 more")
    func cost() async throws {
        let simulator = try ZendeskAccount.simulator(records: 20, faults: ["late_visible": .init()])
        let simulation = try ZendeskAccount.simulation(simulator)
        func requests(after wait: Duration) async throws -> Int {
            simulation.advance(wait)
            let before = simulation.requests
            let outcome = try await simulation.sync()
            #expect(outcome.status == .success, "\(outcome.json.compactText)")
            return simulation.requests - before
        }
        _ = try await requests(after: .zero)
        // Whatever is read now and then is counted from the end of the first reading.
        _ = try await requests(after: .seconds(60))
        #expect(try await requests(after: .seconds(300)) == 21)
        // The exports' last quarter of an hour, the children of its tickets, and the lists that are read once an hour.
        let hourly = try await requests(after: .seconds(3600))
        #expect((32...55).contains(hourly), "\(hourly)")
        // No more were ever deleted than a page holds; the children of tickets read the list as well.
        let daily = try await requests(after: .seconds(24 * 3600))
        #expect(daily == hourly + 5, "\(daily) and \(hourly)")
        // The organizations, and the records of the one custom object.
        let weekly = try await requests(after: .seconds(7 * 24 * 3600))
        #expect(weekly == daily + 2, "\(weekly) and \(daily)")
    }

    @Test(
        "each way to prove who asks reads it all",
        arguments: [
            ["access_token": "zd_simulated"], ZendeskAccount.refreshed, ZendeskAccount.granted,
            ["email": "ada@example.com", "api_token": "abc"],
        ] as [[String: JSONValue]]
    )
    func ways(settings: [String: JSONValue]) async throws {
        let simulator = try ZendeskAccount.simulator(records: 10)
        let simulation = try ZendeskAccount.simulation(
            simulator,
            settings: settings,
            stateKeys: [Secret("0123456789abcdef0123456789abcdef")]
        )
        let outcome = try await simulation.sync()
        #expect(outcome.status == .success, "\(outcome.json.compactText)")
        try simulation.check()
        try simulation.compare()
    }

    @Test(
        "an account that sets nothing, too much or half of it is told so before the first request",
        arguments: [
            (
                [:],
                "nothing is set that proves who asks: set one of access_token, refresh_token, client_id, api_token"
            ),
            (
                ["access_token": "zd_simulated", "api_token": "abc"],
                "choose 2 ways to prove who asks, by {{ config.access_token }} and {{ config.api_token }}"
            ),
            (["refresh_token": "refresh_simulated"], "client_id is not set"), (["api_token": "abc"], "email"),
            (ZendeskAccount.refreshed, "state_key"),
        ] as [([String: JSONValue], String)]
    )
    func settings(settings: [String: JSONValue], text: String) async throws {
        let simulator = try ZendeskAccount.simulator(records: 10)
        let simulation = try ZendeskAccount.simulation(simulator, settings: settings)
        try await simulation.expectRefusal(saying: text)
    }

    @Test("a pair of tokens goes on from run to run, whatever ends it")
    func rotation() async throws {
        let simulator = try ZendeskAccount.simulator(records: 8)
        let simulation = try ZendeskAccount.simulation(
            simulator,
            settings: ZendeskAccount.refreshed,
            stateKeys: [Secret("0123456789abcdef0123456789abcdef")],
            only: ["tickets", "users", "organizations", "groups"],
            aborts: 0.05
        )
        for hours in 1...30 {
            try simulator.change(creates: 2, updates: 5, deletes: 1)
            simulation.remember()
            // Zendesk keeps a refresh token for a month.
            simulation.advance(.seconds(hours * 3600))
            try simulator.faultPlan.change(["expired_token": ["next": 1]])
            let outcome = try await simulation.sync()
            #expect(outcome.status == .success, "\(outcome.json.compactText)")
            try simulation.check()
        }
        try await simulation.settle()
        #expect(simulator.requests["/oauth/tokens"]?["200"] ?? 0 > 10)
        #expect(simulator.requests["/oauth/tokens"]?.keys.sorted() == ["200"])
    }

    @Test(
        "I1 I2: with faults, merges and deaths, nothing is lost, doubled or older over newer",
        arguments: seeds
    )
    func rounds(seed: UInt64) async throws {
        let faults: [String: FaultPlan.Fault] = [
            "late_visible": .init(rate: 0.2, seconds: 120),
            "reemitted": .init(rate: 0.2),
            "ai_agent_tickets": .init(rate: 0.2),
            "tie_block": .init(rate: 0.4),
            "short_lived": .init(rate: 0.05),
            "old_too_recent": .init(rate: seed % 2 == 0 ? 1 : 0),
        ]
        let simulator = try ZendeskAccount.simulator(seed: seed, records: 8, faults: faults)
        let simulation = try ZendeskAccount.simulation(
            simulator,
            // Half of them by a token that ends, by itself and because somebody ends it.
            settings: seed % 2 == 0 ? ["access_token": "zd_simulated"] : ZendeskAccount.granted,
            seed: seed,
            // A third of the accounts is read by a machine whose clock is ahead of the API's, a third by one behind it.
            skew: [.zero, .seconds(90), .seconds(-90)][Int(seed % 3)],
            aborts: 0.02,
            deaths: 0.01
        )
        try simulation.strike(Self.strikes, rate: 0.02)
        do {
            for _ in 1...50 { try await simulation.round { try Self.change(simulator, &$0) } }
            try await simulation.settle()
        } catch let violation as ServiceSimulation.Violation {
            Issue.record("seed \(seed): \(violation)")
        }
        let events = simulation.destination.events
        print(
            "seed \(seed): \(events.count) events, \(events.count { $0.value == nil }) deletes, \(simulation.told)"
        )
    }

    /// What strikes requests; the end of a token only one that was asked for.
    private static let strikes = [
        "rate_limit", "bare_rate_limit", "server_error", "conflict", "maintenance", "gateway_timeout",
        "invalid_cursor", "repeated_cursor", "shifting_lists", "cut_body", "reset", "html_page",
        "expired_token",
    ]

    private static func change(
        _ simulator: ZendeskSimulator,
        _ random: inout SeededGenerator
    ) throws {
        switch Int.random(in: 0..<20, using: &random) {
        case 0..<6: try simulator.change(creates: 1)
        case 6..<16: try simulator.change(updates: 1)
        case 16..<19: try simulator.change(deletes: 1)
        default: try simulator.change(merges: 1)
        }
    }
}
