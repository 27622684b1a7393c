import Foundation
import JSON
import Simulators
import Testing

/// The answers against the vendor's own description of them.
@Suite struct HubSpotShapeTests {
    private static let folder =
        (ProcessInfo.processInfo.environment["SLUICE_SPECS"]
            ?? URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../shared/specs")
            .path)
        + "/hubspot"
    static let isThere = FileManager.default.fileExists(atPath: folder + "/crm-v3.json")
    private static let condition: ConditionTrait = .enabled(
        if: isThere,
        "the vendors' descriptions are not here: set SLUICE_SPECS"
    )

    private static func document(_ version: String) throws -> JSONValue {
        try JSONValue.parse(Array(Data(contentsOf: URL(filePath: "\(folder)/crm-\(version).json"))))
    }

    /// Where recorded answers are not as the descriptions say, the recorded ones are right.
    private static func isKnown(_ problem: String, _ version: String) -> Bool {
        // Values that were never set, and associations without a label.
        if problem.hasSuffix(".properties.*: null") || problem.hasSuffix(".label: null") { return true }
        // A number on the wire.
        if problem.contains(".toObjectId: ") { return true }
        if problem.contains(".subCategory: ") { return true }
        // Shown by all versions, described by the later one.
        if version == "v3",
            problem.hasSuffix(".url: unknown") || problem.hasSuffix("allowsSensitiveProperties: unknown")
        {
            return true
        }
        return false
    }

    /// What the vendor would not answer so.
    private static func problems(
        _ answer: JSONValue,
        _ schema: String,
        _ version: String,
        _ checker: SchemaChecker
    ) -> [String] {
        checker.problems(of: answer, as: schema).filter { !isKnown($0, version) }.sorted()
    }

    /// The name of the schema of a path's answer, or the schema itself under a name.
    private static func schema(
        _ description: JSONValue,
        _ path: String,
        _ method: String,
        _ status: Int,
        _ checker: inout SchemaChecker
    ) throws -> String {
        let responses = try #require(description["paths"]?[path]?[method]?["responses"], "\(method) \(path)")
        let response = responses["\(status)"] ?? responses["200"]
        let schema = try #require(response?["content"]?["application/json"]?["schema"])
        if let name = schema["$ref"]?.text { return String(name.split(separator: "/").last ?? "") }
        guard case .object(var members) = checker.schemas else { return "" }
        members.removeAll { $0.name == "Inline" }
        members.append(.init(name: "Inline", value: schema))
        checker.schemas = .object(members)
        return "Inline"
    }

    private static func paths(_ version: String, _ type: String) -> (objects: String, associations: String) {
        version == "v3"
            ? ("/crm/v3/objects", "/crm/v4/associations/deals/contacts")
            : ("/crm/objects/\(version)", "/crm/associations/\(version)/deals/contacts")
    }

    @Test(condition, arguments: ["v3", "2026-03"], HubSpotSimulator.streams)
    func objectsHaveTheVendorsFields(version: String, stream: String) throws {
        let account = try HubSpotFixture(records: 60)
        account.advance(60)
        try account.simulator.change(creates: 20, updates: 60, deletes: 5, streams: [stream])
        account.advance(60)
        let description = try Self.document(version)
        var checker = SchemaChecker(schemas: try #require(description["components"]?["schemas"]))
        let root = Self.paths(version, stream).objects
        // Deals stand under their number, and a version describes no more than some types by name.
        let names = [stream, stream == "deals" ? "0-3" : stream, "{objectType}"]
        let name = try #require(
            names.first { description["paths"]?["\(root)/\($0)"] != nil }
                ?? (version == "v3" ? "contacts" : nil)
        )
        let parent = stream == "companies" || stream == "products" ? "deals" : "contacts"
        let list = try Self.schema(description, "\(root)/\(name)", "get", 200, &checker)
        for query in [
            "?limit=50&associations=\(parent)", "?archived=true&propertiesWithHistory=hs_object_id",
        ] {
            let answer = try account.get("\(root)/\(stream)\(query)").document
            #expect(Self.problems(answer, list, version, checker).isEmpty, "\(stream)\(query)")
            #expect(answer["results"]?.elements?.isEmpty == false)
        }
        let search = try Self.schema(description, "\(root)/\(name)/search", "post", 200, &checker)
        let found = try account.post("\(root)/\(stream)/search", ["limit": 20]).document
        #expect(Self.problems(found, search, version, checker).isEmpty, "\(stream) search")
        for (ids, status) in [(Array(account.keys(stream).prefix(5)), 200), (["1"], 207)] {
            let batch = try Self.schema(description, "\(root)/\(name)/batch/read", "post", status, &checker)
            let answer = try account.post(
                "\(root)/\(stream)/batch/read",
                [
                    "inputs": .array(ids.map { ["id": .string($0)] }), "properties": [],
                    "propertiesWithHistory": [],
                ]
            )
            #expect(answer.status == status)
            var problems = Self.problems(answer.document, batch, version, checker)
            // The later description leaves the errors of a batch out.
            if version != "v3" { problems.removeAll { $0.hasSuffix("rrors: unknown") } }
            #expect(problems.isEmpty, "\(stream) batch \(status): \(problems)")
        }
        let key = try #require(account.keys(stream).last)
        let one = try account.get("\(root)/\(stream)/\(key)").document
        #expect(Self.problems(one, "SimplePublicObjectWithAssociations", version, checker).isEmpty)
    }

