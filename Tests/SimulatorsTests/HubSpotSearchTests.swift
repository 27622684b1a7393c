import Core
import JSON
import ProcessSupport
import Simulators
import Testing
import Web

@Suite struct HubSpotSearchTests {
    private static func modified(_ type: String) -> String {
        type == "contacts" ? "lastmodifieddate" : "hs_lastmodifieddate"
    }

    @Test(arguments: HubSpotSimulator.streams, [7, 200])
    func givesAllByTheirLastChange(stream: String, limit: Int) throws {
        let account = try HubSpotFixture(seed: 4, records: 150)
        let name = Self.modified(stream)
        let rows = try account.search(
            stream,
            [.filter(name, "BETWEEN", "1704067200000", high: "1767225600000")],
            sort: name,
            limit: limit
        )
        #expect(Set(rows.map(\.id)) == Set(account.keys(stream)))
        #expect(rows.map(\.updated) == rows.map(\.updated).sorted())
        #expect(rows.allSatisfy { $0["archived"]?.bool == false && $0["associations"] == nil })
    }

    @Test(arguments: ["2024-09-19T04:30:45Z", "1726720245000", "2024-09-19T04:30:45+00:00"])
    func takesTimesInAnyForm(value: String) throws {
        let account = try HubSpotFixture(records: 200)
        let rows = try account.search("deals", [.filter("hs_lastmodifieddate", "GTE", value)])
        let expected = try account.truth("deals").filter { $0.record.updated >= 1_726_720_245_000 }
        #expect(rows.map(\.id) == expected.map(\.key))
        #expect(!rows.isEmpty)
    }

    /// Conditions against the same read off the truth, text by text.
    @Test(arguments: 0..<30 as Range<UInt64>)
    func findsWhatALookAtAllFinds(seed: UInt64) throws {
        let account = try HubSpotFixture(seed: seed % 3 + 1, records: 60)
        var random = SeededGenerator(seed: seed)
        let type = HubSpotSimulator.streams[Int(random.next() % UInt64(HubSpotSimulator.streams.count))]
        let truth = try account.truth(type)
        let definitions = try account.get("/crm/v3/properties/\(type)").document["results"]?.elements ?? []
        for _ in 0..<25 {
            let definition = definitions[Int(random.next() % UInt64(definitions.count))]
            let name = try #require(definition["name"]?.text)
            guard type != "contacts" || name != "hs_lastmodifieddate" else { continue }
            let kind = try #require(definition["type"]?.text)
            let sample = truth[Int(random.next() % UInt64(truth.count))].record["properties"]?[name]?.text
            guard let value = sample, !value.isEmpty else { continue }
            let isNumeric = ["number", "date", "datetime"].contains(kind)
            let words =
                isNumeric
                ? ["EQ", "NEQ", "LT", "LTE", "GT", "GTE"]
                : ["EQ", "NEQ", "IN", "HAS_PROPERTY", "NOT_HAS_PROPERTY"]
            let word = words[Int(random.next() % UInt64(words.count))]
            var filter: JSONValue = .filter(name, word, value)
            if word == "IN" {
                filter = ["propertyName": .string(name), "operator": "IN", "values": [.string(value)]]
            }
            let expected = truth.filter {
                Self.holds(
                    $0.record["properties"]?[name]?.text,
                    word,
                    value,
                    isDate: kind.hasPrefix("date"),
                    isNumeric
                )
            }
            let rows = try account.search(type, [filter], limit: 50)
            #expect(rows.map(\.id) == expected.map(\.key), "\(type) \(name) \(word) \(value)")
        }
    }

    private static func holds(
        _ own: String?,
        _ word: String,
        _ value: String,
        isDate: Bool,
        _ isNumeric: Bool
    ) -> Bool {
        guard let own, !own.isEmpty else { return word == "NEQ" || word == "NOT_HAS_PROPERTY" }
        if word == "HAS_PROPERTY" { return true }
        if word == "NOT_HAS_PROPERTY" { return false }
        guard isNumeric else { return (own.lowercased() == value.lowercased()) == (word != "NEQ") }
        func number(_ text: String) -> Double {
            guard isDate else { return Double(text) ?? 0 }
            if let number = Double(text) { return number }
            return Double(Instant(rfc3339: text.count == 10 ? text + "T00:00:00Z" : text)?.milliseconds ?? 0)
        }
        let (left, right) = (number(own), number(value))
        return switch word {
        case "EQ": left == right
        case "NEQ": left != right
        case "LT": left < right
        case "LTE": left <= right
        case "GT": left > right
        default: left >= right
        }
    }

    @Test func groupsAreAlternatives() throws {
        let account = try HubSpotFixture(records: 100)
        let ids = Array(account.keys("notes").prefix(3))
        let body: JSONValue = [
            "filterGroups": .array(
                ids.map { ["filters": [.filter("hs_object_id", "EQ", $0)]] }
            ), "sorts": ["-hs_object_id"], "limit": "2",
        ]
        let answer = try account.post("/crm/v3/objects/notes/search", body).document
        #expect(answer["total"]?.int == 3)
        #expect(answer["results"]?.elements?.map(\.id) == [ids[2], ids[1]])
        #expect(answer["paging"]?["next"]?["after"]?.text == "2")
    }

