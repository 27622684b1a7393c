import Core
import JSON
import ProcessSupport
import Runs
import Simulators
import Testing

/// What no event tells: lists that are read again, and the balance, which is read by windows alone.
@Suite("Changes that no event tells")
struct RelistTests {
    private typealias Following = FeedFollowingTests

    /// Read again every day, and every week.
    private static let daily = ["invoiceitems", "invoice_payments", "checkout_sessions", "coupons"]
    private static let weekly = ["payment_intents", "setup_intents"]

    private static func pages(_ simulation: DeltaSimulation, _ streams: [String], limit: Int? = nil)
        async throws -> [String: Int]
    {
        let requests = try await Following.requests(simulation) {
            let outcome = try await simulation.sync(streams, limit: limit)
            #expect(outcome.status == .success)
        }
        let lists = Set(streams.compactMap { StripeSimulator.path(of: $0) })
        return requests.filter { lists.contains($0.key) }
    }

    @Test(
        "a list is read again once its time has come, and no sooner",
        arguments: [(daily, 86_400), (weekly, 604_800)]
    )
    func isDue(streams: [String], every: Int) async throws {
        let simulation = try await Following.calm()
        let once = Dictionary(uniqueKeysWithValues: streams.map { (StripeSimulator.path(of: $0) ?? "", 1) })
        #expect(try await Self.pages(simulation, streams) == once)
        simulation.advance(.seconds(every - 1))
        #expect(try await Self.pages(simulation, streams) == [:])
        simulation.advance(.seconds(1))
        #expect(try await Self.pages(simulation, streams) == once)
        #expect(try await Self.pages(simulation, streams) == [:])
        simulation.advance(.seconds(every))
        #expect(try await Self.pages(simulation, streams) == once)
    }

    @Test("what no event tells is published a day later, and nothing twice")
    func silentChanges() async throws {
        let simulation = try await Following.calm(["silent_changes": .init(rate: 1)])
        _ = try await simulation.sync(Self.daily)
        simulation.advance(.seconds(700))
        let before = simulation.destination.events.count
        let truth = simulation.simulator.truth()
        for stream in Self.daily {
            _ = try simulation.simulator.change(creates: 4, updates: 12, streams: [stream])
        }
        simulation.remember()
        simulation.advance(.seconds(3_600))
        _ = try await simulation.sync(Self.daily)
        let told = Set(Following.news(simulation, since: before))
        var changed: Set<String> = []
        for stream in Self.daily {
            for (key, record) in simulation.simulator.truth()[stream] ?? [:]
            where truth[stream]?[key] != record { changed.insert("\(stream) \(key)") }
        }
        // Else there would be nothing left for the lists to tell.
        #expect(told.isSubset(of: changed) && changed.count > told.count + 10)
        simulation.advance(.seconds(86_400))
        _ = try await simulation.sync(Self.daily)
        let news = Following.news(simulation, since: before)
        #expect(Set(news) == changed && news.count == changed.count)
        try await simulation.settle(Self.daily)
        #expect(Following.news(simulation, since: before) == news)
    }

    @Test(
        "I2: a list of a part of the objects covers nothing of what the feed told of the others, and no delete"
    )
    func since() async throws {
        let simulation = try await Following.calm()
        _ = try await simulation.sync(["coupons"], since: simulation.simulator.clock.now)
        #expect(simulation.destination.events.isEmpty)
        _ = try simulation.simulator.change(creates: 5, streams: ["coupons"])
        simulation.advance(.seconds(700))
        _ = try await simulation.sync(["coupons"])
        let before = simulation.destination.events.count
        #expect(before == 5)
        let changes = try simulation.simulator.change(updates: 8, deletes: 4, streams: ["coupons"])
        simulation.advance(.seconds(86_400))
        #expect(try await Self.pages(simulation, ["coupons"]) == ["/v1/coupons": 1])
        let gone = Set(changes.filter { $0.action == .deleted }.map(\.id))
        let known = Set(simulation.destination.events.prefix(before).map(\.key))
        let told = Following.expected(changes.filter { $0.action == .deleted || !gone.contains($0.id) })
        // Of what was never told no delete is.
        let news = told.filter {
            !$0.hasPrefix("-") || known.contains(String($0.dropFirst("-coupons ".count)))
        }
        #expect(Set(Following.news(simulation, since: before)) == news)
        #expect(news.contains { $0.hasPrefix("-") } && news.contains { !$0.hasPrefix("-") })
        #expect(try await Self.pages(simulation, ["coupons"]) == [:])
    }

