import Core
import Extraction
import Foundation
import JSON
import ProcessSupport
import Runs
import Simulators
import Testing

/// Fifty rounds of a changing HubSpot for each seed; `SLUICE_SEEDS` says how many seeds (3).
@Suite("A sales team's HubSpot stays in Kafka, exactly")
struct HubSpotTests {
    static let first = UInt64(ProcessInfo.processInfo.environment["SLUICE_SEED"].flatMap { Int($0) } ?? 0)
    static let seeds =
        first..<first + UInt64(ProcessInfo.processInfo.environment["SLUICE_SEEDS"].flatMap { Int($0) } ?? 3)

    /// One of each kind: its own time field, merges into one of the two or into a third, sums, and none of these.
    static let objects = ["contacts", "companies", "deals", "line_items", "notes", "custom_objects"]
    /// The types of which these are made.
    static let types = objects.filter { $0 != "custom_objects" } + HubSpotAccount.custom.values
    /// From the one to the many, and from the many to the one.
    static let pairs = ["contact_companies", "deal_contacts", "deal_line_items", "note_deals"]
    static let described = ["owners", "archived_owners", "deal_pipelines", "schemas"]
    static let streams = objects + pairs + described

    private static let requestFaults = [
        "rate_limit", "search_limit", "migration", "locked", "server_error", "bad_gateway", "blocked",
        "shuffled_page", "repeated_cursor", "reset", "cut_body",
    ]

    @Test("I2: a full read brings all that there is, however many share one millisecond")
    func full() async throws {
        let simulator = try HubSpotAccount.simulator(seed: 7, records: 260)
        try simulator.change(others: ["bulk": 240], streams: ["companies"])
        simulator.clock.advance(by: .seconds(3600))
        let simulation = try HubSpotAccount.simulation(simulator, seed: 7, streams: Self.streams)
        let outcome = try await simulation.sync()
        #expect(outcome.status == .success, "\(outcome.json.compactText)")
        try simulation.check()
        try simulation.compare()
    }

    @Test("a company's deal with more lines than one answer has is read whole")
    func crowds() async throws {
        let simulator = try HubSpotAccount.simulator(seed: 11, records: 1100)
        let simulation = try HubSpotAccount.simulation(
            simulator,
            seed: 11,
            streams: ["deals", "deal_line_items", "deal_companies"]
        )
        let outcome = try await simulation.sync()
        #expect(outcome.status == .success, "\(outcome.json.compactText)")
        try simulation.check()
        try simulation.compare()
        let lines = Dictionary(grouping: simulation.seen("deal_line_items").keys) { $0.prefix { $0 != "," } }
        #expect(lines.values.map(\.count).max() ?? 0 > 500)
        let requests = simulator.requests
        // The deal alone, in two pages; all others in as many answers as there are pages of deals.
        #expect(requests["/objects/deals/{id}/associations/line_items"]?["200"] == 2)
        #expect(requests["/objects/deals/{id}/associations/companies"] == nil)
    }

    /// No object's time moves by it.
    @Test("an association that was changed is told within a day, and one of a changed object at once")
    func relinks() async throws {
        let simulator = try HubSpotAccount.simulator(seed: 13, records: 40)
        let streams = ["contact_companies", "deal_contacts", "note_deals"]
        let simulation = try HubSpotAccount.simulation(simulator, seed: 13, streams: streams)
        func sync(after wait: Duration) async throws {
            simulation.advance(wait)
            let outcome = try await simulation.sync()
            #expect(outcome.status == .success, "\(outcome.json.compactText)")
            try simulation.check()
        }
        try await sync(after: .seconds(3600))
        try simulation.compare()
        let before = streams.map { simulation.seen($0) }
        for _ in 0..<8 {
            try simulator.change(others: ["relinks": 1], streams: ["contacts", "deals", "notes"])
        }
        simulation.remember()
        try await sync(after: .seconds(5 * 3600))
        // Nothing has told of it, or the trap is none.
        #expect(streams.map { simulation.seen($0) } == before)
        try await sync(after: .seconds(20 * 3600))
        try simulation.compare()
        #expect(streams.map { simulation.seen($0) } != before)
        try simulator.change(creates: 4, updates: 2, streams: ["contacts", "deals", "notes"])
        simulation.remember()
        try await sync(after: .seconds(90))
        try simulation.compare()
    }

