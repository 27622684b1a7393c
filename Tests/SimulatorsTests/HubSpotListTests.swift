import JSON
import Simulators
import Testing

@Suite struct HubSpotListTests {
    @Test(arguments: HubSpotSimulator.streams, [1, 9, 100])
    func givesAllInTheOrderOfTheirIDs(stream: String, limit: Int) throws {
        let account = try HubSpotFixture(seed: 3, records: 130)
        let truth = account.keys(stream)
        let seen = try account.list("/crm/v3/objects/\(stream)", limit: limit).map(\.id)
        #expect(seen == truth)
        #expect(seen == seen.sorted { Int($0) ?? 0 < Int($1) ?? 0 })
        #expect(truth.count > 100)
    }

    @Test(arguments: HubSpotSimulator.streams)
    func givesTheBinApart(stream: String) throws {
        let account = try HubSpotFixture(records: 130)
        let archived = try account.list("/crm/v3/objects/\(stream)", "&archived=True", limit: 3)
        #expect(archived.map(\.id) == account.keys("archived_\(stream)"))
        #expect(!archived.isEmpty)
        for object in archived {
            #expect(object["archived"]?.bool == true)
            #expect(object["archivedAt"]?.text != nil)
            #expect(try account.get("/crm/v3/objects/\(stream)/\(object.id)").status == 404)
            #expect(try account.get("/crm/v3/objects/\(stream)/\(object.id)?archived=true").status == 200)
        }
        #expect(try account.list("/crm/v3/objects/\(stream)").count + archived.count == 130)
        account.advance(91 * 86_400)
        #expect(try account.list("/crm/v3/objects/\(stream)", "&archived=true").isEmpty)
    }

    @Test func endsWithoutPaging() throws {
        let account = try HubSpotFixture(records: 5)
        let names = try account.get("/crm/v3/objects/contacts?limit=100").document.members?.map(\.name)
        #expect(names == ["results"])
        let empty = try HubSpotFixture(records: 0)
        #expect(try empty.get("/crm/v3/objects/deals").document == ["results": []])
    }

    @Test(arguments: [
        "/crm/v3/objects/contact", "/crm/v3/objects/0-1", "/crm/objects/2025-09/contacts",
        "/crm/objects/2026-03/0-1", "/crm/v3/objects/CONTACTS",
    ])
    func isTheSameByAnyName(path: String) throws {
        let account = try HubSpotFixture()
        let plain = try account.list("/crm/v3/objects/contacts")
        #expect(try account.list(path) == plain)
    }

    @Test(arguments: ["2-4242001", "p4242424_vehicle", "p_vehicle", "vehicles"])
    func knowsItsCustomObject(name: String) throws {
        let account = try HubSpotFixture()
        #expect(try account.list("/crm/v3/objects/\(name)").map(\.id) == account.keys("vehicles"))
    }

