import JSON
import Simulators
import Testing

/// What makes HubSpot hard to follow, one by one.
@Suite struct HubSpotTrapTests {
    private static let whole: [JSONValue] = [.filter("hs_lastmodifieddate", "GTE", "1704067200000")]

    // MARK: The index of searches

    @Test func searchesSeeChangesLate() throws {
        let account = try HubSpotFixture(faults: ["search_lag": .init(rate: 1, seconds: 30)])
        account.advance(3600)
        let made = try account.simulator.change(creates: 20, updates: 20, streams: ["deals"])
        let living = Set(account.keys("deals"))
        func found() throws -> Set<String> {
            Set(
                try account.search("deals", [.filter("hs_lastmodifieddate", "GTE", "1767225600000")]).map(
                    \.id
                )
            )
        }
        let changed = Set(made.map(\.id))
        #expect(try found() != changed)
        // A list knows at once what a search does not.
        #expect(Set(try account.list("/crm/v3/objects/deals").map(\.id)) == living)
        account.advance(31)
        #expect(try found() == changed)
    }

    @Test func olderVersionsAreFoundUntilThen() throws {
        let account = try HubSpotFixture(records: 20, faults: ["search_lag": .init(rate: 1, seconds: 30)])
        let before = try account.search("deals", Self.whole, properties: ["batch_tag"])
        account.advance(60)
        try account.simulator.change(others: ["bulk": 1000], streams: ["deals"])
        let during = try account.search("deals", Self.whole, properties: ["batch_tag"])
        #expect(during.count == before.count)
        #expect(during.contains { before.contains($0) })
        account.advance(31)
        let after = try account.search("deals", Self.whole, properties: ["batch_tag"])
        #expect(after.allSatisfy { $0["properties"]?["batch_tag"]?.text == "job 1" })
    }

    @Test func rowsComeOutOfOrder() throws {
        let account = try HubSpotFixture(records: 80)
        let plain = try account.search("deals", Self.whole, sort: "hs_lastmodifieddate")
        try account.simulator.faultPlan.change(["shuffled_page": ["rate": 1]])
        let shuffled = try account.search("deals", Self.whole, sort: "hs_lastmodifieddate")
        #expect(Set(shuffled.map(\.id)) == Set(plain.map(\.id)))
        #expect(shuffled.map(\.id) != plain.map(\.id))
    }

    @Test func rowsComeFromOutsideTheWindow() throws {
        let account = try HubSpotFixture(records: 400)
        let times = try account.truth("deals").map(\.record.updated).sorted()
        let (low, high) = (times[150], times[250])
        let window: [JSONValue] = [
            .filter("hs_lastmodifieddate", "BETWEEN", String(low), high: String(high))
        ]
        let inside = try account.search("deals", window)
        #expect(inside.allSatisfy { (low...high).contains($0.updated) })
        let days = 30 * 86_400
        try account.simulator.faultPlan.change([
            "outside_window": ["rate": .number("0.5"), "seconds": .number(days)]
        ])
        let strayed = try account.search("deals", window)
        #expect(Set(strayed.map(\.id)).isStrictSuperset(of: inside.map(\.id)))
        #expect(strayed.contains { $0.updated < low })
        #expect(strayed.allSatisfy { $0.updated >= low - days * 1000 })
    }

    @Test func rowsShowWhatTheyHaveBecomeSince() throws {
        let account = try HubSpotFixture(
            records: 50,
            faults: ["search_lag": .init(rate: 1, seconds: 600), "outside_window": .init(rate: 1)]
        )
        account.advance(3600)
        try account.simulator.change(others: ["bulk": 1000], streams: ["deals"])
        let rows = try account.search("deals", [.filter("hs_lastmodifieddate", "LT", "1767225600000")])
        #expect(rows.contains { $0.updated > 1_767_225_600_000 })
    }