    @Test("sensitive properties are read where the account says so, and else not", arguments: [false, true])
    func sensitive(isSensitive: Bool) async throws {
        let simulator = try HubSpotAccount.simulator(seed: 17, records: 20)
        let streams = ["contacts", "companies"]
        let simulation = try HubSpotAccount.simulation(
            simulator,
            seed: 17,
            streams: streams,
            isSensitive: isSensitive
        )
        let outcome = try await simulation.sync()
        #expect(outcome.status == .success, "\(outcome.json.compactText)")
        try simulation.check()
        try simulation.compare()
        #expect(simulation.seen("contacts").values.contains { $0.contains("passport_number") } == isSensitive)
        #expect(simulator.requests["/properties/contacts"]?["200"] == (isSensitive ? 3 : 1))
    }

    /// What the extractor's README says of its cost.
    @Test("an object stream takes 1.5 requests for 100 records, and 2 where nothing changed")
    func cost() async throws {
        let simulator = try HubSpotAccount.simulator(
            seed: 3,
            records: 1000,
            faults: ["search_lag": .init(rate: 0)]
        )
        let simulation = try HubSpotAccount.simulation(simulator, seed: 3, streams: ["contacts"])
        func requests(after wait: Duration) async throws -> Int {
            simulator.clock.advance(by: wait)
            let before = simulation.requests
            let outcome = try await simulation.sync()
            #expect(outcome.status == .success, "\(outcome.json.compactText)")
            return simulation.requests - before
        }
        let whole = try await requests(after: .seconds(7200))
        #expect((16...22).contains(whole), "\(whole)")
        // The properties and a search; once an hour the bin, once a day the ids of all.
        #expect(try await requests(after: .seconds(600)) == 2)
        #expect(try await requests(after: .seconds(600)) == 2)
        try simulator.change(updates: 1, streams: ["contacts"])
        #expect(try await requests(after: .seconds(600)) == 3)
    }

    /// The same, of all streams together.
    @Test("all streams take 57 requests where nothing changed")
    func emptyDelta() async throws {
        let simulator = try HubSpotAccount.simulator(seed: 3, records: 5)
        let simulation = try HubSpotAccount.simulation(simulator, seed: 3, streams: nil)
        simulation.advance(.seconds(7200))
        #expect(try await simulation.sync().status == .success)
        let before = simulation.requests
        simulation.advance(.seconds(600))
        #expect(try await simulation.sync().status == .success)
        #expect(simulation.requests - before == 57)
    }

    @Test(
        "either way to prove who asks reads it all",
        arguments: [HubSpotAccount.settings, HubSpotAccount.oauth]
    )
    func ways(settings: [String: JSONValue]) async throws {
        let simulator = try HubSpotAccount.simulator(seed: 19, records: 20)
        let streams = ["contacts", "deal_contacts", "owners"]
        let simulation = try HubSpotAccount.simulation(
            simulator,
            seed: 19,
            streams: streams,
            settings: settings
        )
        let outcome = try await simulation.sync()
        #expect(outcome.status == .success, "\(outcome.json.compactText)")
        try simulation.check()
        try simulation.compare()
    }

    @Test(
        "an account that sets nothing, too much or half of it is told so before the first request",
        arguments: [
            ([:], "nothing is set that proves who asks: set one of access_token, refresh_token"),
            (
                HubSpotAccount.settings.merging(HubSpotAccount.oauth) { $1 },
                "choose 2 ways to prove who asks, by {{ config.access_token }} and {{ config.refresh_token }}"
            ),
            (["refresh_token": "na1-simulated"], "client_id is not set"),
        ] as [([String: JSONValue], String)]
    )
    func settings(settings: [String: JSONValue], text: String) async throws {
        let simulator = try HubSpotAccount.simulator(seed: 19, records: 5)
        let simulation = try HubSpotAccount.simulation(
            simulator,
            seed: 19,
            streams: ["owners"],
            settings: settings
        )
        try await simulation.expectRefusal(saying: text)
    }

