import Core
import JSON
import ProcessSupport
import Runs
import Simulators
import Synchronization
import Testing

/// What a list covers of the feed behind it, and what it leaves to the feed.
@Suite("A list and the feed behind it")
struct ListCoverageTests {
    private typealias Following = FeedFollowingTests

    @Test("what happened less than the hold-back before a list is looked at again", arguments: 0..<3)
    func youngEntries(round: Int) async throws {
        let simulation = try await Following.calm(["lagging_reads": .init(rate: 1, seconds: 50)])
        simulation.advance(.seconds(700))
        _ = try simulation.simulator.change(updates: 12, streams: ["customers"])
        simulation.advance(.seconds(1 + round))
        // A lagging replica gives the list as it was before; a look now would be the first one again.
        let requests = try await Following.requests(simulation) {
            _ = try await simulation.sync(["customers"])
        }
        #expect(requests["/v1/customers/{id}"] == nil)
        let count = simulation.destination.events.count
        try await simulation.settle(["customers"])
        #expect(simulation.destination.events.count > count)
    }

    @Test("what happened in the overlap before a list is covered by it: no object is looked at")
    func coveredEntries() async throws {
        let simulation = try await Following.calm()
        simulation.advance(.seconds(700))
        _ = try simulation.simulator.change(updates: 6, streams: ["customers"])
        simulation.advance(.seconds(300))
        let requests = try await Following.requests(simulation) {
            for _ in 0..<3 {
                _ = try await simulation.sync(["customers"])
                simulation.advance(.seconds(50))
            }
        }
        #expect(requests["/v1/customers"] == 1)
        #expect(requests["/v1/customers/{id}"] == nil)
    }

    @Test("a list that is read again covers nothing: what it leaves to the feed, the feed tells")
    func repeatedListCoversNothing() async throws {
        let simulation = try await Following.calm(records: 6)
        _ = try await simulation.sync(["customers"])
        simulation.advance(.seconds(700))
        _ = try simulation.simulator.change(updates: 24, streams: ["customers"])
        simulation.advance(.seconds(25))
        _ = try simulation.simulator.change(updates: 24, streams: ["customers"])
        simulation.advance(.seconds(2))
        // Most looks show what was between the changes.
        try simulation.simulator.faultPlan.change([
            "lagging_reads": ["rate": .number("1"), "seconds": .number("30")]
        ])
        _ = try await simulation.sync(["customers"])
        try simulation.simulator.faultPlan.change(["lagging_reads": ["rate": .number("0")]])
        simulation.advance(.seconds(58))
        // The changes are older than the hold-back, what was published of them is younger.
        _ = try await simulation.sync(["customers"], resyncs: true)
        try await simulation.settle(["customers"])
    }

    @Test("what changes while a list is read over several runs is told by the feed", arguments: [60, 700])
    func resumedList(pause: Int) async throws {
        let simulation = try await Following.calm(records: 30)
        for _ in 0..<3 {
            _ = try await simulation.sync(["customers"], limit: 10)
            _ = try simulation.simulator.change(creates: 1, updates: 8, deletes: 1, streams: ["customers"])
            simulation.advance(.seconds(pause))
        }
        try await simulation.settle(["customers"])
    }

    @Test("a list that takes longer than the overlap leaves out nothing that happened just before it")
    func longList() async throws {
        let simulation = try await Following.calm(["lagging_reads": .init(rate: 1, seconds: 50)])
        simulation.advance(.seconds(700))
        _ = try simulation.simulator.change(updates: 12, streams: ["customers"])
        simulation.advance(.seconds(1))
        let clock = simulation.simulator.clock
        _ = try await simulation.sync(["customers"]) { address in
            if address.contains("/v1/customers?") { clock.advance(by: .seconds(1_300)) }
        }
        try await simulation.settle(["customers"])
    }

    @Test("a list whose place has gone is begun again, which repeats nothing", arguments: 1...3)
    func lostPlace(losses: Int) async throws {
        let simulation = try await Following.calm(records: 210)
        let simulator = simulation.simulator
        try simulator.faultPlan.change(["vanishing_cursor": ["next": .number(String(losses))]])
        var outcome = try await simulation.sync(["customers"])
        // It is begun again once in a run.
        #expect((outcome.status == .success) == (losses == 1))
        #expect(simulation.told.keys.contains { $0.contains("read again from its beginning") })
        for _ in 1..<losses { outcome = try await simulation.sync(["customers"]) }
        #expect(outcome.status == .success)
        simulation.remember()
        try simulation.check()
        try await simulation.settle(["customers"])
    }

