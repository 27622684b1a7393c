import Core
import JSON
import Simulators
import Testing

@Suite struct StripeEventTests {
    private static let prompt: [String: FaultPlan.Fault] = [
        "late_events": .init(), "shuffled_ties": .init(), "old_snapshots": .init(),
    ]

    private static func stream(of object: JSONValue) throws -> String {
        let kind = try #require(object["object"]?.text)
        return try #require(StripeSimulator.streams.first { StripeSimulator.object(of: $0) == kind })
    }

    @Test func listsTheNewestFirst() throws {
        let account = try InProcessAccount(faults: Self.prompt)
        var order: [String] = []
        for _ in 0..<50 {
            account.advance(7)
            for change in try account.simulator.change(creates: 1, updates: 1) { order.append(change.id) }
        }
        for limit in [1, 7, 100] {
            let events = try account.list("/v1/events", limit: limit)
            let created = events.compactMap { $0["created"]?.int }
            #expect(created == created.sorted(by: >))
            let ids = Set(events.compactMap { $0["id"]?.text })
            #expect(ids.count == events.count)
            // One action may tell of one object twice, but of none not at all.
            let objects = Set(events.compactMap { $0["data"]?["object"]?["id"]?.text })
            #expect(objects.isSuperset(of: order))
        }
    }