    @Test("a token of half an hour ends within a run, by the clock or by an answer, and another is asked for")
    func expiry() async throws {
        let simulator = try HubSpotAccount.simulator(seed: 23, records: 900)
        let simulation = try HubSpotAccount.simulation(
            simulator,
            seed: 23,
            streams: ["contacts", "companies", "deals", "deal_contacts"],
            settings: HubSpotAccount.oauth
        )
        func sync(_ faults: JSONValue) async throws -> [String: Int] {
            try simulator.faultPlan.change(faults)
            let before = simulator.requests["/oauth/token"] ?? [:]
            let outcome = try await simulation.sync()
            #expect(outcome.status == .success, "\(outcome.json.compactText)")
            try simulation.check()
            try simulation.compare()
            return (simulator.requests["/oauth/token"] ?? [:]).merging(before) { $0 - $1 }
        }
        // The account moves again and again, for some minutes each time.
        let moved = try await sync(["migration": ["rate": .number("0.25"), "seconds": 290]])
        #expect(moved["200"] ?? 0 > 1, "\(moved)")
        #expect(simulator.requests.values.allSatisfy { $0["401"] == nil }, "\(simulator.requests)")
        try simulator.change(updates: 20, streams: ["contacts", "deals"])
        simulation.remember()
        simulation.advance(.seconds(600))
        try simulator.faultPlan.change(["migration": .null])
        let ended = try await sync(["expired_token": ["next": 1], "token_limit": ["next": 1, "seconds": 5]])
        #expect(ended == ["200": 2, "429": 1], "\(ended)")
    }

    @Test("a refresh token that is no more ends the run, and the error says what to do")
    func revoked() async throws {
        let simulator = try HubSpotAccount.simulator(seed: 5, records: 5)
        let settings = HubSpotAccount.oauth.merging(["refresh_token": "na1-invalid"]) { $1 }
        let simulation = try HubSpotAccount.simulation(
            simulator,
            seed: 5,
            streams: ["contacts"],
            settings: settings
        )
        let outcome = try await simulation.sync()
        #expect(outcome.error?.codeText == "extraction.refused_credentials", "\(outcome.json.compactText)")
        let message = outcome.error?.message ?? ""
        #expect(message.contains("missing or invalid refresh token") && message.contains("authorise again"))
        #expect(!message.contains("na1-invalid"))
    }

