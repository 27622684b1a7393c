import Core
import JSON
import Simulators
import Testing

@Suite struct StripeTrapTests {
    private func ids(_ elements: [JSONValue]) -> [String] { elements.compactMap { $0["id"]?.text } }

    @Test func shufflesTies() throws {
        func order(_ rate: Double) throws -> [String] {
            let account = try InProcessAccount(faults: [
                "shuffled_ties": .init(rate: rate), "late_events": .init(), "old_snapshots": .init(),
            ])
            try account.simulator.change(updates: 50)
            let events = try account.list("/v1/events", limit: 3)
            #expect(Set(events.map { $0["created"]?.int }).count == 1)
            return ids(events)
        }
        let (plain, shuffled) = (try order(0), try order(1))
        #expect(Set(plain) == Set(shuffled))
        #expect(plain != shuffled)
        #expect(shuffled != shuffled.sorted())
        #expect(try order(1) == shuffled)
    }

    @Test func tellsOutOfOrder() throws {
        let account = try InProcessAccount(faults: [
            "unordered_events": .init(rate: 0.5, seconds: 5), "late_events": .init(),
            "old_snapshots": .init(),
        ])
        for _ in 0..<200 {
            try account.simulator.change(updates: 1, streams: ["products"])
            account.advance(1)
        }
        var previous: [String: Int] = [:]
        var wrong = 0
        for event in try account.list("/v1/events").reversed() {
            let object = try #require(event["data"]?["object"])
            let (id, updated) = (try #require(object["id"]?.text), try #require(object["updated"]?.int))
            if updated < previous[id, default: 0] { wrong += 1 }
            #expect((0...5).contains(updated - (try #require(event["created"]?.int))))
            previous[id] = updated
        }
        #expect(wrong > 0)
    }

    @Test func answersFromALaggingReplica() throws {
        let account = try InProcessAccount(faults: ["lagging_reads": .init(rate: 1, seconds: 60)])
        account.advance(1000)
        let created = try #require(
            try account.simulator.change(creates: 1, streams: ["customers"]).last
        ).id
        var statuses: Set<Int> = []
        for _ in 0..<60 {
            account.advance(1)
            statuses.insert(try account.get("/v1/customers/\(created)").status)
        }
        #expect(statuses == [200, 404])
        for _ in 0..<30 { #expect(try account.get("/v1/customers/\(created)").status == 200) }
        // Neither changes nor deletes are seen at once either.
        let old = try account.get("/v1/customers/\(created)").document
        try account.simulator.change(updates: 1, streams: ["customers"])
        let deleted = try account.simulator.change(deletes: 1, streams: ["customers"])[0].id
        account.advance(1)
        #expect(try account.get("/v1/customers/\(deleted)").document["deleted"] == nil)
        #expect(try account.get("/v1/customers/\(created)").document == old)
        account.advance(60)
        #expect(try account.get("/v1/customers/\(deleted)").document["deleted"] == true)
        // Events come from elsewhere.
        try account.simulator.faultPlan.change(["late_events": ["rate": 0]])
        try account.simulator.change(creates: 1, streams: ["products"])
        #expect(try account.get("/v1/events?type=product.created").document["data"]?.elements?.count == 1)
    }

    @Test func speaksOfWhatIsGone() throws {
        let account = try InProcessAccount(faults: ["short_lived": .init(rate: 0.5)])
        let changes = try account.simulator.change(creates: 50, streams: ["products"])
        let gone = Set(changes.filter { $0.action == .deleted }.map(\.id))
        #expect((10...40).contains(gone.count))
        account.advance(60)
        let told = Set(
            try account.list("/v1/events", "&type=product.created")
                .compactMap { $0["data"]?["object"]?["id"]?.text }
        )
        #expect(told.isSuperset(of: gone))
        for id in gone { #expect(try account.get("/v1/products/\(id)").status == 404) }
    }

    @Test func shiftsListsThatAreRead() throws {
        let account = try InProcessAccount(faults: ["shifting_lists": .init(rate: 1)])
        let before = account.simulator.truth("charges").map(\.key)
        let seen = ids(try account.list("/v1/charges", limit: 4))
        // The cursor is an id: nothing is lost or comes twice.
        #expect(Set(seen).count == seen.count)
        #expect(Set(seen).isSuperset(of: before))
        #expect(account.simulator.truth("charges").map(\.key).count > seen.count)
    }

    @Test func deletesTheCursor() throws {
        let account = try InProcessAccount(faults: ["vanishing_cursor": .init(next: 1)])
        let page = try account.get("/v1/customers?limit=3").document
        let cursor = try #require(page["data"]?[2]?["id"]?.text)
        let (status, document) = try account.get("/v1/customers?limit=3&starting_after=\(cursor)")
        #expect(status == 400)
        #expect(document["error"]?["code"]?.text == "resource_missing")
        #expect(try account.get("/v1/customers/\(cursor)").document["deleted"] == true)
        #expect(try account.get("/v1/customers?limit=3").status == 200)
    }

    @Test(arguments: StripeSimulator.streams + ["events"])
    func forbidsOneCollection(stream: String) throws {
        let account = try InProcessAccount(records: 5, faults: ["forbidden_\(stream)": .init(rate: 1)])
        func path(_ stream: String) -> String { StripeSimulator.path(of: stream) ?? "/v1/events" }
        for other in StripeSimulator.streams + ["events"] {
            let (status, document) = try account.get(path(other))
            #expect(status == (other == stream ? 403 : 200))
            if other == stream { #expect(document["error"]?["type"]?.text == "invalid_request_error") }
        }
        #expect(try account.get("\(path(stream))/x").status == 403)
        #expect(try InProcessAccount().get(path(stream), key: "rk_test_no_\(stream)").status == 403)
    }
}
