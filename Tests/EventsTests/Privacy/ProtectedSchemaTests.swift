import Core
import JSON
import ProcessSupport
import Testing

@testable import Events

@Suite("Schemas of records whose personal fields are protected")
struct ProtectedSchemaTests {
    private static let schema = #"""
        {
          "$schema": "https://json-schema.org/draft/2020-12/schema",
          "title": "people",
          "type": "object",
          "required": ["id", "mail", "born"],
          "properties": {
            "id": {"type": "integer"},
            "mail": {"type": "string"},
            "born": {"type": "string", "format": "date"},
            "age": {"type": "integer"},
            "sex": {"enum": ["f", "m"]},
            "home": {"$ref": "#/$defs/place"},
            "work": {"$ref": "#/$defs/place"},
            "phones": {"type": "array", "items": {"type": "object", "required": ["n"], "properties": {"n": {"type": "integer"}, "k": {"type": "string"}}}},
            "either": {"anyOf": [{"type": "integer"}, {"type": "object", "properties": {"n": {"type": "boolean"}}}]},
            "more": {"type": "object", "additionalProperties": {"type": "number"}},
            "tree": {"$ref": "#/$defs/tree"}
          },
          "$defs": {
            "place": {"type": "object", "required": ["zip"], "properties": {"zip": {"type": "integer"}, "city": {"type": "string"}}},
            "tree": {"type": "object", "properties": {"v": {"type": "integer"}, "below": {"$ref": "#/$defs/tree"}}}
          }
        }
        """#

    private static let record = #"""
        {"id":1,"mail":"a@b.c","born":"2000-01-01","age":26,"sex":"f","home":{"zip":10115,"city":"Berlin"},"work":{"zip":1},"phones":[{"n":5,"k":"x"}],"either":{"n":true},"more":{"x":1.5,"y":2},"tree":{"v":1,"below":{"v":2,"below":{"v":3}}}}
        """#

    @Test(
        "what fitted fits once protected, and did before",
        arguments: [
            "mail=hash:email", "born=mask", "age=hash", "sex=mask", "home=hash", "home.zip=mask",
            "home.zip=drop",
            "mail=drop born=drop", "phones.n=hash", "phones.n=drop", "phones=mask", "phones=drop",
            "either=hash",
            "either.n=mask", "more=mask", "more.x=hash", "more=drop more.x=pass", "tree=mask", "tree.v=hash",
            "tree.below.v=drop", "home=drop home.city=pass work=mask work.zip=pass",
            "home=mask home.city=drop",
        ]
    )
    func fits(_ rules: String) throws {
        let schema = try RecordSchema(Array(Self.schema.utf8))
        let record = Array(Self.record.utf8)
        try #require(schema.misfits(in: record).isEmpty)
        let protection = try #require(
            RecordProtection(try RecordProtectionTests.rules(rules), key: PersonalValueTests.key)
        )
        let widened = protection.widened(schema)
        #expect(widened.misfits(in: protection.protected(record)).isEmpty)
        #expect(widened.misfits(in: record).isEmpty, "what was published before fits as well")
        #expect(
            (widened.id == schema.id)
                == ["phones=drop", "mail=hash:email", "tree.below.v=drop"].contains(rules)
        )
    }

    @Test("only what a rule touches is wider")
    func narrow() throws {
        let schema = try RecordSchema(Array(Self.schema.utf8))
        let protection = try #require(
            RecordProtection(try RecordProtectionTests.rules("home.zip=hash"), key: nil)
        )
        let widened = protection.widened(schema)
        let wrong = #"{"id":1,"mail":"a","born":"2000-01-01","work":{"zip":"x"},"home":{"zip":"x"}}"#
        #expect(widened.misfits(in: Array(wrong.utf8)).map(\.place) == ["work.zip"])
        #expect(widened.document["$defs"]?["place"] != nil)
        #expect(widened.document["properties"]?["work"] == schema.document["properties"]?["work"])
        let all = try #require(
            RecordProtection(try RecordProtectionTests.rules("home.zip=hash work=mask"), key: nil)
        )
        #expect(all.widened(schema).document["$defs"]?["place"] == nil, "nothing names it any more")
    }

    @Test("random records that fit a schema fit the wider one", arguments: 0..<100)
    func property(_ seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        let schema = try RecordSchema(Array(Self.schema.utf8))
        let paths = [
            "mail", "born", "age", "sex", "home", "home.zip", "home.city", "work", "work.zip", "phones",
            "phones.n",
            "phones.k", "either", "either.n", "more", "more.x", "more.z", "tree", "tree.v", "tree.below",
            "tree.below.v",
        ]
        let record = Array(Self.record.utf8)
        for _ in 0..<20 {
            let rules = paths.filter { _ in Int.random(in: 0..<4, using: &random) == 0 }.map { path in
                RecordProtection.Rule(
                    path: path.split(separator: ".").map(String.init),
                    treatment: Treatment(PrivacyAction.allCases.randomElement(using: &random) ?? .drop, .text)
                )
            }
            guard let protection = RecordProtection(rules, key: PersonalValueTests.key) else { continue }
            let widened = protection.widened(schema)
            let made = protection.protected(record)
            #expect(
                widened.misfits(in: made).isEmpty,
                "\(rules): \(String(decoding: made, as: UTF8.self)): \(widened.misfits(in: made))"
            )
            #expect(widened.misfits(in: record).isEmpty)
        }
    }
}
