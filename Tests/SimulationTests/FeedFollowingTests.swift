import Core
import Extraction
import JSON
import ProcessSupport
import Runs
import Simulators
import Synchronization
import Testing

/// Each sentence of the design about lists and feeds, one by one, against the local Stripe on its virtual clock.
@Suite("A list followed by a feed")
struct FeedFollowingTests {
    static func calm(
        _ faults: [String: FaultPlan.Fault] = [:],
        records: Int = 12,
        skew: Duration = .zero
    ) async throws -> DeltaSimulation {
        var traps = DeltaSimulation.Traps()
        traps.faults = [
            "late_events": .init(), "shuffled_ties": .init(), "old_snapshots": .init(),
            "silent_changes": .init(),
        ].merging(faults) { $1 }
        traps.skew = skew
        traps.aborts = 0
        traps.deaths = 0
        return try DeltaSimulation(seed: 7, records: records, traps: traps)
    }

    /// What came since the last time that it was asked, as `stream key` with `-` before deletes.
    static func news(_ simulation: DeltaSimulation, since count: Int) -> [String] {
        simulation.destination.events.dropFirst(count).map { event in
            "\(event.value == nil ? "-" : "")\(event.stream) \(event.key)"
        }.sorted()
    }

    static func expected(_ changes: [SimulatedChange]) -> Set<String> {
        Set(
            changes.map {
                "\($0.action == .deleted && $0.stream != "subscriptions" ? "-" : "")\($0.stream) \($0.id)"
            }
        )
    }

    static let plain = [
        "customers", "products", "prices", "charges", "refunds", "subscriptions", "invoices",
    ]

    /// Requests by path since before.
    static func requests(_ simulation: DeltaSimulation, during body: () async throws -> Void)
        async rethrows
        -> [String: Int]
    {
        func counts() -> [String: Int] { simulation.simulator.requests.mapValues { $0.values.reduce(0, +) } }
        let before = counts()
        try await body()
        return counts().reduce(into: [:]) { result, entry in
            let count = entry.value - (before[entry.key] ?? 0)
            if count > 0 { result[entry.key] = count }
        }
    }

    @Test("a second sync reads no list again and publishes nothing")
    func nothingChanged() async throws {
        let simulation = try await Self.calm()
        try await #require(simulation.sync(simulation.streams).status == .success)
        let count = simulation.destination.events.count
        let requests = try await Self.requests(simulation) {
            let outcome = try await simulation.sync(simulation.streams)
            #expect(outcome.status == .success)
        }
        // The cost of a run without news, as the extractor's README has it.
        #expect(requests == ["/v1/events": 1, "/v1/balance_transactions": 1])
        #expect(simulation.destination.events.count == count)
    }

    @Test("what changed is published once, deletes as tombstones; at once, and never again")
    func changes() async throws {
        let simulation = try await Self.calm()
        _ = try await simulation.sync(simulation.streams)
        simulation.advance(.seconds(90))
        let count = simulation.destination.events.count
        var changes: [SimulatedChange] = []
        for stream in ["customers", "products", "prices", "charges", "subscriptions"] {
            changes += try simulation.simulator.change(creates: 1, streams: [stream])
        }
        changes += try simulation.simulator.change(updates: 3, streams: ["customers"])
        changes += try simulation.simulator.change(deletes: 2, streams: ["customers", "subscriptions"])
        _ = try await simulation.sync(Self.plain)
        let news = Self.news(simulation, since: count)
        // What was created and changed or deleted in between goes out as it is now.
        let deleted = Set(Self.expected(changes).filter { $0.hasPrefix("-") }.map { String($0.dropFirst()) })
        let created = Set(changes.filter { $0.action == .created }.map { "\($0.stream) \($0.id)" })
        let wanted = Self.expected(changes).filter { change in
            change.hasPrefix("-") ? !created.contains(String(change.dropFirst())) : !deleted.contains(change)
        }
        #expect(news == wanted.sorted())
        for wait in [0, 30, 60, 600, 3_600] {
            simulation.advance(.seconds(wait))
            _ = try await simulation.sync(Self.plain)
            #expect(Self.news(simulation, since: count) == news, "after \(wait) s more")
        }
    }

