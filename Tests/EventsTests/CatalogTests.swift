import Core
import Events
import JSON
import ProcessSupport
import Testing

@Suite struct CatalogTests {
    private static func entry() throws -> CatalogEntry {
        CatalogEntry(
            topic: "retail.entity.Customer",
            account: try AccountName("stripe/acme"),
            stream: try StreamName("customers"),
            entity: "Customer",
            owner: "crm@shop.example",
            classification: "confidential",
            request: "GET /v1/customers",
            reading: "a list, then the feed events",
            parent: "shops",
            key: ["id"],
            version: "updated",
            envelope: .structured,
            others: ["retail.stripe.acme.customers"],
            schema: "f00f",
            fields: [
                CatalogField(
                    path: "name",
                    types: "text",
                    from: ["first", "last"],
                    personal: "name",
                    treatment: "mask"
                ),
                CatalogField(path: "total", types: "money", from: ["total", "currency"]),
            ],
            asOf: Instant(rfc3339: "2026-11-26T12:00:00Z")
        )
    }

    /// What is told is read by others for years, byte by byte.
    @Test func theRecordOfATopic() throws {
        let record = try Self.entry().record
        #expect(
            String(decoding: record.key, as: UTF8.self)
                == #"["retail.entity.Customer","stripe/acme","customers"]"#
        )
        let golden = try Golden.bytes("catalog-1.json")
        #expect(
            record.value.map { String(decoding: $0, as: UTF8.self) }
                == String(decoding: golden, as: UTF8.self)
        )
        #expect(try CatalogEntry(golden) == Self.entry())
        var bare = try Self.entry()
        (bare.fields, bare.entity, bare.owner, bare.asOf, bare.version) = ([], nil, nil, nil, nil)
        #expect(CatalogEntry(try #require(bare.record.value)) == bare)
        #expect(CatalogEntry(try #require(try Self.entry().record.value), withFields: false)?.fields == [])
    }

    @Test(arguments: ["", "null", "{}", #"{"data":{"topic":"t"}}"#, "[1"])
    func whatIsNoEntry(text: String) { #expect(CatalogEntry(Array(text.utf8)) == nil) }

    @Test func freshnessAloneIsNoOtherEntry() throws {
        let entry = try Self.entry()
        var later = entry
        later.asOf = Instant(rfc3339: "2026-11-27T12:00:00Z")
        #expect(later.fingerprint == entry.fingerprint && later != entry)
        later.owner = nil
        #expect(later.fingerprint != entry.fingerprint)
    }

    @Test(
        arguments: [
            ([], CatalogEntry.Protection.none),
            (["drop", "mask"], .masked),
            (["mask", "hash"], .pseudonymous),
            (["hash", "pass"], .personal),
            // Of a definition that marks and a daemon without a policy.
            ([nil], .personal),
        ] as [([String?], CatalogEntry.Protection)]
    )
    func whatIsInIt(treatments: [String?], expected: CatalogEntry.Protection) throws {
        var entry = try Self.entry()
        entry.fields = [CatalogField(path: "free", types: "string")]
        entry.fields += treatments.map {
            CatalogField(path: "p", types: "string", personal: "email", treatment: $0)
        }
        #expect(entry.protection == expected)
        let summary = CatalogSummary(entry)
        #expect(summary.protection == expected && summary.entry.fields == [])
        #expect((summary.fields, summary.personalFields) == (treatments.count + 1, treatments.count))
    }

    // MARK: What was told

    @Test(arguments: ["catalog-state-1.json", "catalog-state-1-new.json"])
    func golden(name: String) throws {
        let entry = try Self.entry()
        let bytes = try Golden.bytes(name)
        let state = try CatalogRecord(bytes, account: entry.account, stream: entry.stream)
            .record(account: entry.account, stream: entry.stream)
        #expect(
            state.value.map { String(decoding: $0, as: UTF8.self) } == String(decoding: bytes, as: UTF8.self)
        )
        #expect(String(decoding: state.key, as: UTF8.self) == #"["catalog","stripe/acme","customers"]"#)
        #expect(try StateKey(state.key) == .catalog(entry.account, entry.stream))
    }

    @Test func aNewerFormatIsRefused() throws {
        let entry = try Self.entry()
        let error = try #require(throws: StateError.self) {
            try CatalogRecord(
                Array(#"{"format":2,"topics":[],"as_of":null}"#.utf8),
                account: entry.account,
                stream: entry.stream
            )
        }
        #expect(error.code == .newerFormat && error.message.contains("upgrade sluice"))
    }

    // MARK: Fields of schemas

    @Test(arguments: [
        (
            #""properties":{"a":{"type":"string"},"b":{"type":["integer","null"]},"c":{}}"#,
            ["a string", "b integer or null", "c any"]
        ),
        (
            #""properties":{"a":{"type":"object","properties":{"x":{"type":"number"},"y.z":{"type":"boolean"}}}}"#,
            ["a.x number", #"a.y\.z boolean"#]
        ),
        (
            #""properties":{"l":{"type":"array","items":{"type":"object","properties":{"n":{"type":"integer"}}}},"t":{"type":"array","items":{"type":"string"}}}"#,
            ["l[].n integer", "t[] string"]
        ),
        (
            #""properties":{"m":{"type":"object","additionalProperties":{"type":"string"}},"o":{"type":"object"}}"#,
            ["m.* string", "o object"]
        ),
        (
            #""properties":{"c":{"anyOf":[{"type":"string"},{"type":"object","properties":{"id":{"type":"string"}}}]}}"#,
            ["c.id string"]
        ),
        (#""properties":{"c":{"anyOf":[{"type":"string"},{"type":"null"}]}}"#, ["c string or null"]),
        // A description that leads back to itself.
        (
            ##""properties":{"tree":{"$ref":"#/$defs/node"}},"$defs":{"node":{"type":"object","properties":{"name":{"type":"string"},"below":{"type":"array","items":{"$ref":"#/$defs/node"}}}}}"##,
            ["tree.name string", "tree.below[] object"]
        ),
    ])
    func fieldsOfASchema(body: String, expected: [String]) throws {
        let text = #"{"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object",\#(body)}"#
        let schema = try RecordSchema(Array(text.utf8))
        #expect(schema.fields.map { "\($0.path) \($0.types)" } == expected)
    }
}