    @Test(
        "a repeated list that a lagging replica gives brings nothing back and deletes nothing",
        arguments: [["customers", "products"], ["invoices", "invoice_line_items"]],
        ["1", "0.5"]
    )
    func laggingList(streams: [String], rate: String) async throws {
        let simulation = try await Following.calm(records: 25)
        _ = try await simulation.sync(streams)
        simulation.advance(.seconds(700))
        _ = try simulation.simulator.change(
            creates: 4,
            updates: 40,
            deletes: 3,
            streams: streams.filter { $0 != "invoice_line_items" }
        )
        simulation.advance(.seconds(1))
        _ = try await simulation.sync(streams)
        simulation.remember()
        try simulation.check()
        let count = simulation.destination.events.count
        try simulation.simulator.faultPlan.change([
            "lagging_reads": ["rate": .number(rate), "seconds": .number("50")]
        ])
        for _ in 0..<3 {
            let outcome = try await simulation.sync(streams, resyncs: true)
            #expect(outcome.status == .success)
            #expect(Following.news(simulation, since: count).isEmpty)
        }
        try await simulation.settle(streams)
    }

    @Test("a repeated list that ends at a limit deletes nothing, and goes on in the next run")
    func limitedList() async throws {
        let simulation = try await Following.calm(records: 30)
        _ = try await simulation.sync(["customers"])
        simulation.advance(.seconds(90))
        let count = simulation.destination.events.count
        _ = try await simulation.sync(["customers"], limit: 10, resyncs: true)
        for _ in 0..<2 { _ = try await simulation.sync(["customers"], limit: 10) }
        #expect(try simulation.destination.bookmark(of: StreamName("customers"))?.list.isDone == true)
        #expect(Following.news(simulation, since: count).isEmpty)
    }

    @Test("a list that begins at a time tells no deletes of what is older")
    func listSince() async throws {
        let simulation = try await Following.calm(records: 30)
        let since = simulation.simulator.clock.now
        _ = try await simulation.sync(["customers"], since: since)
        #expect(simulation.destination.events.isEmpty)
        let changes = try simulation.simulator.change(updates: 6, streams: ["customers"])
        _ = try await simulation.sync(["customers"])
        #expect(Set(Following.news(simulation, since: 0)) == Following.expected(changes))
        let count = simulation.destination.events.count
        simulation.advance(.seconds(35 * 86_400))
        let outcome = try await simulation.sync(["customers"])
        #expect(outcome.streams[0].outcome.note?.contains("read anew") == true)
        #expect(Following.news(simulation, since: count).isEmpty)
    }

    @Test("a list that is read again at once meets all that was published, and misses nothing")
    func repeatedAtOnce() async throws {
        let simulation = try await Following.calm(records: 30)
        _ = try await simulation.sync(["customers"])
        let count = simulation.destination.events.count
        let outcome = try await simulation.sync(["customers"], resyncs: true, acceptsAbsence: false)
        #expect(outcome.status == .success)
        #expect(simulation.destination.events.count == count)
    }

    @Test("a list that takes longer than the feed keeps its entries says so, and the next run reads it anew")
    func lostFeed() async throws {
        let simulation = try await Following.calm(records: 12)
        let clock = simulation.simulator.clock
        let listed = Locked(0)
        let outcome = try await simulation.sync(["customers"]) { address in
            guard address.contains("/v1/customers?") else { return }
            let isEarly = listed.withLock { listed in
                listed += 1
                return listed < 9
            }
            guard isEarly else { return }
            clock.advance(by: .seconds(31 * 86_400))
        }
        #expect(outcome.streams[0].outcome.error?.codeText == "run.feed_lost")
        #expect(listed.withLock { $0 } == 1)
        _ = try simulation.simulator.change(updates: 3, deletes: 1, streams: ["customers"])
        try await simulation.settle(["customers"])
    }
}
