import Foundation
import JSON
import Simulators
import Testing

/// The objects against the vendor's own description of them.
@Suite struct StripeShapeTests {
    private static let folder = VendorDescription.folder
    private static let specification = folder + "/stripe/openapi-2026-06-24.json"
    static let isThere = FileManager.default.fileExists(atPath: specification)

    /// The schemas of a version.
    private static func schemas(_ version: String) throws -> JSONValue {
        let data = try Data(contentsOf: URL(filePath: "\(folder)/stripe/openapi-\(version).json"))
        return try #require(try JSONValue.parse(Array(data))["components"]?["schemas"])
    }

    @Test(.enabled(if: isThere, "the vendors' descriptions are not here: set SLUICE_SPECS"))
    func deletedCustomersHaveTheVendorsFields() throws {
        let account = try InProcessAccount()
        let gone = try account.simulator.change(deletes: 1, streams: ["customers"])
        let answer = try account.get("/v1/customers/\(try #require(gone.first).id)").document
        let problems = SchemaChecker(schemas: try Self.schemas("2023-08-16"))
            .problems(of: answer, as: "deleted_customer")
        #expect(problems.isEmpty, "\(problems.sorted().joined(separator: "\n"))")
    }

    @Test(
        .enabled(if: isThere, "the vendors' descriptions are not here: set SLUICE_SPECS"),
        arguments: ["2026-06-24", "2023-08-16"]
    )
    func eventsHaveTheVendorsFields(version: String) throws {
        let isOld = version == "2023-08-16"
        let schemas = try Self.schemas(version)
        let account = try InProcessAccount(faults: ["old_snapshots": .init(rate: isOld ? 1 : 0)])
        try account.simulator.change(creates: 200, updates: 900, deletes: 60)
        account.simulator.clock.advance(by: .seconds(60))
        let events = try account.list("/v1/events")
        let types = try #require(
            try Self.schemas("2026-06-24")["event"]?["properties"]?["type"]?["enum"]?.elements
        )
        let checker = SchemaChecker(schemas: schemas)
        var problems: Set<String> = []
        var seen: Set<String> = []
        for event in events {
            #expect(types.contains(try #require(event["type"])))
            #expect(event["api_version"]?.text?.hasPrefix(version) == true)
            problems.formUnion(checker.problems(of: event, as: "event"))
            let object = try #require(event["data"]?["object"])
            let kind = try #require(object["object"]?.text)
            seen.insert(kind)
            // It came after the old version, whose events have it as it is.
            guard !(isOld && kind == "invoice_payment") else { continue }
            problems.formUnion(checker.problems(of: object, as: kind))
            for name in event["data"]?["previous_attributes"]?.members?.map(\.name) ?? [] {
                #expect(object[name] != nil)
            }
        }
        #expect(problems.isEmpty, "\(problems.sorted().joined(separator: "\n"))")
        // Of the balance's movements no event tells.
        let told = StripeSimulator.streams.filter { $0 != "balance_transactions" }
        #expect(seen == Set(told.compactMap { StripeSimulator.object(of: $0) }))
    }

    @Test(.enabled(if: isThere, "the vendors' descriptions are not here: set SLUICE_SPECS"))
    func eventsTakeTheVendorsParameters() throws {
        let data = try Data(contentsOf: URL(filePath: Self.specification))
        let paths = try #require(try JSONValue.parse(Array(data))["paths"])
        let account = try InProcessAccount()
        for parameter in try #require(paths["/v1/events"]?["get"]?["parameters"]?.elements) {
            let name = try #require(parameter["name"]?.text)
            let answer = try account.get("/v1/events?\(name)=1").document
            #expect(answer["error"]?["code"]?.text != "parameter_unknown", "\(name)")
        }
    }

    @Test(.enabled(if: isThere, "the vendors' descriptions are not here: set SLUICE_SPECS"))
    func hasTheVendorsFields() throws {
        let checker = SchemaChecker(schemas: try Self.schemas("2026-06-24"))
        let simulator = try StripeSimulator(.init(records: 100))
        // What was changed has the shape too.
        for stream in StripeSimulator.streams {
            try simulator.change(creates: 40, updates: 150, streams: [stream])
        }
        try simulator.change(deletes: 50)
        for stream in StripeSimulator.allStreams {
            var problems: Set<String> = []
            for (_, record) in simulator.truth(stream) {
                let name = try #require(try JSONValue.parse(record)["object"]?.text)
                #expect(StripeSimulator.object(of: stream).map { $0 == name } ?? true)
                problems.formUnion(checker.problems(of: try JSONValue.parse(record), as: name))
            }
            #expect(problems.isEmpty, "\(stream): \(problems.sorted().joined(separator: "\n"))")
        }
    }

    @Test(
        arguments: [
            (#"{"id":"x","n":1}"#, []),
            (#"{"id":null,"n":null}"#, ["thing.id: null"]),
            (#"{"n":1.5}"#, ["thing.id: missing", "thing.n: 1.5 is no integer"]),
            (#"{"id":"y","n":1,"m":2}"#, [#"thing.id: "y" is none of ["\"x\""]"#, "thing.m: unknown"]),
        ] as [(String, Set<String>)]
    )
    func findsWhatDiffers(document: String, problems: Set<String>) throws {
        let schemas: JSONValue = [
            "thing": [
                "type": "object", "required": ["id"],
                "properties": [
                    "id": ["type": "string", "enum": ["x"]], "n": ["type": "integer", "nullable": true],
                ],
            ]
        ]
        let value = try JSONValue.parse(Array(document.utf8))
        #expect(SchemaChecker(schemas: schemas).problems(of: value, as: "thing") == problems)
    }

    @Test(.enabled(if: isThere, "the vendors' descriptions are not here: set SLUICE_SPECS"))
    func leavesFewOfThemOut() throws {
        let data = try Data(contentsOf: URL(filePath: Self.folder + "/stripe/fixtures.json"))
        let fixtures = try #require(try JSONValue.parse(Array(data))["resources"])
        let simulator = try StripeSimulator(.init(records: 2))
        // Shown only when expanded, or younger than the version.
        let expected: Set = ["refunds", "customer", "customer_account", "payment_method", "subscription"]
        for stream in StripeSimulator.streams {
            let record = try #require(simulator.truth(stream).map(\.record).first)
            let names = Set(try JSONValue.parse(record).members?.map(\.name) ?? [])
            let object = try #require(StripeSimulator.object(of: stream))
            let sample = Set(fixtures[object]?.members?.map(\.name) ?? [])
            #expect(!sample.isEmpty)
            #expect(sample.subtracting(names).subtracting(expected).isEmpty, "\(stream)")
        }
    }

    @Test func refersOnlyToWhatThereIs() throws {
        let simulator = try StripeSimulator(.init(seed: 5, records: 120))
        var objects: [String: JSONValue] = [:]
        for stream in StripeSimulator.streams {
            for (key, record) in simulator.truth(stream) { objects[key] = try JSONValue.parse(record) }
        }
        // Of the balance there are three movements for each of the others.
        #expect(objects.count == 120 * (StripeSimulator.streams.count + 2))
        var references = 0
        func check(_ value: JSONValue, _ created: Int) throws {
            for member in value.members ?? [] {
                let kinds = [
                    "customer", "product", "price", "charge", "subscription", "invoice", "payment_intent",
                    "coupon", "source", "balance_transaction",
                ]
                if kinds.contains(member.name), let id = member.value.text {
                    references += 1
                    let other = try #require(objects[id], "\(member.name) \(id)")
                    // The movement of the balance comes behind what it moves for.
                    let slack = member.name == "balance_transaction" ? 10 : 0
                    #expect(try #require(other["created"]?.int) <= created + slack)
                }
                try check(member.value, created)
            }
            for element in value.elements ?? [] { try check(element, created) }
        }
        for object in objects.values {
            try check(object, try #require((object["created"] ?? object["date"])?.int))
        }
        #expect(references > 120)
    }

    @Test func amountsAgree() throws {
        let simulator = try StripeSimulator(.init(seed: 5, records: 121))
        var refunded: [String: Int] = [:]
        for (_, record) in simulator.truth("refunds") {
            let refund = try JSONValue.parse(record)
            refunded[try #require(refund["charge"]?.text), default: 0] += try #require(refund["amount"]?.int)
        }
        for (key, record) in simulator.truth("charges") {
            let charge = try JSONValue.parse(record)
            #expect(charge["amount_refunded"]?.int == refunded[key, default: 0])
            #expect(charge["refunded"]?.bool == (charge["amount"]?.int == refunded[key]))
            if refunded[key] != nil { #expect(charge["status"]?.text == "succeeded") }
        }
        for (_, record) in simulator.truth("invoices") {
            let invoice = try JSONValue.parse(record)
            let lines = try #require(invoice["lines"])
            guard lines["has_more"]?.bool == false else { continue }
            let sum = (lines["data"]?.elements ?? []).reduce(0) { $0 + ($1["amount"]?.int ?? 0) }
            #expect(invoice["total"]?.int == sum)
        }
    }
}