    @Test("what the token may not read is unavailable, and the rest is read")
    func scopes() async throws {
        let simulator = try HubSpotAccount.simulator(seed: 5, records: 5)
        let simulation = try HubSpotAccount.simulation(
            simulator,
            seed: 5,
            streams: Self.streams,
            token: "pat-na1-no_contacts-no_owners"
        )
        let outcome = try await simulation.sync()
        let refused = outcome.streams.filter { $0.outcome.status == .unavailable }.map(\.name)
        // An association takes the scopes of both ends.
        #expect(
            refused == ["contacts", "contact_companies", "deal_contacts", "owners", "archived_owners"]
        )
        #expect(outcome.streams.count { $0.outcome.status == .success } == simulation.streams.count - 5)
    }

    /// The answers that end a run, each with one request: another would be one too many.
    @Test(arguments: [
        ("daily_limit", "extraction.quota_spent"), ("expired_token", "extraction.refused_credentials"),
    ])
    func lastWords(fault: String, code: String) async throws {
        let simulator = try HubSpotAccount.simulator(seed: 5, records: 5)
        let simulation = try HubSpotAccount.simulation(simulator, seed: 5, streams: ["contacts"])
        try simulation.strike([fault], rate: 1)
        let outcome = try await simulation.sync()
        #expect(outcome.status == .failed)
        #expect(outcome.error?.codeText == code, "\(outcome.json.compactText)")
        #expect(simulation.requests == 1)
    }

    /// Searches that lag, that show what they should not, and every other fault now and then.
    private static func troubled(seed: UInt64, streams: [String]) throws -> (
        HubSpotSimulator, ServiceSimulation
    ) {
        let simulator = try HubSpotAccount.simulator(
            seed: seed,
            records: 30,
            faults: [
                "search_lag": .init(rate: 1, seconds: 40), "outside_window": .init(rate: 0.1, seconds: 2),
            ]
        )
        // Half of them by tokens that end, by themselves and before.
        let isOAuth = seed % 2 == 1
        let simulation = try HubSpotAccount.simulation(
            simulator,
            seed: seed,
            streams: streams,
            settings: isOAuth ? HubSpotAccount.oauth : HubSpotAccount.settings,
            skew: [.zero, .seconds(90), .seconds(-90)][Int(seed % 3)],
            aborts: 0.05,
            deaths: 0.02
        )
        try simulation.strike(
            requestFaults + (isOAuth ? ["expired_token", "token_limit"] : []),
            rate: 0.02
        )
        return (simulator, simulation)
    }

    @Test("I1 I2: nothing lost, nothing doubled, nothing older over newer", arguments: seeds)
    func rounds(seed: UInt64) async throws {
        let (simulator, simulation) = try Self.troubled(
            seed: seed,
            streams: Self.streams
        )
        var round = 0
        do {
            while round < 50 {
                round += 1
                try await simulation.round { random in try Self.change(simulator, &random) }
            }
            try await simulation.settle(after: .seconds(8 * 86_400))
        } catch let violation as ServiceSimulation.Violation {
            Issue.record("seed \(seed), round \(round): \(violation)")
        }
        let events = simulation.destination.events
        #expect(events.contains { $0.value == nil })
        print(
            "HubSpot, seed \(seed): \(events.count) events, \(events.count { $0.value == nil }) deletes, "
                + "\(simulation.requests) requests; \(simulation.told)"
        )
    }

    /// Before all is read again, and before the ids of all are compared.
    @Test("changes, deletes and merges are told within two hours", arguments: seeds)
    func prompt(seed: UInt64) async throws {
        // Nothing is calculated in these.
        let streams = ["tickets", "line_items", "notes"]
        let (simulator, simulation) = try Self.troubled(seed: seed, streams: streams)
        var random = SeededGenerator(seed: seed ^ 0x4b)
        var round = 0
        do {
            while round < 30 {
                round += 1
                for _ in 0..<Int.random(in: 0...5, using: &random) {
                    switch Int.random(in: 0..<8, using: &random) {
                    case 0, 1: try simulator.change(creates: 1, streams: streams)
                    case 2...4: try simulator.change(updates: 1, streams: streams)
                    // One that swallowed another and is archived before it was read tells of neither: the ids do.
                    case 5, 6: try simulator.change(deletes: 1, streams: ["line_items", "notes"])
                    default: try simulator.change(merges: 1, streams: streams)
                    }
                    simulation.advance(.seconds(Int.random(in: 0...4, using: &random)))
                }
                simulation.remember()
                let isLong = Int.random(in: 0..<4, using: &random) == 0
                simulation.advance(.seconds(Int.random(in: isLong ? 600...3600 : 0...90, using: &random)))
                try await simulation.sync(streams.filter { _ in Int.random(in: 0..<4, using: &random) > 0 })
                try simulation.check()
            }
            try await simulation.settle(after: .seconds(7200))
        } catch let violation as ServiceSimulation.Violation {
            Issue.record("seed \(seed), round \(round): \(violation)")
        }
    }

    private static func change(_ simulator: HubSpotSimulator, _ random: inout SeededGenerator) throws {
        switch Int.random(in: 0..<20, using: &random) {
        case 0...3: try simulator.change(creates: 1, streams: types)
        case 4...11: try simulator.change(updates: 1, streams: types)
        case 12...14: try simulator.change(deletes: 1, streams: types)
        case 15: try simulator.change(merges: 1, streams: types)
        case 16: try simulator.change(others: ["restores": 1], streams: types)
        case 17: try simulator.change(others: ["recalculations": 1], streams: types)
        case 18: try simulator.change(others: ["relinks": 1], streams: types)
        default: try simulator.change(others: ["purges": 1], streams: ["contacts"])
        }
    }
}