    @Test(condition, arguments: ["v3", "2026-03"])
    func everythingElseHasThemToo(version: String) throws {
        let account = try HubSpotFixture(records: 60)
        let description = try Self.document(version)
        let isClassic = version == "v3"
        var checker = SchemaChecker(schemas: try #require(description["components"]?["schemas"]))
        func check(_ target: String, _ path: String) throws {
            let schema = try Self.schema(description, path, "get", 200, &checker)
            let answer = try account.get(target)
            #expect(answer.status == 200, "\(target)")
            let problems = Self.problems(answer.document, schema, version, checker)
            #expect(problems.isEmpty, "\(target): \(problems)")
        }
        func family(_ name: String) -> String { isClassic ? "/crm/v3/\(name)" : "/crm/\(name)/\(version)" }
        let owners = family("owners")
        try check("\(owners)?limit=20", isClassic ? owners + "/" : owners)
        try check("\(owners)?archived=true", isClassic ? owners + "/" : owners)
        let owner = try #require(account.keys("owners").first)
        try check("\(owners)/\(owner)", "\(owners)/{ownerId}")
        for type in HubSpotSimulator.streams {
            for query in ["", "?archived=false"] {
                try check("\(family("properties"))/\(type)\(query)", "\(family("properties"))/{objectType}")
            }
            try check("\(family("pipelines"))/\(type)", "\(family("pipelines"))/{objectType}")
        }
        try check(
            "\(family("properties"))/deals/amount",
            "\(family("properties"))/{objectType}/{propertyName}"
        )
        try check("\(family("pipelines"))/tickets/0", "\(family("pipelines"))/{objectType}/{pipelineId}")
        try check(
            "\(family("pipelines"))/deals/default/stages",
            "\(family("pipelines"))/{objectType}/{pipelineId}/stages"
        )
        let schemas = "/crm-object-schemas/\(version)/schemas"
        try check(schemas, schemas)
        try check("\(schemas)/2-4242001", "\(schemas)/{objectType}")
        let associations = isClassic ? "/crm/v4/associations" : "/crm/associations/\(version)"
        let ends = "{fromObjectType}/{toObjectType}"
        try check("\(associations)/deals/contacts/labels", "\(associations)/\(ends)/labels")
        for ids in [account.keys("deals"), ["1"]] {
            let answer = try account.post(
                "\(associations)/deals/contacts/batch/read",
                ["inputs": .array(ids.map { ["id": .string($0)] })]
            )
            let schema = try Self.schema(
                description,
                "\(associations)/\(ends)/batch/read",
                "post",
                answer.status,
                &checker
            )
            var problems = Self.problems(answer.document, schema, version, checker)
            if !isClassic { problems.removeAll { $0.hasSuffix("rrors: unknown") } }
            #expect(problems.isEmpty, "\(problems)")
        }
        guard !isClassic else { return }
        try check("/account-info/\(version)/details", "/account-info/\(version)/details")
        let usage = "/account-info/\(version)/api-usage/daily/private-apps"
        try check(usage, usage)
    }

    @Test(condition, arguments: ["v1", "2026-03"])
    func tokensHaveTheVendorsFields(version: String) throws {
        let description = try Self.document(version == "v1" ? "v3" : version)
        var checker = SchemaChecker(schemas: try #require(description["components"]?["schemas"]))
        let path = "/oauth/\(version)/token"
        let schema = try Self.schema(description, path, "post", 200, &checker)
        let account = try HubSpotFixture()
        for grant in ["refresh_token", "client_credentials"] where version != "v1" || grant == "refresh_token"
        {
            let form = HubSpotTokenTests.form([
                "grant_type": grant, "client_id": "a", "client_secret": "b", "refresh_token": "na1-1",
            ])
            let answer = try account.send("POST", path, form, token: nil).document
            #expect(checker.problems(of: answer, as: schema).isEmpty, "\(answer.compactText)")
        }
    }

    @Test(condition)
    func errorsHaveTheVendorsFields() throws {
        let checker = SchemaChecker(schemas: try #require(try Self.document("v3")["components"]?["schemas"]))
        let account = try HubSpotFixture()
        for (target, token) in [
            ("/crm/v3/objects/contacts?limit=x", "pat-na1-x"), ("/crm/v3/objects/contacts/1", "pat-na1-x"),
            ("/crm/v3/objects/contacts", "pat-na1-no_contacts"), ("/crm/v3/objects/contacts", "none"),
        ] {
            let answer = try account.get(target, token: token).document
            // Recorded errors have it, the description has not.
            let problems = checker.problems(of: answer, as: "Error").subtracting(["Error.status: unknown"])
            #expect(problems.isEmpty, "\(target): \(problems)")
        }
        let answer = try account.post(
            "/crm/v3/objects/contacts/search",
            ["filters": [.filter("nothing", "EQ", "1")]]
        ).document
        #expect(checker.problems(of: answer, as: "Error").subtracting(["Error.status: unknown"]).isEmpty)
    }

    @Test(condition, arguments: ["v3", "2026-03"])
    func takesTheVendorsParameters(version: String) throws {
        let description = try Self.document(version)
        let account = try HubSpotFixture()
        let values = [
            "limit": "5", "after": "600", "archived": "false", "properties": "email", "associations": "deals",
        ]
        let path = Self.paths(version, "contacts").objects + "/contacts"
        let parameters = try #require(description["paths"]?[path]?["get"]?["parameters"]?.elements)
        #expect(parameters.count >= 6)
        for parameter in parameters {
            let name = try #require(parameter["name"]?.text)
            #expect(try account.get("\(path)?\(name)=\(values[name] ?? "email")").status == 200, "\(name)")
        }
    }

    /// The names of members in recorded answers, which are younger than any description.
    @Test(condition)
    func recordedAnswersHaveNoOtherMembers() throws {
        let data = try Data(contentsOf: URL(filePath: Self.folder + "/samples.json"))
        let samples = try #require(try JSONValue.parse(Array(data))["samples"]?.elements)
        func recorded(_ name: String) throws -> JSONValue {
            try #require(samples.first { $0["file"]?.text?.hasSuffix(name) == true }?["body"])
        }
        func names(_ value: JSONValue?) -> Set<String> { Set(value?.members?.map(\.name) ?? []) }
        let account = try HubSpotFixture(records: 60)
        let first = try recorded("1-first-page.json")
        let search = try account.post("/crm/v3/objects/contacts/search", ["limit": 1]).document
        #expect(names(search) == names(first))
        #expect(names(search["results"]?[0]) == names(first["results"]?[0]))
        #expect(names(search["paging"]?["next"]) == names(first["paging"]?["next"]))
        let list = try account.get("/crm/v3/objects/contacts?limit=1").document
        #expect(names(list["paging"]?["next"]) == ["after", "link"])
        let pairs = try recorded("contacts-to-companies.json")
        let batch = try account.post(
            "/crm/v4/associations/contacts/companies/batch/read",
            ["inputs": .array((account.keys("contacts") + ["1"]).map { ["id": .string($0)] })]
        ).document
        #expect(names(batch) == names(pairs))
        #expect(names(batch["results"]?[0]) == names(pairs["results"]?[0]))
        let told = names(pairs["errors"]?[0])
        #expect(told.isSubset(of: names(batch["errors"]?[0])))
        let details = try account.get("/account-info/v3/details").document
        #expect(names(details) == names(try recorded("account-info.json")))
        let scope = try recorded("metadata-err-schemas-scope.json")
        let refused = try account.get("/crm/v3/schemas", token: "pat-na1-no_schemas").document
        let members = names(scope)
        #expect(members.isSubset(of: names(refused)))
        let property = try recorded("metadata-contacts-properties-sampled.json")["results"]?[0]
        let own = try account.get("/crm/v3/properties/contacts").document["results"]?[0]
        let defined = names(property)
        #expect(defined.isSubset(of: names(own)))
        let pipeline = try recorded("metadata-deals-external-pipelines.json")["results"]?[0]
        let mine = try account.get("/crm/v3/pipelines/deals").document["results"]?[0]
        #expect(names(mine) == names(pipeline))
        #expect(names(mine?["stages"]?[0]) == names(pipeline?["stages"]?[0]))
    }
}
