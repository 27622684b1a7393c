import Extraction
import ExtractorKit
import JSON
import Runs
import Testing

/// What is said of the schemas and fixtures beside a definition.
@Suite struct FolderReviewTests {
    private static let yaml = """
        extractor: shop
        base_url: https://api.example.com
        limits: {default: 1/s}
        errors: {message: error}
        streams:
          orders: {get: /orders, records: items, key: id, paging: single_page, progress: full}
          staff: {get: /staff, records: items, key: id, paging: single_page, progress: full}

        """

    private static let schema =
        #"{"$schema":"https://json-schema.org/draft/2020-12/schema","properties":{"id":{}}}"#

    private static func check(_ files: [String: String], yaml: String = Self.yaml) throws -> DefinitionCheck {
        let all = files.merging(["shop/extractor.yaml": yaml]) { $1 }
        let disk = ExtractorFiles(
            read: { path throws(ExtractorFiles.Failure) in
                guard let text = all[path] else { throw .init(reason: "No such file") }
                return Array(text.utf8)
            },
            names: { folder in
                let names = all.keys.filter { $0.hasPrefix("\(folder)/") }.map {
                    String($0.dropFirst(folder.count + 1).prefix { $0 != "/" })
                }
                // As a file system may give them: in no order.
                return names.isEmpty ? nil : Set(names).sorted(by: >)
            }
        )
        return try .read(DefinitionPlace(file: "shop/extractor.yaml", folderName: "shop"), files: disk)
    }

    @Test(
        arguments: [
            (
                [:], ["no_fixture", "no_schema"],
                "no schemas/STREAM.json of orders, staff: what its records look like is said to nobody"
            ),
            (
                ["schemas/orders.json": schema, "schemas/staff.json": schema, "fixtures/orders.json": "x"],
                ["no_fixture"], "no fixtures/STREAM.json of staff: "
            ),
            (
                [
                    "schemas/orders.json": schema, "schemas/staff.json": schema, "schemas/order.json": schema,
                    "fixtures/orders.json": "", "fixtures/staff.json": "", "fixtures/customers.json": "",
                    "fixtures/notes.txt": "", "fixtures/.#orders.json": "", "schemas/.orders.json": "{",
                    "schemas/orders.json~": "",
                ],
                ["unused_fixture", "unused_schema"],
                "schemas/order.json is of no stream; did you mean orders?"
            ),
        ] as [([String: String], [String], String)]
    )
    func warns(files: [String: String], rules: [String], text: String) throws {
        let check = try Self.check(
            Dictionary(uniqueKeysWithValues: files.map { ("shop/\($0.key)", $0.value) })
        )
        #expect(check.errors == 0)
        #expect(check.findings.compactMap(\.rule).sorted() == rules)
        #expect(check.findings.contains { $0.text.contains(text) }, "\(check.findings.map(\.text))")
        #expect(check.findings.allSatisfy { $0.line == 5 })
    }

    @Test func whatLiesThereIsInOrder() throws {
        let check = try Self.check([
            "shop/schemas/staff.json": Self.schema, "shop/schemas/orders.json": Self.schema,
            "shop/fixtures/staff.json": "", "shop/fixtures/orders.json": "",
        ])
        #expect(check.folder?.schemas.names == ["orders", "staff"])
        #expect(check.folder?.fixtures == ["orders", "staff"])
    }

    @Test func aBrokenSchemaIsAnErrorOfItsStream() throws {
        let check = try Self.check([
            "shop/schemas/orders.json": Self.schema.replacing("\"id\":{}", with: "\"id\":{\"typ\":1}"),
            "shop/schemas/staff.json": "{",
        ])
        let errors = check.findings.filter { $0.severity == .error }
        #expect(check.definition == nil)
        #expect(errors.map(\.line) == [6, 7])
        #expect(errors[0].text.contains("schemas/orders.json cannot be used: #/properties/id/typ: "))
        #expect(errors[1].text.contains("schemas/staff.json cannot be used: json."))
    }

    @Test func aMarkOfNoFieldOfTheSchemaIsWarnedOf() throws {
        let schema = Self.schema.replacing(
            "\"id\":{}",
            with:
                #""id":{},"email":{},"home":{"type":"array","items":{"properties":{"zip":{}}}},"more":{"type":"object"}"#
        )
        let marks = "pii: {emial: email, home.zip: address, home.city: address, more.of.it: text}"
        let check = try Self.check(
            [
                "shop/schemas/staff.json": schema.replacing(
                    "\"id\":{}",
                    with: "\"id\":{\"type\":\"string\"}"
                ),
                "shop/schemas/orders.json": Self.schema, "shop/fixtures/staff.json": "",
                "shop/fixtures/orders.json": "",
            ],
            yaml: Self.yaml.replacing("staff: {", with: "staff: {\(marks), ")
        )
        #expect(check.findings.map(\.rule) == ["pii_not_in_schema", "pii_not_in_schema"])
        #expect(check.findings[0].text.contains("has no emial"))
        #expect(check.findings[0].text.contains("did you mean email?"))
        #expect(check.findings[1].text.contains("has no home.city"))
        #expect(check.findings.allSatisfy { $0.line == 7 })
    }

    @Test func aFileOfAnyOtherNameHasNoFolder() throws {
        #expect(DefinitionPlace(file: "a/b.yaml").folder == nil)
        #expect(DefinitionPlace(file: "a/extractor.yaml").folder == "a")
        #expect(DefinitionPlace(file: "extractor.yaml").folder == ".")
    }
}