    @Test("an object is looked at until its look came the hold-back after its entry, and then no more")
    func holdBack() async throws {
        let simulation = try await Self.calm()
        _ = try await simulation.sync(["customers"])
        simulation.advance(.seconds(700))
        _ = try simulation.simulator.change(updates: 1, streams: ["customers"])
        // Before the hold-back has passed every sync looks again; over the overlap the entry is read and known.
        for (wait, looks) in [(0, 1), (30, 1), (40, 1), (10, 0), (300, 0), (600, 0)] {
            simulation.advance(.seconds(wait))
            let requests = try await Self.requests(simulation) {
                _ = try await simulation.sync(["customers"])
            }
            #expect(requests["/v1/customers/{id}"] ?? 0 == looks, "after \(wait) s")
            let bookmark = try simulation.destination.bookmark(of: StreamName("customers"))
            // By the API's `Date`, which leaves out the fraction of its second.
            #expect(bookmark?.feed?.at.seconds == simulation.simulator.clock.now.seconds - 60)
            #expect(requests["/v1/events"] == 1)
        }
    }

    @Test("what a lagging replica hid comes with the look after the hold-back")
    func laggingLook() async throws {
        let simulation = try await Self.calm(["lagging_reads": .init(rate: 1, seconds: 20)])
        _ = try await simulation.sync(["customers"])
        simulation.advance(.seconds(700))
        let count = simulation.destination.events.count
        let changes = try simulation.simulator.change(updates: 1, streams: ["customers"])
        for wait in [0, 20, 50] {
            simulation.advance(.seconds(wait))
            _ = try await simulation.sync(["customers"])
        }
        #expect(Set(Self.news(simulation, since: count)) == Self.expected(changes))
    }

    @Test("a 403 on one stream: it waits with its bookmark, the others go on, and it loses nothing")
    func forbidden() async throws {
        let simulation = try await Self.calm()
        _ = try await simulation.sync(Self.plain)
        simulation.advance(.seconds(90))
        let count = simulation.destination.events.count
        let changes =
            try simulation.simulator.change(updates: 2, streams: ["charges"])
            + simulation.simulator.change(updates: 2, streams: ["customers"])
        try simulation.simulator.faultPlan.change(["forbidden_charges": ["rate": .number("1")]])
        for _ in 0..<3 {
            let outcome = try await simulation.sync(Self.plain)
            let statuses = Dictionary(
                uniqueKeysWithValues: outcome.streams.map { ($0.name, $0.outcome.status) }
            )
            #expect(statuses["charges"] == .unavailable)
            #expect(statuses["customers"] == .success)
            simulation.advance(.seconds(7_200))
        }
        try simulation.simulator.faultPlan.change(["forbidden_charges": ["rate": .number("0")]])
        _ = try await simulation.sync(Self.plain)
        #expect(Set(Self.news(simulation, since: count)) == Self.expected(changes))
    }

    @Test("a look that answers 500 is taken again later; nothing is skipped")
    func failingLook() async throws {
        let simulation = try await Self.calm()
        _ = try await simulation.sync(["customers"])
        simulation.advance(.seconds(90))
        let count = simulation.destination.events.count
        let changes = try simulation.simulator.change(updates: 6, streams: ["customers"])
        // The feed is read, then every look fails.
        let simulator = simulation.simulator
        let outcome = try await simulation.sync(["customers"]) { address in
            guard address.contains("/v1/events?") else { return }
            try? simulator.faultPlan.change(["server_error": ["rate": .number("1")]])
        }
        #expect(outcome.streams[0].outcome.status == .failed)
        #expect(Self.news(simulation, since: count).isEmpty)
        try simulation.simulator.faultPlan.change(["server_error": ["rate": .number("0")]])
        simulation.advance(.seconds(7_200))
        _ = try await simulation.sync(["customers"])
        #expect(Set(Self.news(simulation, since: count)) == Self.expected(changes))
    }

