import Foundation
import JSON
import Simulators
import Testing
import Web

@Suite struct HubSpotControlTests {
    private func control(_ account: HubSpotFixture, _ body: JSONValue) throws -> HubSpotFixture.Answer {
        try account.post("/_control/change", body, token: nil)
    }

    @Test func tellsTheTruthOfAllStreams() throws {
        let account = try HubSpotFixture(records: 25)
        let streams = try account.get("/_control/truth").document["streams"]?.elements ?? []
        #expect(streams.compactMap { $0["stream"]?.text } == account.simulator.truthStreams)
        let others = ["owners", "associations", "properties", "pipelines", "schemas"]
        let types = HubSpotSimulator.streams
        #expect(account.simulator.truthStreams == types + types.map { "archived_\($0)" } + others)
        for stream in streams {
            let name = try #require(stream["stream"]?.text)
            let answer = try account.get("/_control/truth?stream=\(name)&form=key&count=100000").document
            let keys = answer["data"]?.elements?.compactMap { $0["key"]?.text } ?? []
            #expect(keys == account.keys(name))
            #expect(stream["count"]?.int == keys.count)
        }
    }

    @Test(arguments: [
        ("creates", "created", 5), ("updates", "updated", 5), ("deletes", "deleted", 5),
        ("merges", "merged", 2),
        ("restores", "created", 1), ("purges", "deleted", 3), ("recalculations", "updated", 4),
        ("relinks", "updated", 4), ("bulk", "updated", 7),
    ])
    func changes(name: String, action: String, count: Int) throws {
        let account = try HubSpotFixture(records: 60)
        account.advance(10)
        let answer = try control(
            account,
            .object([
                .init(name: name, value: .number(count)), .init(name: "streams", value: ["contacts"]),
            ])
        )
        #expect(answer.status == 200)
        let changes = try #require(answer.document["changes"]?.elements)
        #expect(changes.count == count)
        for change in changes {
            #expect(change["action"]?.text == action)
            #expect(change["stream"]?.text == "contacts")
        }
    }

    @Test(
        arguments: [
            ["creates": 1, "streams": ["owners"]], ["merges": 1, "streams": ["notes"]], ["moves": 1],
            ["bulk": -1],
            ["relinks": 1, "streams": ["companies"]],
        ] as [JSONValue]
    )
    func refuses(body: JSONValue) throws {
        #expect(try control(try HubSpotFixture(), body).status == 400)
    }