    @Test func pagesShiftWhileTheyAreRead() throws {
        let account = try HubSpotFixture(records: 60)
        let all = Set(account.keys("deals"))
        account.advance(3600)
        try account.simulator.faultPlan.change(["shifting_search": ["rate": 1]])
        let body: JSONValue = ["filters": .array(Self.whole), "sorts": ["hs_lastmodifieddate"], "limit": 10]
        var seen: [String] = []
        var after = 0
        while true {
            guard case .object(let members) = body else { return }
            let page = try account.post(
                "/crm/v3/objects/deals/search",
                .object(members + [.init(name: "after", value: .number(after))])
            ).document
            seen += page["results"]?.elements?.map(\.id) ?? []
            guard page["paging"] != nil else { break }
            after += 10
        }
        // Whoever pages by offset alone has rows twice and others never.
        #expect(Set(seen) != all)
        #expect(Set(account.keys("deals")) == all)
    }

    @Test(arguments: ["/crm/v3/objects/deals?limit=5", "/crm/v3/owners?limit=5"])
    func cursorsRepeat(target: String) throws {
        let account = try HubSpotFixture()
        let first = try #require(try account.get(target).document["paging"]?["next"]?["after"]?.text)
        try account.simulator.faultPlan.change(["repeated_cursor": ["next": 1]])
        let second = try account.get("\(target)&after=\(first)").document
        #expect(second["paging"]?["next"]?["after"]?.text == first)
        let third = try account.get("\(target)&after=\(first)").document
        #expect(third["results"] == second["results"])
        #expect(third["paging"]?["next"]?["after"]?.text != first)
    }

    // MARK: Ten thousand

    @Test func ajobTouchesMoreThanAnySearchCanPage() throws {
        let account = try HubSpotFixture(records: 12_000)
        account.advance(60)
        let done = try account.simulator.change(others: ["bulk": 10_900], streams: ["tasks"])
        #expect(done.count == 10_900)
        account.advance(30)
        let stamp = String(1_767_225_660_000)
        let exact = JSONValue.filter("hs_lastmodifieddate", "EQ", stamp)
        let first = try account.post("/crm/v3/objects/tasks/search", ["filters": [exact], "limit": 200])
            .document
        #expect(first["total"]?.int == 10_900)
        // The last page that there is leads on to one that is refused.
        let last = try account.post(
            "/crm/v3/objects/tasks/search",
            ["filters": [exact], "limit": 200, "after": 9800]
        ).document
        #expect(last["paging"]?["next"]?["after"]?.text == "10000")
        let beyond: JSONValue = ["filters": [exact], "limit": 200, "after": "10000"]
        #expect(try account.post("/crm/v3/objects/tasks/search", beyond).status == 400)
        // By id it can be drained.
        var seen: Set<String> = []
        var greatest = "0"
        while true {
            let body: JSONValue = [
                "filters": [exact, .filter("hs_object_id", "GT", greatest)], "sorts": ["hs_object_id"],
                "limit": 200,
            ]
            let rows =
                try account.post("/crm/v3/objects/tasks/search", body).document["results"]?.elements ?? []
            guard let end = rows.last?.id else { break }
            seen.formUnion(rows.map(\.id))
            greatest = end
        }
        #expect(seen == Set(done.map(\.id)))
    }

    // MARK: What no stamp tells

    @Test func archivingIsNoChange() throws {
        let account = try HubSpotFixture()
        let before = Dictionary(uniqueKeysWithValues: try account.truth("tickets"))
        account.advance(3600)
        let gone = try #require(try account.simulator.change(deletes: 1, streams: ["tickets"]).first)
        #expect(gone.action == .deleted)
        account.advance(60)
        let archived = try #require(try account.truth("archived_tickets").first { $0.key == gone.id })
        #expect(archived.record.updated == before[gone.id]?.updated)
        #expect(archived.record["archivedAt"]?.text == "2026-01-01T01:00:00.000Z")
        #expect(try account.search("tickets").allSatisfy { $0.id != gone.id })
        #expect(!account.keys("tickets").contains(gone.id))
    }