    @Test(
        "a pause longer than the retention: the list is read anew, said so, and deletes are told by absence"
    )
    func retention() async throws {
        let simulation = try await Self.calm(records: 60)
        _ = try await simulation.sync(Self.plain)
        simulation.advance(.seconds(90))
        let count = simulation.destination.events.count
        let changes =
            try simulation.simulator.change(creates: 2, updates: 2, streams: ["customers"])
            + simulation.simulator.change(deletes: 2, streams: ["customers"])
        simulation.advance(.seconds(35 * 86_400))
        let outcome = try await simulation.sync(Self.plain)
        #expect(outcome.status == .success)
        #expect(outcome.streams.allSatisfy { $0.outcome.note?.contains("read anew") == true })
        let created = Set(changes.filter { $0.action == .created }.map(\.id))
        let deleted = Set(changes.filter { $0.action == .deleted }.map(\.id))
        let wanted = Self.expected(changes).filter { change in
            let id = String(change.split(separator: " ")[1])
            return change.hasPrefix("-") ? !created.contains(id) : !deleted.contains(id)
        }
        #expect(Set(Self.news(simulation, since: count)) == wanted)
    }

    @Test("an absence of many records deletes nothing until it is accepted")
    func withheld() async throws {
        let simulation = try await Self.calm(records: 60)
        _ = try await simulation.sync(["customers", "invoices"])
        let count = simulation.destination.events.count
        _ = try simulation.simulator.change(deletes: 20, streams: ["customers"])
        simulation.advance(.seconds(35 * 86_400))
        let refused = try await simulation.sync(["customers", "invoices"], acceptsAbsence: false)
        let customers = try #require(refused.streams.first { $0.name == "customers" }).outcome
        #expect(customers.error?.codeText == "run.absence_withheld")
        #expect(customers.error?.message.contains("20 of 60") == true)
        #expect(Self.news(simulation, since: count).isEmpty)
        let accepted = try await simulation.sync(["customers", "invoices"], acceptsAbsence: true)
        #expect(accepted.status == .success)
        #expect(Self.news(simulation, since: count).filter { $0.hasPrefix("-customers") }.count == 20)
    }

    @Test(
        "an absence of few records, or of a small share, is their deletion",
        arguments: [(12, 6), (210, 20)]
    )
    func plainAbsence(records: Int, deletes: Int) async throws {
        let simulation = try await Self.calm(records: records)
        _ = try await simulation.sync(["customers"])
        let count = simulation.destination.events.count
        let changes = try simulation.simulator.change(deletes: deletes, streams: ["customers"])
        simulation.advance(.seconds(35 * 86_400))
        let outcome = try await simulation.sync(["customers"], acceptsAbsence: false)
        #expect(outcome.status == .success)
        #expect(changes.count == deletes)
        #expect(Set(Self.news(simulation, since: count)) == Self.expected(changes))
    }

