import Core
import JSON
import ProcessSupport
import Runs
import Simulators
import Testing

/// Each trap of the local Stripe alone, as often as it can be.
@Suite("One trap at a time")
struct TrapTests {
    private typealias Following = FeedFollowingTests

    @Test(
        "an entry that comes late, or dated early, is found in the overlap",
        arguments: ["late_events", "unordered_events"]
    )
    func overlap(trap: String) async throws {
        let simulation = try await Following.calm([trap: .init(rate: 1, seconds: 500)])
        _ = try await simulation.sync(Following.plain)
        for _ in 0..<8 {
            _ = try simulation.simulator.change(updates: 2)
            simulation.advance(.seconds(100))
            _ = try await simulation.sync(Following.plain)
        }
        try simulation.simulator.faultPlan.change(
            .object([.init(name: trap, value: ["rate": .number("0")])])
        )
        simulation.advance(.seconds(100))
        try await simulation.settle(Following.plain)
    }

    @Test(
        "a snapshot of another second's order or of an older shape proves nothing",
        arguments: ["shuffled_ties", "old_snapshots"]
    )
    func snapshots(trap: String) async throws {
        let simulation = try await Following.calm(
            [trap: .init(rate: 1), "lagging_reads": .init(rate: 0.5, seconds: 20)],
            records: 3
        )
        _ = try await simulation.sync(["customers"])
        for round in 0..<12 {
            simulation.advance(.seconds(7 + round))
            for _ in 0..<6 {
                _ = try simulation.simulator.change(updates: 1, streams: ["customers"])
                simulation.remember()
            }
            _ = try await simulation.sync(["customers"])
            try simulation.check()
        }
        try await simulation.settle(["customers"])
    }

    @Test(
        "a second look that a lagging replica gives brings nothing back",
        arguments: [["customers", "products"], ["invoices", "invoice_line_items"]]
    )
    func laggingSecondLook(streams: [String]) async throws {
        let simulation = try await Following.calm(records: 12)
        _ = try await simulation.sync(streams)
        simulation.advance(.seconds(700))
        _ = try simulation.simulator.change(
            creates: 3,
            updates: 12,
            deletes: 2,
            streams: streams.filter { $0 != "invoice_line_items" }
        )
        simulation.advance(.seconds(2))
        _ = try await simulation.sync(streams)
        simulation.remember()
        try simulation.check()
        let count = simulation.destination.events.count
        // The entries are not done yet, and what was published is older than any entry is listed late.
        simulation.advance(.seconds(40))
        try simulation.simulator.faultPlan.change([
            "lagging_reads": ["rate": .number("1"), "seconds": .number("59")]
        ])
        let outcome = try await simulation.sync(streams)
        #expect(outcome.status == .success)
        #expect(Following.news(simulation, since: count).isEmpty)
        try await simulation.settle(streams)
    }

    @Test("what is gone when it is looked at first was never there: nothing of it is published")
    func shortLived() async throws {
        let simulation = try await Following.calm(["short_lived": .init(rate: 1)])
        _ = try await simulation.sync(["customers", "products"])
        simulation.advance(.seconds(90))
        let count = simulation.destination.events.count
        let changes = try simulation.simulator.change(creates: 5, streams: ["customers", "products"])
        #expect(changes.contains { $0.action == .deleted })
        for wait in [0, 70, 700] {
            simulation.advance(.seconds(wait))
            let outcome = try await simulation.sync(["customers", "products"])
            #expect(outcome.status == .success)
            #expect(Following.news(simulation, since: count).isEmpty)
        }
        try await simulation.settle(["customers", "products"])
    }

    @Test("a list that grows at its head while it is read is read once, and the feed has the rest")
    func shiftingList() async throws {
        let simulation = try await Following.calm(["shifting_lists": .init(rate: 1)], records: 210)
        let clock = simulation.simulator.clock
        _ = try await simulation.sync(["customers"]) { address in
            // The last of them are older than the hold-back when the list is through.
            if address.contains("/v1/customers?") { clock.advance(by: .seconds(100)) }
        }
        simulation.remember()
        try simulation.check()
        #expect(simulation.destination.events.count > 210)
        try await simulation.settle(["customers"])
    }

    @Test("a feed that may not be read holds its streams where they are, and loses nothing")
    func forbiddenFeed() async throws {
        let simulation = try await Following.calm()
        let plan = simulation.simulator.faultPlan
        func forbid(_ rate: String) throws {
            try plan.change(["forbidden_events": ["rate": .number(rate)]])
        }
        try forbid("1")
        let first = try await simulation.sync(["customers", "products"])
        #expect(first.streams.map(\.outcome.status) == [.unavailable, .unavailable])
        // Without a place in the feed a list would say nothing of what changed behind it.
        #expect(simulation.destination.events.isEmpty)
        try forbid("0")
        _ = try await simulation.sync(["customers", "products"])
        let place = try simulation.destination.bookmark(of: StreamName("customers"))
        simulation.advance(.seconds(90))
        let count = simulation.destination.events.count
        let changes = try simulation.simulator.change(updates: 4, streams: ["customers", "products"])
        try forbid("1")
        simulation.advance(.seconds(7_200))
        let second = try await simulation.sync(["customers", "products"])
        #expect(second.streams.map(\.outcome.status) == [.unavailable, .unavailable])
        #expect(try simulation.destination.bookmark(of: StreamName("customers")) == place)
        try forbid("0")
        _ = try await simulation.sync(["customers", "products"])
        #expect(Set(Following.news(simulation, since: count)) == Following.expected(changes))
    }
}