    @Test func restoringIsNoChangeEither() throws {
        let account = try HubSpotFixture(records: 60)
        let before = Dictionary(uniqueKeysWithValues: try account.truth("archived_tickets"))
        account.advance(3600)
        let back = try #require(
            try account.simulator.change(others: ["restores": 1], streams: ["tickets"]).first
        )
        account.advance(60)
        let living = try #require(try account.truth("tickets").first { $0.key == back.id })
        #expect(living.record.updated == before[back.id]?.updated)
        #expect(living.record["archived"]?.bool == false)
        #expect(try account.search("tickets").contains { $0.id == back.id })
        #expect(!account.keys("archived_tickets").contains(back.id))
    }

    @Test func mergedContactsGoIntoOneOfThem() throws {
        let account = try HubSpotFixture()
        let before = Set(account.keys("contacts"))
        account.advance(3600)
        let winner = try #require(try account.simulator.change(merges: 1, streams: ["contacts"]).first)
        account.advance(60)
        let after = Set(account.keys("contacts"))
        let loser = try #require(before.subtracting(after).first)
        #expect(after == before.subtracting([loser]))
        let properties = "properties=hs_merged_object_ids,email"
        let answer = try account.get("/crm/v3/objects/contacts/\(loser)?\(properties)").document
        #expect(answer.id == winner.id)
        #expect(answer["properties"]?["hs_merged_object_ids"]?.text == loser)
        #expect(answer["updatedAt"]?.text == "2026-01-01T01:00:00.000Z")
        #expect(try account.search("contacts").allSatisfy { $0.id != loser })
        #expect(!account.keys("archived_contacts").contains(loser))
        // A second one into the same: both stay known.
        let batch = try account.post(
            "/crm/v3/objects/contacts/batch/read",
            ["inputs": [["id": .string(loser)], ["id": .string(winner.id)]], "properties": []]
        )
        #expect(batch.status == 200)
        #expect(batch.document["results"]?.elements?.map(\.id) == [winner.id])
    }

    @Test(arguments: ["companies", "deals", "tickets"])
    func othersMergeIntoANewOne(stream: String) throws {
        let account = try HubSpotFixture()
        let before = Set(account.keys(stream))
        let values = try account.truth(stream)
        account.advance(3600)
        let new = try #require(try account.simulator.change(merges: 1, streams: [stream]).first)
        let after = Set(account.keys(stream))
        let gone = before.subtracting(after)
        #expect(gone.count == 2)
        #expect(after.subtracting(before) == [new.id])
        let merged = try #require(try account.truth(stream).first { $0.key == new.id }).record
        let ids = merged["properties"]?["hs_merged_object_ids"]?.text ?? ""
        #expect(Set(ids.split(separator: ";").map(String.init)) == gone)
        for id in gone { #expect(try account.get("/crm/v3/objects/\(stream)/\(id)").document.id == new.id) }
        // It has the values of the one that won.
        let winner = try #require(values.first { $0.key == ids.split(separator: ";").first.map(String.init) })
        for name in ["pipeline", "hs_pipeline", "name", "hubspot_owner_id"] {
            #expect(merged["properties"]?[name] == winner.record["properties"]?[name])
        }
    }

    @Test func mergingTakesAssociationsAlong() throws {
        let account = try HubSpotFixture(seed: 2, records: 24)
        func ends() throws -> [(child: String, parent: String)] {
            try account.truth("associations").filter { $0.record["to_type"]?.text == "contacts" }.map {
                (
                    "\($0.record["from_type"]?.text ?? "")/\($0.record["from_id"]?.text ?? "")",
                    $0.record["to_id"]?.text ?? ""
                )
            }
        }
        let before = try ends()
        let living = Set(account.keys("contacts"))
        let winner = try #require(try account.simulator.change(merges: 1, streams: ["contacts"]).first)
        let loser = try #require(living.subtracting(account.keys("contacts")).first)
        let after = try ends()
        #expect(!after.contains { $0.parent == loser })
        let moved = Set(before.filter { $0.parent == loser }.map(\.child))
        #expect(moved.isSubset(of: after.filter { $0.parent == winner.id }.map(\.child)))
        #expect(after.count == before.count)
    }

    @Test func theLawLeavesNoTrace() throws {
        let account = try HubSpotFixture()
        let gone = try #require(
            try account.simulator.change(others: ["purges": 1], streams: ["contacts"]).first
        )
        account.advance(60)
        #expect(!account.keys("contacts").contains(gone.id))
        #expect(!account.keys("archived_contacts").contains(gone.id))
        #expect(try account.search("contacts").allSatisfy { $0.id != gone.id })
        #expect(try account.list("/crm/v3/objects/contacts").allSatisfy { $0.id != gone.id })
        for query in ["", "?archived=true"] {
            #expect(try account.get("/crm/v3/objects/contacts/\(gone.id)\(query)").status == 404)
        }
        #expect(throws: SimulatorError.self) {
            try account.simulator.change(others: ["purges": 1], streams: ["deals"])
        }
    }

    @Test(arguments: ["contacts", "companies", "deals"])
    func calculatedPropertiesChangeUnseen(stream: String) throws {
        let account = try HubSpotFixture()
        let before = Dictionary(uniqueKeysWithValues: try account.truth(stream))
        account.advance(3600)
        let done = try account.simulator.change(others: ["recalculations": 3], streams: [stream])
        #expect(done.count == 3)
        let after = Dictionary(uniqueKeysWithValues: try account.truth(stream))
        for change in done {
            #expect(after[change.id]?["properties"] != before[change.id]?["properties"])
            #expect(after[change.id]?["updatedAt"] == before[change.id]?["updatedAt"])
        }
    }

    @Test func associationsChangeUnseen() throws {
        let account = try HubSpotFixture()
        let before = try account.truth("associations").map(\.key)
        let deals = try account.truth("deals").map(\.record.updated)
        account.advance(3600)
        #expect(try account.simulator.change(others: ["relinks": 10], streams: ["deals"]).count == 10)
        #expect(try account.truth("associations").map(\.key) != before)
        #expect(try account.truth("deals").map(\.record.updated) == deals)
    }

    // MARK: Properties

    @Test func listsOfPropertiesLeaveSensitiveOnesOut() throws {
        let account = try HubSpotFixture()
        func names(_ query: String) throws -> [String] {
            try account.get("/crm/v3/properties/contacts\(query)").document["results"]?.elements?
                .compactMap { $0["name"]?.text } ?? []
        }
        let usual = try names("")
        #expect(!usual.contains("passport_number") && !usual.contains("allergies"))
        #expect(try names("?dataSensitivity=sensitive") == ["passport_number"])
        #expect(try names("?dataSensitivity=highly_sensitive") == ["allergies"])
        #expect(try names("?dataSensitivity=non_sensitive") == usual)
        #expect(try names("?archived=True").isEmpty)
        let all = try account.truth("properties").filter { $0.key.hasPrefix("contacts/") }
        #expect(all.count == usual.count + 2)
        let old = try account.get("/properties/v2/contact/properties").document
        #expect(old.elements?.compactMap { $0["name"]?.text } == usual)
    }

    @Test func ownersWhoLeftAreListedApart() throws {
        let account = try HubSpotFixture(records: 200)
        let working = try account.list("/crm/v3/owners", "", limit: 40)
        let left = try account.list("/crm/v3/owners/", "&archived=true", limit: 7)
        #expect(Set(working.map(\.id)).isDisjoint(with: left.map(\.id)))
        #expect(Set((working + left).map(\.id)) == Set(account.keys("owners")))
        let usual = try account.get("/crm/v3/owners").document
        #expect(usual["results"]?.elements?.count == 100)
        // Objects still belong to some who left.
        let owners = Set(
            try account.truth("deals").compactMap { $0.record["properties"]?["hubspot_owner_id"]?.text }
        )
        #expect(!owners.isDisjoint(with: left.map(\.id)))
        #expect(owners.subtracting([""]).isSubset(of: account.keys("owners")))
        let one = try #require(left.first)
        #expect(try account.get("/crm/v3/owners/\(one.id)?archived=true").document == one)
        #expect(try account.get("/crm/v3/owners/\(one.id)").status == 404)
    }
}