    @Test("children are replaced as a set, and go with their parent")
    func children() async throws {
        let simulation = try await Self.calm()
        let both = ["invoices", "invoice_line_items"]
        _ = try await simulation.sync(both)
        for round in 0..<12 {
            simulation.advance(.seconds(90))
            _ = try simulation.simulator.change(
                creates: 1,
                updates: 3,
                deletes: round % 3 == 0 ? 1 : 0,
                streams: ["invoices"]
            )
            _ = try await simulation.sync(both)
        }
        simulation.advance(.seconds(90))
        try await simulation.settle(both)
        #expect(
            simulation.destination.events.contains { $0.stream == "invoice_line_items" && $0.value == nil }
        )
    }

    @Test("a stream that is read more seldom, or added later, loses nothing", arguments: [1, 5, 40])
    func seldom(hours: Int) async throws {
        let simulation = try await Self.calm()
        _ = try await simulation.sync(["customers"])
        for _ in 0..<6 {
            _ = try simulation.simulator.change(updates: 2, streams: ["customers", "products"])
            simulation.advance(.seconds(hours * 600))
            _ = try await simulation.sync(["customers"])
        }
        _ = try await simulation.sync(["products"])
        _ = try simulation.simulator.change(updates: 2, streams: ["products"])
        simulation.advance(.seconds(hours * 3_600))
        _ = try await simulation.sync(["customers"])
        simulation.advance(.seconds(90))
        try await simulation.settle(["customers", "products"])
    }

    @Test("a clock that is wrong costs time, never a record", arguments: [-600, -61, 61, 600])
    func wrongClock(seconds: Int) async throws {
        let simulation = try await Self.calm(skew: .seconds(seconds))
        _ = try await simulation.sync(Self.plain)
        for _ in 0..<5 {
            _ = try simulation.simulator.change(creates: 1, updates: 2, deletes: 1)
            simulation.advance(.seconds(200))
            _ = try await simulation.sync(Self.plain)
        }
        simulation.advance(.seconds(abs(seconds) + 90))
        try await simulation.settle(Self.plain)
    }

    @Test("a list that still runs never holds up the feed of the others")
    func runningList() async throws {
        let simulation = try await Self.calm(records: 30)
        _ = try await simulation.sync(["customers"])
        simulation.advance(.seconds(90))
        _ = try await simulation.sync(["customers", "products"], limit: 5)
        let count = simulation.destination.events.count
        let changes = try simulation.simulator.change(updates: 1, streams: ["customers"])
        _ = try simulation.simulator.change(updates: 3, streams: ["products"])
        _ = try await simulation.sync(["customers", "products"], limit: 5)
        let news = Self.news(simulation, since: count)
        #expect(Set(news.filter { $0.hasPrefix("customers") }) == Self.expected(changes))
        simulation.advance(.seconds(90))
        try await simulation.settle(["customers", "products"])
    }

    @Test("what an entry that is not listed yet may have changed is waited for, and comes in the same run")
    func waits() async throws {
        // The snapshot, in an older shape, cannot tell that the look is new enough.
        let simulation = try await Self.calm(["old_snapshots": .init(rate: 1)], records: 1)
        _ = try await simulation.sync(["customers"])
        _ = try simulation.simulator.change(updates: 1, streams: ["customers"])
        simulation.advance(.seconds(100))
        _ = try await simulation.sync(["customers"])
        let count = simulation.destination.events.count
        simulation.advance(.seconds(3))
        let changes = try simulation.simulator.change(updates: 1, streams: ["customers"])
        let begun = simulation.simulator.clock.now
        _ = try await simulation.sync(["customers"])
        #expect(Set(Self.news(simulation, since: count)) == Self.expected(changes))
        #expect(simulation.simulator.clock.now.since(begun) > .seconds(20))
    }

    @Test("a list that is read again never brings back what was before", arguments: 0..<6)
    func repeatedList(round: Int) async throws {
        let simulation = try await Self.calm(["lagging_reads": .init(rate: 0.5, seconds: 30)], records: 3)
        _ = try await simulation.sync(["customers", "products"])
        for _ in 0..<6 {
            simulation.advance(.seconds(200 + round))
            _ = try simulation.simulator.change(updates: 2, streams: ["customers", "products"])
            simulation.remember()
            _ = try await simulation.sync(["customers", "products"])
            _ = try await simulation.sync(["customers", "products"], resyncs: true)
            try simulation.check()
        }
        simulation.advance(.seconds(100))
        try await simulation.settle(["customers", "products"])
    }

    @Test("a long gap is read in windows, the oldest first, each of them committed")
    func windows() async throws {
        let simulation = try await Self.calm()
        let customers = try StreamName("customers")
        _ = try await simulation.sync(["customers"])
        let begun = try #require(try simulation.destination.bookmark(of: customers)?.feed).at
        let count = simulation.destination.events.count
        var changes: [SimulatedChange] = []
        for _ in 0..<5 {
            simulation.advance(.seconds(1_800))
            changes += try simulation.simulator.change(updates: 2, streams: ["customers"])
            simulation.advance(.seconds(1_800))
        }
        // The looks of the third window fail.
        let windows = Locked(0)
        let simulator = simulation.simulator
        let failed = try await simulation.sync(["customers"]) { address in
            guard address.contains("/v1/events?") else { return }
            let window = windows.withLock { windows in
                windows += 1
                return windows
            }
            if window == 3 { try? simulator.faultPlan.change(["server_error": ["rate": .number("1")]]) }
        }
        #expect(failed.streams[0].outcome.status == .failed)
        #expect(windows.withLock { $0 } == 3)
        let place = try #require(try simulation.destination.bookmark(of: customers)?.feed).at
        #expect(place >= begun.advanced(by: .seconds(7_200)))
        #expect(place < begun.advanced(by: .seconds(10_800)))
        #expect(Set(Self.news(simulation, since: count)) == Self.expected(Array(changes[..<4])))
        try simulation.simulator.faultPlan.change(["server_error": ["rate": .number("0")]])
        let requests = try await Self.requests(simulation) {
            _ = try await simulation.sync(["customers"])
        }
        #expect(requests["/v1/events"] == 3)
        #expect(Set(Self.news(simulation, since: count)) == Self.expected(changes))
    }

    @Test(
        "an entry counts for a stream only above its own bookmark: what another has to catch up costs no look"
    )
    func ownBookmark() async throws {
        let simulation = try await Self.calm()
        _ = try await simulation.sync(["customers", "products"])
        for _ in 0..<3 {
            _ = try simulation.simulator.change(updates: 2, streams: ["customers"])
            simulation.advance(.seconds(900))
            _ = try await simulation.sync(["customers"])
        }
        simulation.advance(.seconds(700))
        _ = try simulation.simulator.change(updates: 2, streams: ["products"])
        let requests = try await Self.requests(simulation) {
            _ = try await simulation.sync(["customers", "products"])
        }
        #expect(requests["/v1/customers/{id}"] == nil)
        #expect(requests["/v1/products/{id}"] ?? 0 > 0)
    }

    @Test("the ids of entries that are done are kept over the overlap, and no longer")
    func forgottenEntries() async throws {
        let simulation = try await Self.calm()
        let customers = try StreamName("customers")
        _ = try await simulation.sync(["customers"])
        simulation.advance(.seconds(700))
        _ = try simulation.simulator.change(updates: 1, streams: ["customers"])
        // Done from the hold-back on, passed once the bookmark less the overlap is behind it.
        for (wait, entries) in [(0, 0), (59, 0), (1, 1), (300, 1), (299, 1), (2, 0), (600, 0)] {
            simulation.advance(.seconds(wait))
            _ = try await simulation.sync(["customers"])
            let kept = try simulation.destination.versions.entries(of: customers)
            #expect(kept.count == entries, "after \(wait) s")
        }
    }

    @Test("a limit stops the looks, and the next run goes on there", arguments: [1, 3])
    func limitedLooks(limit: Int) async throws {
        let simulation = try await Self.calm(records: 6)
        _ = try await simulation.sync(["customers"])
        let count = simulation.destination.events.count
        for _ in 0..<3 {
            _ = try simulation.simulator.change(updates: 6, streams: ["customers"])
            simulation.advance(.seconds(3_000))
        }
        for round in 1...18 {
            let outcome = try await simulation.sync(["customers"], limit: limit)
            #expect(outcome.status == .success)
            #expect(simulation.destination.events.count - count <= round * limit)
        }
        let requests = try await Self.requests(simulation) {
            try await simulation.settle(["customers"])
        }
        #expect(requests["/v1/customers/{id}"] == nil)
    }

    @Test(
        "entries that may be going while they are read are not waited for",
        arguments: [(30 * 24 * 60 - 30, true), (30 * 24 * 60 - 90, false)]
    )
    func retentionMargin(minutes: Int, isAnew: Bool) async throws {
        let simulation = try await Self.calm()
        _ = try await simulation.sync(["customers"])
        simulation.advance(.seconds(minutes * 60))
        let outcome = try await simulation.sync(["customers"])
        #expect(outcome.status == .success)
        #expect((outcome.streams[0].outcome.note?.contains("read anew") ?? false) == isAnew)
    }
}