    @Test("a run with a limit reads no list again")
    func limit() async throws {
        let simulation = try await Following.calm()
        _ = try await simulation.sync(["invoiceitems"])
        simulation.advance(.seconds(90_000))
        #expect(try await Self.pages(simulation, ["invoiceitems"], limit: 5) == [:])
        #expect(try await Self.pages(simulation, ["invoiceitems"]) == ["/v1/invoiceitems": 1])
    }

    @Test("a list that could not be read again is due still, and deletes nothing meanwhile")
    func refused() async throws {
        let simulation = try await Following.calm(["silent_changes": .init(rate: 1)], records: 120)
        _ = try await simulation.sync(["invoiceitems"])
        let count = simulation.destination.events.count
        simulation.advance(.seconds(90_000))
        _ = try simulation.simulator.change(updates: 3, streams: ["invoiceitems"])
        try simulation.simulator.faultPlan.change(["forbidden_invoiceitems": ["rate": .number("1")]])
        let outcome = try await simulation.sync(["invoiceitems"])
        #expect(outcome.streams[0].outcome.status == .unavailable)
        #expect(simulation.destination.events.count == count)
        try simulation.simulator.faultPlan.change(["forbidden_invoiceitems": ["rate": .number("0")]])
        #expect(try await Self.pages(simulation, ["invoiceitems"]) == ["/v1/invoiceitems": 2])
        let news = Set(Following.news(simulation, since: count))
        #expect(!news.isEmpty && news.allSatisfy { !$0.hasPrefix("-") })
        try await simulation.settle(["invoiceitems"])
    }

    @Test("a list that is read again from a lagging replica brings nothing back", arguments: ["1", "0.5"])
    func lagging(rate: String) async throws {
        let simulation = try await Following.calm(["silent_changes": .init(rate: 1)])
        _ = try await simulation.sync(Self.daily)
        simulation.advance(.seconds(86_395))
        for stream in Self.daily {
            _ = try simulation.simulator.change(creates: 2, updates: 8, streams: [stream])
        }
        simulation.advance(.seconds(1))
        // What is told goes out at once, and the lists that follow show what was before it.
        _ = try await simulation.sync(Self.daily)
        simulation.remember()
        try simulation.check()
        try simulation.simulator.faultPlan.change([
            "lagging_reads": ["rate": .number(rate), "seconds": .number("50")]
        ])
        simulation.advance(.seconds(10))
        for _ in 0..<3 {
            _ = try await simulation.sync(Self.daily)
            try simulation.check()
        }
        try await simulation.settle(Self.daily)
    }

    @Test("a movement of the balance that has become available is read again within a day")
    func balance() async throws {
        let simulation = try await Following.calm()
        let streams = ["balance_transactions"]
        _ = try await simulation.sync(streams)
        simulation.advance(.seconds(700))
        let before = simulation.destination.events.count
        _ = try simulation.simulator.change(creates: 5, streams: ["charges", "refunds"])
        simulation.advance(.seconds(2))
        _ = try await simulation.sync(streams)
        let fresh = Following.news(simulation, since: before)
        #expect(fresh.count >= 4)
        // No movement waits longer than nine days here.
        for _ in 0..<10 {
            simulation.advance(.seconds(86_400))
            _ = try await simulation.sync(streams)
        }
        simulation.remember()
        try simulation.check()
        let news = Following.news(simulation, since: before)
        for movement in fresh { #expect(news.count { $0 == movement } == 2, "\(movement)") }
        let events = simulation.destination.events
        #expect(
            events.suffix(fresh.count).allSatisfy { $0.value?.contains(#""status":"available""#) == true }
        )
        try await simulation.settle(streams)
    }

    @Test("what a full read and a run without news cost, as the extractor's README has it")
    func costs() async throws {
        let simulation = try await Following.calm(records: 250)
        let first = try await Following.requests(simulation) {
            let outcome = try await simulation.sync(simulation.streams)
            #expect(outcome.status == .success)
        }
        for stream in StripeSimulator.streams {
            let path = try #require(StripeSimulator.path(of: stream))
            let expected =
                switch stream {
                // 61 windows of 90 days since 2011, and a second page of one of them.
                case "balance_transactions": 62
                // Once for itself, and once for what is inside of its objects.
                case "subscriptions", "invoices", "checkout_sessions": 6
                default: 3
                }
            #expect(first[path] == expected, "\(stream)")
        }
        #expect(first["/v1/subscription_items"] == 250)
        #expect(first["/v1/invoices/{id}/lines"] == 250)
        #expect(first["/v1/checkout/sessions/{id}/line_items"] == 250)
        let second = try await Following.requests(simulation) {
            let outcome = try await simulation.sync(simulation.streams)
            #expect(outcome.status == .success)
        }
        #expect(second == ["/v1/events": 1, "/v1/balance_transactions": 1])
    }
}