    @Test func showsUsualPropertiesUnlessOthersAreAskedFor() throws {
        let account = try HubSpotFixture(records: 200)
        func names(_ query: String) throws -> [String] {
            let objects = try account.list("/crm/v3/objects/contacts", query)
            let all = objects.map { $0["properties"]?.members?.map(\.name) ?? [] }
            #expect(Set(all).count == 1)
            return all.first ?? []
        }
        #expect(
            try names("")
                == ["createdate", "email", "firstname", "hs_object_id", "lastmodifieddate", "lastname"]
        )
        let asked = ["createdate", "hs_object_id", "jobtitle", "lastmodifieddate", "phone"]
        #expect(try names("&properties=phone,jobtitle") == asked)
        #expect(try names("&properties=phone&properties=jobtitle") == asked)
        #expect(try names("&properties=phone%2Cjobtitle&properties=nothing") == asked)
        #expect(try names("&properties=passport_number").contains("passport_number"))
    }

    @Test(arguments: HubSpotSimulator.streams)
    func hasTextOrNullWhateverTheType(stream: String) throws {
        let account = try HubSpotFixture(records: 300)
        try account.simulator.change(updates: 200, streams: [stream])
        var kinds: [String: Int] = [:]
        for (_, record) in try account.truth(stream) {
            for member in record["properties"]?.members ?? [] {
                switch member.value {
                case .null: kinds["null", default: 0] += 1
                case .string(""): kinds["cleared", default: 0] += 1
                case .string: kinds["text", default: 0] += 1
                default: Issue.record("\(stream) \(member.name) is \(member.value.compactText)")
                }
            }
            #expect(record["properties"]?["hs_object_id"]?.text == record.id)
        }
        #expect(kinds.count == 3)
    }

    @Test func knowsOneByOne() throws {
        let account = try HubSpotFixture()
        for (key, record) in try account.truth("deals") {
            let names = record["properties"]?.members?.map(\.name).joined(separator: ",") ?? ""
            let answer = try account.get("/crm/v3/objects/deals/\(key)?properties=\(names)")
            #expect(answer.document == record)
        }
        #expect(try account.get("/crm/v3/objects/deals/1").document["category"]?.text == "OBJECT_NOT_FOUND")
        let contact = try #require(
            try account.truth("contacts").first { $0.record["properties"]?["email"]?.text?.isEmpty == false }
        )
        let email = try #require(contact.record["properties"]?["email"]?.text)
        #expect(
            try account.get("/crm/v3/objects/contacts/\(email)?idProperty=email").document.id == contact.key
        )
    }

    @Test func tellsHistory() throws {
        let account = try HubSpotFixture(records: 3)
        account.advance(60)
        try account.simulator.change(others: ["bulk": 1], streams: ["deals"])
        account.advance(60)
        try account.simulator.change(others: ["bulk": 1], streams: ["deals"])
        let answer = try account.get(
            "/crm/v3/objects/deals?limit=50&propertiesWithHistory=batch_tag,hs_object_id"
        )
        let object = try #require(
            answer.document["results"]?.elements?.first {
                $0["propertiesWithHistory"]?["batch_tag"]?.elements?.isEmpty == false
            }
        )
        let values = try #require(object["propertiesWithHistory"]?["batch_tag"]?.elements)
        #expect(values.count == 2)
        #expect(values[0]["timestamp"]?.text ?? "" > values[1]["timestamp"]?.text ?? "")
        #expect(object["propertiesWithHistory"]?["hs_object_id"]?.elements?.count == 1)
        #expect(try account.get("/crm/v3/objects/deals?limit=51&propertiesWithHistory=amount").status == 400)
    }

    @Test(arguments: [
        ("/crm/v3/objects/contacts?limit=101", 400), ("/crm/v3/objects/contacts?limit=0", 400),
        ("/crm/v3/objects/contacts?limit=x", 400), ("/crm/v3/objects/contacts?after=x", 400),
        ("/crm/v3/objects/contacts?archived=perhaps", 400), ("/crm/v3/objects/butterflies", 400),
        ("/crm/v3/objects/contacts?associations=butterflies", 400), ("/crm/v3/objects", 404),
        ("/crm/v9/objects/contacts", 404), ("/crm/objects/2026-3/contacts", 404), ("/", 404),
        ("/crm/v3/owners?after=%21", 400), ("/crm/v3/owners?limit=501", 400), ("/crm/v3/owners/1", 404),
        ("/crm/v3/properties/contacts/nothing", 404), ("/crm/v3/properties/contacts?dataSensitivity=x", 400),
        ("/crm/v3/pipelines/deals/nothing", 404), ("/crm/v3/objects/contacts/search", 405),
    ])
    func refuses(target: String, status: Int) throws {
        let answer = try HubSpotFixture().get(target)
        #expect(answer.status == status)
        #expect(answer.document["status"]?.text == "error")
        #expect(answer.document["correlationId"]?.text?.utf8.count == 36)
        #expect(answer.document["message"]?.text?.isEmpty == false)
    }

    @Test func saysWhichTypeItDoesNotKnow() throws {
        let answer = try HubSpotFixture().get("/crm/v3/objects/butterflies")
        #expect(answer.document["message"]?.text == "Unable to infer object type from: butterflies")
    }

    @Test func refusesAnAddressOfTooManyProperties() throws {
        let names = (0..<900).map { "property_\($0)" }.joined(separator: ",")
        let answer = try HubSpotFixture().get("/crm/v3/objects/contacts?properties=\(names)")
        #expect(answer.status == 414)
        #expect(answer.document.text?.contains("<html>") == true)
    }

    @Test func keepsWhatWasBeforeTheThirdVersion() throws {
        let account = try HubSpotFixture()
        let pipelines =
            try account.get("/crm-pipelines/v1/pipelines/deals").document["results"]?.elements ?? []
        #expect(
            pipelines.map { "deals/\($0["pipelineId"]?.text ?? "")" }
                == account.keys("pipelines").filter { $0.hasPrefix("deals/") }
        )
        #expect(pipelines.first?["stages"]?[0]?["stageId"]?.text == "appointmentscheduled")
        let properties = try account.get("/properties/v2/deal/properties").document.elements ?? []
        #expect(try account.get("/crm/v3/properties/deals").document["results"]?.elements == properties)
    }

    @Test func linksLeadOn() throws {
        let account = try HubSpotFixture(records: 30)
        let page = try account.get("/crm/v3/objects/deals?limit=7&properties=amount,dealname").document
        let next = try #require(page["paging"]?["next"])
        let link = try #require(next["link"]?.text)
        let prefix = "http://127.0.0.1"
        #expect(link.hasPrefix(prefix))
        let byLink = try account.get(String(link.dropFirst(prefix.count))).document
        let after = try #require(next["after"]?.text)
        let byCursor = try account.get(
            "/crm/v3/objects/deals?limit=7&properties=amount,dealname&after=\(after)"
        )
        #expect(byLink["results"] == byCursor.document["results"])
    }
}