    @Test func walksBackToTheNewest() throws {
        let account = try InProcessAccount()
        try account.simulator.change(creates: 30)
        account.advance(30)
        let all = try account.list("/v1/events").compactMap { $0["id"]?.text }
        var seen = [try #require(all.last)]
        while true {
            let page = try account.get("/v1/events?limit=4&ending_before=\(seen[0])").document
            seen = (page["data"]?.elements ?? []).compactMap { $0["id"]?.text } + seen
            guard page["has_more"]?.bool == true else { break }
        }
        #expect(seen == all)
    }

    @Test(arguments: [
        ("types[]=customer.created&types[]=product.updated", ["customer.created", "product.updated"]),
        ("types[0]=charge.refunded", ["charge.refunded"]),
        ("type=invoice.updated", ["invoice.updated"]),
        ("types[]=nothing.happened", []),
        ("delivery_success=false", []),
    ])
    func filtersByType(query: String, types: [String]) throws {
        let account = try InProcessAccount(faults: Self.prompt)
        try account.simulator.change(creates: 60, updates: 100, deletes: 10)
        account.advance(30)
        let all = try account.list("/v1/events").compactMap { $0["type"]?.text }
        let found = try account.list("/v1/events", "&\(query)").compactMap { $0["type"]?.text }
        #expect(Set(found) == Set(types))
        #expect(found == all.filter { types.contains($0) })
    }

    @Test func filtersByGroup() throws {
        let account = try InProcessAccount()
        try account.simulator.change(creates: 50, updates: 50)
        account.advance(30)
        let all = try account.list("/v1/events").compactMap { $0["type"]?.text }
        for group in ["customer", "customer.subscription", "invoice"] {
            let found = try account.list("/v1/events", "&type=\(group).*").compactMap { $0["type"]?.text }
            #expect(!found.isEmpty)
            #expect(found == all.filter { $0.hasPrefix("\(group).") })
        }
        #expect(try account.list("/v1/events", "&type=*").count == all.count)
    }

    @Test func filtersByCreation() throws {
        let account = try InProcessAccount(faults: Self.prompt)
        for _ in 0..<10 {
            account.advance(3)
            try account.simulator.change(creates: 2, updates: 1)
        }
        account.advance(30)
        let all = try account.list("/v1/events").map { event in
            (id: event["id"]?.text, created: try #require(event["created"]?.int))
        }
        let operators: [(String, (Int, Int) -> Bool)] = [
            ("[gt]", { $0 > $1 }), ("[gte]", { $0 >= $1 }), ("[lt]", { $0 < $1 }), ("[lte]", { $0 <= $1 }),
            ("", { $0 == $1 }),
        ]
        for place in stride(from: 0, to: all.count, by: 5) {
            for (name, holds) in operators {
                for second in [all[place].created, all[place].created + 1] {
                    let found = try account.list("/v1/events", "&created\(name)=\(second)")
                    #expect(
                        found.map { $0["id"]?.text } == all.filter { holds($0.created, second) }.map(\.id)
                    )
                }
            }
        }
    }

    @Test(
        arguments: [
            ("/v1/events?foo=1", 400, "parameter_unknown", "foo"),
            ("/v1/events?customer=cus_1", 400, "parameter_unknown", "customer"),
            ("/v1/events?limit=101", 400, "parameter_invalid_integer", "limit"),
            ("/v1/events?type=a&types[]=b", 400, nil, nil),
            ("/v1/events?delivery_success=maybe", 400, nil, "delivery_success"),
            ("/v1/events?" + (0...20).map { "types[]=\($0)" }.joined(separator: "&"), 400, nil, "types"),
            ("/v1/events?starting_after=evt_unknown", 400, "resource_missing", "starting_after"),
            ("/v1/events/evt_unknown", 404, "resource_missing", "id"),
            ("/v1/events/evt_unknown/more", 404, nil, nil),
        ] as [(String, Int, String?, String?)]
    )
    func refuses(target: String, status: Int, code: String?, parameter: String?) throws {
        let (answered, document) = try InProcessAccount().get(target)
        #expect(answered == status)
        #expect(document["error"]?["code"]?.text == code)
        #expect(document["error"]?["param"]?.text == parameter)
    }

    @Test func readsOneEvent() throws {
        let account = try InProcessAccount()
        try account.simulator.change(creates: 10, updates: 10, deletes: 5)
        account.advance(30)
        for event in try account.list("/v1/events") {
            let id = try #require(event["id"]?.text)
            #expect(try account.get("/v1/events/\(id)").document == event)
        }
    }

    @Test func keepsThirtyDays() throws {
        let account = try InProcessAccount(faults: Self.prompt)
        try account.simulator.change(creates: 1100, streams: ["customers"])
        let old = try account.list("/v1/events").compactMap { $0["id"]?.text }
        #expect(old.count == 1100)
        account.advance(30 * 86_400)
        #expect(try account.get("/v1/events/\(old[0])").status == 200)
        account.advance(1)
        #expect(try account.list("/v1/events").isEmpty)
        // The second change throws the old ones away.
        for count in 0..<2 {
            #expect(try account.list("/v1/events").count == count)
            #expect(try account.get("/v1/events/\(old[0])").status == 404)
            let (status, document) = try account.get("/v1/events?starting_after=\(old[0])")
            #expect(status == 400)
            let message = document["error"]?["message"]?.text
            #expect(message?.contains("no longer available because it's aged out of our retention") == true)
            try account.simulator.change(creates: 1, streams: ["customers"])
        }
    }

    @Test func listsThemLate() throws {
        let account = try InProcessAccount(faults: ["late_events": .init(rate: 1, seconds: 20)])
        try account.simulator.change(updates: 80)
        var counts = [try account.list("/v1/events").count]
        for _ in 0..<20 {
            account.advance(1)
            counts.append(try account.list("/v1/events").count)
        }
        #expect(counts == counts.sorted())
        #expect(Set(counts).count > 15)
        account.advance(1000)
        #expect(try account.list("/v1/events").count == counts.last)
    }

    @Test func hidesWhatIsNotListedYet() throws {
        let account = try InProcessAccount(faults: ["late_events": .init(rate: 1, seconds: 20)])
        try account.simulator.change(updates: 100)
        let seen = Set(try account.list("/v1/events").compactMap { $0["id"]?.text })
        account.advance(20)
        let all = try account.list("/v1/events").compactMap { $0["id"]?.text }
        let late = try #require(all.first { !seen.contains($0) })
        let again = try InProcessAccount(faults: ["late_events": .init(rate: 1, seconds: 20)])
        try again.simulator.change(updates: 100)
        #expect(try again.get("/v1/events/\(late)").status == 404)
        #expect(try again.get("/v1/events?starting_after=\(late)").status == 400)
    }

    /// What the types tell, over the ids of the beginning, gives the ids that there are.
    @Test(arguments: 1...5 as ClosedRange<UInt64>)
    func tellsOfEveryChange(seed: UInt64) throws {
        let account = try InProcessAccount(
            seed: seed,
            records: Int(seed) * 5 - 5,
            faults: [
                "short_lived": .init(rate: 0.2), "unordered_events": .init(rate: 0.5),
                "old_snapshots": .init(rate: 0.1), "silent_changes": .init(),
            ]
        )
        var ids = account.simulator.truth().mapValues { Set($0.keys) }
        for stream in StripeSimulator.partStreams { ids[stream] = nil }
        // Of what moves the balance no event tells.
        ids["balance_transactions"] = nil
        for round in 0..<20 {
            account.advance(round % 3 * 5)
            try account.simulator.change(creates: 12, updates: 20, deletes: 6)
        }
        account.advance(60)
        for event in try account.list("/v1/events") {
            let object = try #require(event["data"]?["object"])
            let id = try #require(object["id"]?.text)
            let type = try #require(event["type"]?.text)
            let stream = try Self.stream(of: object)
            ids[stream, default: []].insert(id)
            // Deletes are for good, whatever the order in which they are told; canceled subscriptions stay.
            if type.hasSuffix(".deleted"), stream != "subscriptions" { ids["gone", default: []].insert(id) }
        }
        let gone = ids.removeValue(forKey: "gone") ?? []
        #expect(!gone.isEmpty)
        var truth = account.simulator.truth().mapValues { Set($0.keys) }
        for stream in StripeSimulator.partStreams + ["balance_transactions"] { truth[stream] = nil }
        let left = ids.mapValues { $0.subtracting(gone) }
        #expect(left == truth)
    }

    /// The last event of an object shows what it is, where its snapshot has the version of the lists.
    @Test func showsWhatWasChanged() throws {
        let account = try InProcessAccount(faults: Self.prompt)
        for _ in 0..<100 {
            account.advance(1)
            try account.simulator.change(creates: 1, updates: 2)
        }
        var last: [String: JSONValue] = [:]
        for event in try account.list("/v1/events") {
            let object = try #require(event["data"]?["object"])
            let id = try #require(object["id"]?.text)
            if last[id] == nil { last[id] = object }
        }
        let truth = account.simulator.truth()
        for (id, object) in last {
            let stream = try Self.stream(of: object)
            #expect(try JSONValue.parse(try #require(truth[stream]?[id])) == object)
        }
    }

    @Test func tellsWhatItWasBefore() throws {
        let account = try InProcessAccount(faults: Self.prompt)
        let before = account.simulator.truth()
        try account.simulator.change(updates: 30)
        var seen: Set<String> = []
        for event in try account.list("/v1/events").reversed() {
            let object = try #require(event["data"]?["object"])
            let id = try #require(object["id"]?.text)
            guard let previous = event["data"]?["previous_attributes"] else { continue }
            guard seen.insert(id).inserted else { continue }
            let stream = try Self.stream(of: object)
            let old = try JSONValue.parse(try #require(before[stream]?[id]))
            for member in previous.members ?? [] {
                #expect(old[member.name] == member.value)
                #expect(object[member.name] != member.value)
            }
            #expect(previous.members?.isEmpty == false)
        }
        #expect(!seen.isEmpty)
    }
}
