import JSON
import Simulators
import Testing

@Suite struct HubSpotAssociationTests {
    /// The pairs of two types, as the batch endpoint has them.
    private func pairs(
        _ account: HubSpotFixture,
        _ from: String,
        _ to: String,
        path: String = "/crm/v4/associations/%/batch/read"
    ) throws -> Set<String> {
        var pairs: Set<String> = []
        var inputs: [JSONValue] = account.keys(from).map { ["id": .string($0)] }
        let target = path.replacingPercent(with: "\(from)/\(to)")
        while !inputs.isEmpty {
            let answer = try account.post(target, ["inputs": .array(Array(inputs.prefix(1000)))])
            inputs.removeFirst(min(1000, inputs.count))
            let errors = answer.document["errors"]?.elements ?? []
            #expect(answer.status == (errors.isEmpty ? 200 : 207))
            for error in errors {
                #expect(error["subCategory"]?.text == "crm.associations.NO_ASSOCIATIONS_FOUND")
            }
            for result in answer.document["results"]?.elements ?? [] {
                let id = try #require(result["from"]?["id"]?.text)
                for other in result["to"]?.elements ?? [] {
                    for type in other["associationTypes"]?.elements ?? [] {
                        let number = try #require(type["typeId"]?.int)
                        pairs.insert(
                            "\(from)/\(id)/\(to)/\(try #require(other["toObjectId"]?.int))/\(number)"
                        )
                    }
                }
                if let next = result["paging"]?["next"]?["after"] {
                    inputs.append(["id": .string(id), "after": next])
                }
            }
        }
        return pairs
    }

    @Test(arguments: [
        ("contacts", "companies"), ("deals", "companies"), ("deals", "contacts"), ("tickets", "contacts"),
        ("line_items", "deals"), ("line_items", "orders"), ("orders", "contacts"), ("invoices", "contacts"),
        ("commerce_payments", "invoices"), ("subscriptions", "contacts"), ("carts", "contacts"),
        ("notes", "tickets"), ("emails", "contacts"), ("calls", "deals"), ("tasks", "tickets"),
        ("meetings", "contacts"), ("vehicles", "contacts"),
    ])
    func batchesGiveAll(child: String, parent: String) throws {
        let account = try HubSpotFixture(records: 70)
        try account.simulator.change(creates: 30, others: ["relinks": 20], streams: [child])
        let truth = Set(
            account.keys("associations").filter { $0.hasPrefix("\(child)/") && $0.contains("/\(parent)/") }
        )
        #expect(!truth.isEmpty)
        #expect(try pairs(account, child, parent) == truth)
        let dated = "/crm/associations/2026-03/%/batch/read"
        #expect(try pairs(account, child, parent, path: dated) == truth)
        // From the other end there are the same pairs, by other numbers.
        func ends(_ pairs: Set<String>, flipped: Bool) -> Set<[Substring]> {
            Set(
                pairs.map { key in
                    let parts = key.split(separator: "/")
                    return flipped ? [parts[3], parts[1]] : [parts[1], parts[3]]
                }
            )
        }
        #expect(ends(try pairs(account, parent, child), flipped: true) == ends(truth, flipped: false))
    }