    @Test func countsByPath() throws {
        let account = try HubSpotFixture(records: 3)
        let key = try #require(account.keys("notes").first)
        for target in [
            "/crm/v3/objects/notes", "/crm/objects/2026-03/notes", "/crm/v3/objects/notes/\(key)", "/x",
        ] {
            _ = try account.get(target)
        }
        _ = try account.post("/crm/v3/objects/notes/search", [:])
        #expect(
            account.simulator.requests == [
                "/objects/notes": ["200": 2], "/objects/notes/{id}": ["200": 1], "other": ["404": 1],
                "/objects/notes/search": ["200": 1],
            ]
        )
    }

    @Test func sameSeedGivesTheSameBytes() throws {
        func bytes(_ seed: UInt64) throws -> [String: [String]] {
            let account = try HubSpotFixture(seed: seed, records: 30)
            account.advance(100)
            try account.simulator.change(
                creates: 20,
                updates: 40,
                deletes: 10,
                merges: 5,
                others: ["restores": 3, "purges": 2, "recalculations": 5, "relinks": 9, "bulk": 4]
            )
            var all: [String: [String]] = [:]
            for stream in account.simulator.truthStreams {
                all[stream] = account.simulator.truth(stream).map {
                    String(decoding: $0.record, as: UTF8.self)
                }
            }
            all["search"] = try account.search("deals").map(\.compactText)
            return all
        }
        let first = try bytes(11)
        #expect(try bytes(11) == first)
        let other = try bytes(12)
        for stream in HubSpotSimulator.streams { #expect(other[stream] != first[stream]) }
    }

    @Test(arguments: [
        "", "0", "-1", "9223372036854775807", "-9223372036854775808", "1e400", "nan", "inf", "-0", "\u{0}",
        "☃",
    ])
    func strangeValuesAreOnlyRefused(value: String) throws {
        let account = try HubSpotFixture(records: 12)
        let escaped = value.utf8.map { "%" + String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }
            .joined()
        for target in [
            "objects/deals?after=", "objects/deals?limit=", "objects/deals?archived=", "objects/deals/",
            "objects/deals/1?idProperty=", "owners?after=", "owners/", "pipelines/", "schemas/",
        ] {
            let status = try account.get("/crm/v3/\(target)\(escaped)").status
            #expect(status == 200 || status == 400 || status == 404, "\(target)")
        }
        for name in ["hs_lastmodifieddate", "hs_object_id", "amount", "dealname", "closedate"] {
            for word in ["EQ", "GT", "LT", "BETWEEN", "CONTAINS_TOKEN"] {
                let body: JSONValue = ["filters": [.filter(name, word, value, high: value)]]
                let status = try account.post("/crm/v3/objects/deals/search", body).status
                #expect(status == 200 || status == 400 || status == 500, "\(name) \(word)")
            }
        }
        for name in ["limit", "after", "sorts", "query", "properties", "filterGroups"] {
            let body = JSONValue.object([.init(name: name, value: .string(value))])
            #expect(try account.post("/crm/v3/objects/deals/search", body).status < 500)
        }
        for number in ["9223372036854775807", "1e400", "-1"] {
            let body = JSONValue.object([.init(name: "after", value: .number(number))])
            #expect(try account.post("/crm/v3/objects/deals/search", body).status == 400)
        }
        let inputs: JSONValue = [
            "inputs": [["id": .string(value), "after": .string(value)]], "properties": [],
        ]
        #expect(try account.post("/crm/v3/objects/deals/batch/read", inputs).status == 207)
        #expect(try account.post("/crm/v4/associations/deals/contacts/batch/read", inputs).status < 500)
    }

    @Test func livesByItself() throws {
        let account = try HubSpotFixture(records: 30, changesPerMinute: 600)
        let before = account.keys("contacts")
        account.advance(1200)
        #expect(account.keys("contacts") != before)
        // The list and the search agree once the index has caught up with the account, which goes on.
        let seen = Set(try account.list("/crm/v3/objects/contacts").map(\.id))
        #expect(seen == Set(account.keys("contacts")))
        let twin = try HubSpotFixture(records: 30, changesPerMinute: 600)
        twin.advance(1200)
        #expect(twin.keys("contacts") == account.keys("contacts"))
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func listsAndSearchesAgreeAfterManyChanges(seed: UInt64) throws {
        let account = try HubSpotFixture(seed: seed, records: 50)
        for _ in 0..<12 {
            account.advance(45)
            try account.simulator.change(
                creates: 12,
                updates: 30,
                deletes: 12,
                merges: 6,
                others: ["restores": 4, "purges": 2, "recalculations": 8, "relinks": 12]
            )
        }
        account.advance(30)
        for stream in HubSpotSimulator.streams {
            let truth = try account.truth(stream)
            let names = truth.first?.record["properties"]?.members?.map(\.name) ?? []
            let query = "&properties=\(names.joined(separator: ","))"
            #expect(try account.list("/crm/v3/objects/\(stream)", query) == truth.map(\.record))
            #expect(try account.search(stream, properties: names) == truth.map(\.record))
            let times = truth.map(\.record).filter { $0.updated >= 1_767_225_600_000 }
            let name = stream == "contacts" ? "lastmodifieddate" : "hs_lastmodifieddate"
            let recent = try account.search(stream, [.filter(name, "GTE", "1767225600000")], sort: name)
            #expect(Set(recent.map(\.id)) == Set(times.map(\.id)))
        }
    }

    @Test func leadsToItself() async throws {
        let path = NSTemporaryDirectory() + "sluice-hubspot-\(UUID().uuidString).yaml"
        defer { try? FileManager.default.removeItem(atPath: path) }
        let simulator = try HubSpotSimulator(.init(records: 30, configOut: path))
        let port = try simulator.start()
        defer { simulator.stop() }
        #expect(
            try String(contentsOfFile: path, encoding: .utf8) == """
                extractor: hubspot
                account: simulated
                settings:
                  base_url: http://127.0.0.1:\(port)
                  access_token: pat-na1-simulated

                """
        )
        let client = SimulatorClient(port: port, key: "pat-na1-simulated")
        let page = try await client.get("/crm/v3/objects/deals?limit=3").document()
        let link = try #require(page["paging"]?["next"]?["link"]?.text)
        #expect(link.hasPrefix("http://localhost/crm/v3/objects/deals?"))
        let search = await client.post("/crm/v3/objects/deals/search", #"{"limit":1}"#)
        #expect(search.status == 200)
    }
}