    @Test(arguments: [
        ("CONTAINS_TOKEN", "deal", true), ("CONTAINS_TOKEN", "dea*", true), ("CONTAINS_TOKEN", "*eal", true),
        ("CONTAINS_TOKEN", "dea", false), ("NOT_CONTAINS_TOKEN", "dea", true),
    ])
    func findsWords(word: String, value: String, isFound: Bool) throws {
        let account = try HubSpotFixture(records: 30)
        let rows = try account.search(
            "deals",
            [.filter("dealname", word, value), ["propertyName": "dealname", "operator": "HAS_PROPERTY"]]
        )
        #expect(rows.isEmpty != isFound)
    }

    @Test func contactsHaveAnotherName() throws {
        let account = try HubSpotFixture()
        let all = account.keys("contacts").count
        let window = ("1704067200000", "1767225600000")
        #expect(
            try account.search("contacts", [.filter("lastmodifieddate", "BETWEEN", window.0, high: window.1)])
                .count
                == all
        )
        // A property like others, shown when asked for, by which nothing is found and of which nothing warns.
        let trap = try account.search(
            "contacts",
            [.filter("hs_lastmodifieddate", "BETWEEN", window.0, high: window.1)],
            properties: ["hs_lastmodifieddate"]
        )
        #expect(trap.isEmpty)
        let listed = try account.list("/crm/v3/objects/contacts", "&properties=hs_lastmodifieddate")
        #expect(listed.allSatisfy { $0["properties"]?["hs_lastmodifieddate"]?.text == $0["updatedAt"]?.text })
        let other = try account.post(
            "/crm/v3/objects/deals/search",
            ["filters": [.filter("lastmodifieddate", "GT", "1704067200000")]]
        )
        #expect(other.document["errors"]?[0]?["code"]?.text == "PROPERTY_DOESNT_EXIST")
    }

    @Test(
        arguments: [
            ([:], 200), (["limit": 200], 200), (["limit": 201], 400), (["limit": 0], 400),
            (["after": "x"], 400),
            (["after": "9800", "limit": 200], 200), (["after": "9801", "limit": 200], 400),
            (["after": 10_000, "limit": 1], 400), (["nothing": 1], 400), (["sorts": ["nothing"]], 400),
            (["sorts": ["dealname", "amount"]], 400),
            (["filters": [["propertyName": "amount", "operator": "ABOUT", "value": "1"]]], 400),
            (["filters": [["propertyName": "amount", "operator": "EQ", "value": "much"]]], 400),
            (["filters": [["propertyName": "amount", "operator": "EQ"]]], 400),
            (["filters": [["propertyName": "dealname", "operator": "IN", "values": []]]], 400),
            // Epoch 0 is a time before all times.
            (["filters": [["propertyName": "hs_lastmodifieddate", "operator": "GTE", "value": "0"]]], 500),
            (
                ["filters": [["propertyName": "hs_lastmodifieddate", "operator": "GTE", "value": "1000"]]],
                200
            ),
            ([1], 400),
        ] as [(JSONValue, Int)]
    )
    func refuses(body: JSONValue, status: Int) throws {
        let answer = try HubSpotFixture().post("/crm/v3/objects/deals/search", body)
        #expect(answer.status == status, "\(answer.document.compactText)")
    }

    @Test func refusesTooMuch() throws {
        let account = try HubSpotFixture()
        func status(groups: Int, filters: Int) throws -> Int {
            let filter = JSONValue.filter("amount", "GT", "1")
            let group: JSONValue = ["filters": .array(Array(repeating: filter, count: filters))]
            return try account.post(
                "/crm/v3/objects/deals/search",
                ["filterGroups": .array(Array(repeating: group, count: groups))]
            ).status
        }
        #expect(try status(groups: 5, filters: 3) == 200)
        #expect(try status(groups: 6, filters: 1) == 400)
        #expect(try status(groups: 1, filters: 7) == 400)
        #expect(try status(groups: 4, filters: 5) == 400)
        let long = String(repeating: "x", count: 3000)
        let answer = try account.post("/crm/v3/objects/deals/search", ["query": .string(long)])
        #expect(answer.document["message"]?.text?.contains("3000") == true)
    }

    @Test func queryLooksAtUsualProperties() throws {
        let account = try HubSpotFixture(records: 30)
        let answer = try account.post(
            "/crm/v3/objects/companies/search",
            ["query": "COMPANY 7", "limit": 100]
        )
        let expected = try account.truth("companies").filter {
            $0.record["properties"]?["name"]?.text?.hasPrefix("Company 7") == true
        }
        #expect(answer.document["results"]?.elements?.map(\.id) == expected.map(\.key))
    }

    @Test func tellsNothingOfLimits() throws {
        let account = try HubSpotFixture(hasLimits: true)
        let search = try account.post("/crm/v3/objects/deals/search", [:])
        #expect(!search.headers.fields.contains { $0.name.hasPrefix("X-HubSpot-RateLimit") })
        let list = try account.get("/crm/v3/objects/deals")
        #expect(list.headers["X-HubSpot-RateLimit-Max"] == "190")
    }
}