    @Test func crowdsGoOnBehindAPage() throws {
        let account = try HubSpotFixture(records: 2500)
        let truth = account.keys("associations").filter {
            $0.hasPrefix("line_items/") && $0.contains("/deals/")
        }
        var lines: [Substring: Int] = [:]
        for key in truth { lines[key.split(separator: "/")[3], default: 0] += 1 }
        let most = try #require(lines.max { $0.value < $1.value })
        #expect(most.value > 500)
        // Inline there is only the beginning, and where to go on.
        let list = try account.list("/crm/v3/objects/deals", "&associations=line_items")
        let crowd = try #require(list.first { $0.id == most.key })
        let inline = try #require(crowd["associations"]?["line items"])
        #expect(inline["results"]?.elements?.count == 100)
        let after = try #require(inline["paging"]?["next"]?["after"]?.text)
        let path = "/crm/v4/objects/deals/\(most.key)/associations/line_items"
        let rest = try account.list(path, after: after, limit: 500)
        #expect(rest.count == most.value - 100)
        #expect(try account.list(path, limit: 30).count == most.value)
        #expect(try pairs(account, "deals", "line_items").count == truth.count)
        // In a batch as many as in a page.
        #expect(
            try account.post(
                "/crm/v4/associations/deals/line_items/batch/read",
                ["inputs": [["id": .string(String(most.key))]]]
            ).document["results"]?[0]?["to"]?.elements?.count == 500
        )
    }

    @Test func listsShowThemInline() throws {
        let account = try HubSpotFixture(records: 40)
        let objects = try account.list("/crm/v3/objects/contact", "&associations=company,deals")
        var seen: Set<String> = []
        for object in objects {
            for entry in object["associations"]?["companies"]?["results"]?.elements ?? [] {
                seen.insert("\(object.id) \(entry.id) \(entry["type"]?.text ?? "")")
            }
        }
        let expected = try account.truth("associations").filter { $0.key.hasPrefix("contacts/") }.map(
            \.record
        )
        let names = Set(
            expected.map { pair in
                let type = pair["type_id"]?.int == 1 ? "contact_to_company" : "contact_to_company_unlabeled"
                return "\(pair["from_id"]?.text ?? "") \(pair["to_id"]?.text ?? "") \(type)"
            }
        )
        #expect(seen == names)
        #expect(objects.contains { $0["associations"] == nil })
        #expect(objects.contains { $0["associations"]?["deals"] != nil })
    }

    @Test func saysWhoHasNone() throws {
        let account = try HubSpotFixture()
        let answer = try account.post(
            "/crm/v4/associations/contact/companies/batch/read",
            ["inputs": [["id": "1"], ["id": "unknown"]]]
        )
        #expect(answer.status == 207)
        #expect(answer.document["status"]?.text == "COMPLETE")
        #expect(answer.document["results"] == [])
        #expect(answer.document["numErrors"]?.int == 2)
        let error = try #require(answer.document["errors"]?[0])
        #expect(error["category"]?.text == "OBJECT_NOT_FOUND")
        #expect(error["context"]?["fromObjectId"] == ["1"])
        #expect(error["message"]?.text == "No company is associated with contact 1.")
        #expect(answer.document["errors"]?[1]?["subCategory"]?.text == "crm.associations.INVALID_IDENTIFIER")
    }

    @Test func archivedObjectsAreNotAssociated() throws {
        let account = try HubSpotFixture()
        let before = account.keys("associations").filter { $0.contains("/contacts/") }
        let gone = try #require(try account.simulator.change(deletes: 1, streams: ["contacts"]).first)
        let after = account.keys("associations").filter { $0.contains("/contacts/") }
        #expect(after == before.filter { !$0.contains("/contacts/\(gone.id)/") })
    }

    @Test func labelsHaveTheirNumbers() throws {
        let account = try HubSpotFixture()
        let labels = try account.get("/crm/v4/associations/deals/contacts/labels").document["results"]
        #expect(
            labels == [
                ["category": "USER_DEFINED", "typeId": 37, "label": "Decision maker"],
                ["category": "HUBSPOT_DEFINED", "typeId": 3, "label": .null],
            ]
        )
        let none = try account.get("/crm/v4/associations/notes/products/labels").document
        #expect(none == ["results": []])
    }

    @Test(
        arguments: [
            ("/crm/v4/associations/butterflies/contacts/batch/read", ["inputs": []], 400),
            ("/crm/v4/associations/deals/contacts/batch/read", [:], 400),
            ("/crm/v4/associations/deals/contacts/batch/read", ["inputs": [["after": "x"]]], 400),
            ("/crm/v3/associations/deals/contacts/batch/read", ["inputs": []], 404),
        ] as [(String, JSONValue, Int)]
    )
    func refuses(path: String, body: JSONValue, status: Int) throws {
        #expect(try HubSpotFixture().post(path, body).status == status)
    }
}

@Suite struct HubSpotBatchTests {
    private func read(_ account: HubSpotFixture, _ ids: [String], _ query: String = "") throws
        -> HubSpotFixture.Answer
    {
        try account.post(
            "/crm/v3/objects/companies/batch/read\(query)",
            ["inputs": .array(ids.map { ["id": .string($0)] }), "properties": ["domain"]]
        )
    }

    @Test func givesThoseThatThereAre() throws {
        let account = try HubSpotFixture(records: 99)
        let keys = account.keys("companies")
        let answer = try read(account, keys)
        #expect(answer.status == 200)
        #expect(answer.document["status"]?.text == "COMPLETE")
        #expect(answer.document["errors"] == nil)
        let ids = answer.document["results"]?.elements?.map(\.id) ?? []
        #expect(Set(ids) == Set(keys))
        // In no order that anybody could rely on.
        #expect(ids != keys)
        #expect(answer.document["results"]?[0]?["properties"]?["domain"] != nil)
        #expect(answer.document["results"]?[0]?["properties"]?["name"] == nil)
    }

    @Test func saysWhichAreMissing() throws {
        let account = try HubSpotFixture(records: 60)
        let archived = try #require(account.keys("archived_companies").first)
        let living = try #require(account.keys("companies").first)
        let answer = try read(account, [living, "12", archived, living])
        #expect(answer.status == 207)
        #expect(answer.document["results"]?.elements?.map(\.id) == [living])
        #expect(answer.document["numErrors"]?.int == 1)
        #expect(answer.document["errors"]?[0]?["context"]?["ids"] == .array(["12", .string(archived)]))
        let bin = try read(account, [archived], "?archived=True").document
        #expect(bin["results"]?.elements?.map(\.id) == [archived])
    }

    @Test func takesAHundred() throws {
        let account = try HubSpotFixture()
        #expect(try read(account, (1...100).map(String.init)).status == 207)
        #expect(try read(account, (1...101).map(String.init)).status == 400)
        #expect(
            try account.send("POST", "/crm/v3/objects/companies/batch/read", Array("{".utf8)).status == 400
        )
    }
}

extension String {
    fileprivate func replacingPercent(with text: String) -> String {
        split(separator: "%", omittingEmptySubsequences: false).joined(separator: text)
    }
}
