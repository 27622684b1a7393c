import Events
import JSON
import Testing

@Suite struct RecordSchemaTests {
    private static func schema(_ body: String) throws -> RecordSchema {
        let text = #"{"$schema":"https://json-schema.org/draft/2020-12/schema","#
        return try RecordSchema(Array((text + body.dropFirst()).utf8))
    }

    /// What does not fit, and what is not named, as texts.
    private static func misfits(_ body: String, _ record: String) throws -> [String] {
        // As a page holds it: without white space, and not at the beginning.
        let page = try PageScanner(plan: ScanPlan(records: ["data"], recordFields: [], pageFields: []))
            .scan(Array(#"{"before":[0],"data":[\#(record)]}"#.utf8))
        return try schema(body).misfits(in: page.bytes, at: page.records[0].range).map { "\($0)" }
    }

    // MARK: Values

    @Test(
        arguments: [
            // type, value, and whether it fits
            (#""string""#, #""x""#, true), (#""string""#, "1", false), (#""string""#, "null", false),
            (#"["string","null"]"#, "null", true), (#"["string","null"]"#, "true", false),
            (#""boolean""#, "false", true), (#""boolean""#, #""false""#, false),
            (#""object""#, "{}", true), (#""object""#, "[]", false), (#""array""#, "[]", true),
            (#""array""#, "{}", false), (#""null""#, "null", true), (#""null""#, "0", false),
            (#""number""#, "1", true), (#""number""#, "-1.5e-3", true), (#""number""#, #""1""#, false),
            (#""integer""#, "1", true), (#""integer""#, "-7", true), (#""integer""#, "0", true),
            (#""integer""#, "1.0", true), (#""integer""#, "1.50", false), (#""integer""#, "15e-1", false),
            (#""integer""#, "150e-1", true), (#""integer""#, "1e3", true), (#""integer""#, "0e-9", true),
            (#""integer""#, "-0.0", true), (#""integer""#, "0.1", false),
            // Beyond 2^53 and beyond 2^64 every digit counts.
            (#""integer""#, "9007199254740993", true), (#""integer""#, "9007199254740993.5", false),
            (#""integer""#, "123456789012345678901234567890", true),
            (#""integer""#, "12345678901234567890123.00000000000000000001", false),
            (#""integer""#, "1e99999999999999999999", true),
            (#""integer""#, "1e-99999999999999999999", false),
        ]
    )
    func types(type: String, value: String, fits: Bool) throws {
        let body = #"{"properties":{"a":{"type":\#(type)}}}"#
        #expect(try Self.misfits(body, #"{"a":\#(value)}"#).isEmpty == fits)
        // And as an element, and behind another member.
        let list = #"{"properties":{"b":{"type":"array","items":{"type":\#(type)}}}}"#
        #expect(try Self.misfits(list, #"{"b":[\#(value),\#(value)]}"#).isEmpty == fits)
    }

    @Test(
        arguments: [
            (#""const":9007199254740993"#, "9007199254740993", true),
            (#""const":9007199254740993"#, "9007199254740992", false),
            (#""const":1"#, "1.00", true), (#""const":100"#, "1e2", true), (#""const":0"#, "-0", true),
            (#""const":-5"#, "5", false), (#""const":0.1"#, "1e-1", true), (#""const":1"#, #""1""#, false),
            (#""enum":["a","é",null]"#, #""a""#, true), (#""enum":["a","é",null]"#, #""\u00e9""#, true),
            (#""enum":["a","é",null]"#, #""e\u0301""#, false), (#""enum":["a","é",null]"#, "null", true),
            (#""enum":["a","é",null]"#, #""b""#, false), (#""enum":[true]"#, "true", true),
            (#""enum":[true]"#, "false", false), (#""enum":[true]"#, "1", false),
        ]
    )
    func values(keyword: String, value: String, fits: Bool) throws {
        let body = #"{"properties":{"a":{\#(keyword)}}}"#
        #expect(try Self.misfits(body, #"{"a":\#(value)}"#).isEmpty == fits)
    }

    @Test(
        arguments: [
            (#""2026-03-01T12:00:00Z""#, true), (#""2026-03-01T12:00:00.123+05:30""#, true),
            (#""2026-03-01T12:00:00\u005a""#, true), (#""2026-02-30T12:00:00Z""#, false),
            (#""2026-03-01""#, false), (#""""#, false), ("null", true), ("5", false),
        ]
    )
    func times(value: String, fits: Bool) throws {
        let body = #"{"properties":{"a":{"type":["string","null"],"format":"date-time"}}}"#
        #expect(try Self.misfits(body, #"{"a":\#(value)}"#).isEmpty == fits)
    }

    @Test(arguments: [
        (#""2026-03-01""#, true), (#""2024-02-29""#, true), (#""2026-02-29""#, false),
        (#""2026-3-01""#, false),
        (#""2026-03-01T12:00:00Z""#, false), (#""+026-03-01""#, false), (#""""#, false), ("null", true),
    ])
    func dates(value: String, fits: Bool) throws {
        let body = #"{"properties":{"a":{"type":["string","null"],"format":"date"}}}"#
        #expect(try Self.misfits(body, #"{"a":\#(value)}"#).isEmpty == fits)
    }

    // MARK: Paths and texts

    @Test(
        arguments: [
            (#"{"a":{"type":"string"}}"#, #"{"a":5}"#, ["a is 5, not string"]),
            (#"{"a":{"type":["integer","null"]}}"#, #"{"a":"5"}"#, [#"a is "5", not integer or null"#]),
            (
                #"{"a":{"type":["integer","boolean","null"]}}"#, #"{"a":{}}"#,
                ["a is {}, not integer, boolean or null"]
            ),
            (
                #"{"größe":{"properties":{"名":{"type":"null"}}}}"#, #"{"größe":{"名":1}}"#,
                ["größe.名 is 1, not null"]
            ),
            (#"{"größe":{"type":"null"}}"#, #"{"gr\u00f6\u00dfe":1}"#, ["größe is 1, not null"]),
            (#"{"👩‍🚀":{"type":"null"}}"#, #"{"\ud83d\udc69\u200d\ud83d\ude80":1}"#, ["👩‍🚀 is 1, not null"]),
            (#"{"a.b":{"type":"null"}}"#, #"{"a.b":1}"#, [#"a\.b is 1, not null"#]),
            (#"{"a\"b":{"type":"null"}}"#, #"{"a\"b":1}"#, [#"a"b is 1, not null"#]),
            (
                #"{"a":{"items":{"properties":{"b":{"items":{"type":"integer"}}}}}}"#,
                #"{"a":[{},{"b":[1,2,"x"]}]}"#, [#"a[1].b[2] is "x", not integer"#]
            ),
            (
                #"{"a":{"enum":["x",2,null,true,1e2]}}"#, #"{"a":"y"}"#,
                [#"a is "y", not one of "x", 2, null, true, 100"#]
            ),
            (
                #"{"a":{"format":"date-time"}}"#, #"{"a":"now"}"#,
                [#"a is "now", not a time such as 2026-03-01T12:00:00Z"#]
            ),
            (
                #"{"a":{"type":"string"}}"#, #"{"b":{"c":[1,"]}"]},"a":1}"#,
                ["b is not in the schema", "a is 1, not string"]
            ),
            (
                #"{"a":{"type":"null"}}"#, #"{"a":"\#(String(repeating: "ü", count: 100))"}"#,
                [#"a is "\#(String(repeating: "ü", count: 59))…, not null"#]
            ),
        ] as [(String, String, [String])]
    )
    func isTold(properties: String, record: String, misfits: [String]) throws {
        #expect(try Self.misfits(#"{"properties":\#(properties)}"#, record) == misfits)
    }

    @Test func aFieldOfManyRecordsHasOnePath() throws {
        let schema = try Self.schema(
            #"{"properties":{"a":{"items":{"properties":{"b.c":{"type":"null"}}}}}}"#
        )
        let misfits = schema.misfits(in: Array(#"{"a":[{"b.c":1},{},{"b.c":2}]}"#.utf8))
        #expect(misfits.map(\.field) == [#"a[].b\.c"#, #"a[].b\.c"#])
        #expect(misfits.map(\.place) == [#"a[0].b\.c"#, #"a[2].b\.c"#])
        #expect(misfits.map(\.found) == ["1", "2"])
    }

    // MARK: Objects

    @Test(
        arguments: [
            (#"{"type":"object","properties":{"id":{}},"required":["id"]}"#, #"{"id":null}"#, []),
            (#"{"type":"object","properties":{"id":{}},"required":["id"]}"#, "{}", ["id is missing"]),
            (
                #"{"properties":{"a":{"properties":{"id":{},"x":{}},"required":["x","id"]}}}"#,
                #"{"a":{"y":1}}"#, ["a.y is not in the schema", "a.x is missing", "a.id is missing"]
            ),
            (
                #"{"properties":{"a":{}},"additionalProperties":false}"#, #"{"a":1,"b":2}"#,
                ["b is not in the schema, and no other member is possible"]
            ),
            (#"{"properties":{"a":{}},"additionalProperties":true}"#, #"{"a":1,"b":2}"#, []),
            (
                #"{"properties":{"a":{}},"additionalProperties":{"type":["string","null"]}}"#,
                #"{"a":1,"b":"x","c":null,"d":4}"#, ["d is 4, not string or null"]
            ),
            // An object of which nothing is said is open.
            (#"{"properties":{"a":{"type":"object"}}}"#, #"{"a":{"b":1}}"#, []),
            (#"{"title":"x"}"#, #"{"a":{"b":1}}"#, []),
            // A name twice in a record is checked twice.
            (
                #"{"properties":{"a":{"type":"null"}},"required":["a"]}"#, #"{"a":1,"a":null}"#,
                ["a is 1, not null"]
            ),
        ] as [(String, String, [String])]
    )
    func objects(body: String, record: String, misfits: [String]) throws {
        #expect(try Self.misfits(body, record) == misfits)
    }

    @Test func aMemberThatIsNotNamedFitsAllTheSame() throws {
        let schema = try Self.schema(#"{"properties":{"a":{"type":"null"}}}"#)
        let misfits = schema.misfits(in: Array(#"{"a":1,"b":2}"#.utf8))
        #expect(misfits.map(\.kind) == [.type, .undeclared])
        #expect(misfits.map(\.isAllowed) == [false, true])
    }

    @Test func manyMembersAreFoundByTheirNames() throws {
        let names = (0..<300).map { "field_\($0 * 7919)" }
        let properties = names.map { #""\#($0)":{"type":"integer"}"# }.joined(separator: ",")
        let schema = try Self.schema(#"{"properties":{\#(properties)}}"#)
        let record = names.reversed().map { #""\#($0)":1"# }.joined(separator: ",")
        #expect(schema.misfits(in: Array("{\(record)}".utf8)).isEmpty)
        #expect(schema.misfits(in: Array(#"{\#(record),"field_1":1}"#.utf8)).map(\.field) == ["field_1"])
    }

    // MARK: References and choices

    private static let shared = ##"""
        {"properties":{
            "a":{"$ref":"#/$defs/address","description":"Home"},
            "b":{"anyOf":[{"$ref":"#/$defs/address"},{"type":"null"}]},
            "c":{"anyOf":[{"type":"string","enum":["x"]},{"type":"string","format":"date-time"}]},
            "d":{"anyOf":[{"type":"object","properties":{"k":{"const":"one"},"n":{"type":"null"}}},
                {"type":"object","properties":{"k":{"const":"two"},"m":{"type":"null"}}}]}},
        "$defs":{"address":{"type":"object","properties":{
            "city":{"type":"string"},"inner":{"$ref":"#/$defs/address"}}}}}
        """##

    @Test(
        arguments: [
            (#"{"a":{"city":"x","inner":{"inner":{"city":"y"}}}}"#, []),
            (#"{"a":{"inner":{"inner":{"city":1}}}}"#, ["a.inner.inner.city is 1, not string"]),
            (#"{"a":null}"#, ["a is null, not object"]),
            (#"{"b":null}"#, []),
            // The choice that is meant says what is wrong.
            (#"{"b":{"city":2}}"#, ["b.city is 2, not string"]),
            (#"{"b":3}"#, ["b is 3, not object or null"]),
            (#"{"c":"x"}"#, []), (#"{"c":"2026-03-01T12:00:00Z"}"#, []),
            (#"{"c":"y"}"#, [#"c is "y", not as any choice says"#]),
            (#"{"d":{"k":"one","n":null}}"#, []), (#"{"d":{"k":"two","m":null}}"#, []),
            (#"{"d":{"k":"two","m":null,"z":1}}"#, ["d.z is not in the schema"]),
            (#"{"d":{"k":"three"}}"#, [#"d is {"k":"three"}, not as any choice says"#]),
        ] as [(String, [String])]
    )
    func references(record: String, misfits: [String]) throws {
        #expect(try Self.misfits(Self.shared, record) == misfits)
    }

    // MARK: What is no schema

    @Test(
        arguments: [
            (#"{"properties":{"a":{"typ":"string"}}}"#, "#/properties/a/typ: no keyword that is checked"),
            (#"{"properties":{"a":{"minLength":3}}}"#, "#/properties/a/minLength: no keyword"),
            (#"{"properties":{"a/b~":{"x":1}}}"#, "#/properties/a~1b~0/x: no keyword"),
            (#"{"type":"text"}"#, ##"#/type: "text" is no type"##),
            (#"{"type":["null","null"]}"#, ##"#/type: "null" stands twice"##),
            (#"{"type":[]}"#, "#/type: no type is possible"),
            (#"{"properties":{"a":{"format":"email"}}}"#, "#/properties/a/format: \"email\" is not checked"),
            (
                #"{"properties":{"a":{"type":"integer","format":"date-time"}}}"#,
                "#/properties/a/format: has no effect, as type lets no string through"
            ),
            (#"{"properties":{"a":{"type":"string","items":{}}}}"#, "#/properties/a/items: has no effect"),
            (
                #"{"properties":{"a":{"type":"array","properties":{}}}}"#,
                "#/properties/a/properties: has no effect"
            ),
            (#"{"type":"array","required":["a"]}"#, "#/required: has no effect"),
            (#"{"required":["a"]}"#, ##"#/required: "a" is none of the properties"##),
            (#"{"properties":{"a":{"enum":[]}}}"#, "#/properties/a/enum: a list of values is needed"),
            (#"{"properties":{"a":{"const":{}}}}"#, "#/properties/a/const: texts, numbers, truth values"),
            (#"{"properties":{"a":{"const":1,"enum":[1]}}}"#, "#/properties/a/const: either enum or const"),
            (##"{"properties":{"a":{"$ref":"#/$defs/b"}}}"##, "#/properties/a/$ref: there is no #/$defs/b"),
            (
                #"{"properties":{"a":{"$ref":"b.json"}}}"#,
                "#/properties/a/$ref: only #/$defs/NAME is possible"
            ),
            (
                ##"{"properties":{"a":{"$ref":"#/$defs/b","type":"null"}},"$defs":{"b":{}}}"##,
                "#/properties/a/type: nothing stands beside $ref but texts"
            ),
            (#"{"$defs":{"b":{}}}"#, "#/$defs/b: nothing refers to it"),
            (#"{"properties":{"a":{"anyOf":[{}]}}}"#, "#/properties/a/anyOf: a list of two or more"),
            (
                #"{"properties":{"a":{"anyOf":[{},{}],"type":"null"}}}"#,
                "#/properties/a/type: nothing stands beside anyOf but texts"
            ),
            (
                ##"{"properties":{"a":{"$ref":"#/$defs/b"}},"$defs":{"b":{"anyOf":[{"$ref":"#/$defs/b"},{}]}}}"##,
                "#: an anyOf that leads back to itself"
            ),
            (#"{"properties":{"a":true}}"#, "#/properties/a: a schema is an object"),
            (#"{"properties":[]}"#, "#/properties: an object is needed"),
            (#"{"title":5}"#, "#/title: a text is needed"),
            (#"{"properties":{"a":{"examples":5}}}"#, "#/properties/a/examples: a list is needed"),
        ]
    )
    func isRefused(body: String, problem: String) throws {
        let error = #expect(throws: SchemaError.self) { try Self.schema(body) }
        #expect(error?.description.contains(problem) == true, "\(error?.description ?? "")")
    }

    @Test func theDialectIsNamedAndEverythingWrongIsTold() {
        let error = #expect(throws: SchemaError.self) {
            try RecordSchema(Array(#"{"type":"x","items":{},"y":1}"#.utf8))
        }
        #expect(error?.problems.map(\.pointer) == ["#/$schema", "#/y", "#/type", "#/items"])
        let broken = #expect(throws: SchemaError.self) { try RecordSchema(Array("{".utf8)) }
        #expect(broken?.description.hasPrefix("json.") == true)
    }

    @Test func bytesThatAreNoJSONDoNotTrap() throws {
        let schema = try Self.schema(
            #"{"properties":{"a":{"items":{"type":"integer"}},"b":{"properties":{"c":{"format":"date-time"}}}}}"#
        )
        let record = Array(#"{"a":[1,"x\"",{"y":[]}],"b":{"c":"\u00e9","d":-1.5e3}}"#.utf8)
        for end in record.indices { _ = schema.misfits(in: record, at: 0..<end) }
        for position in record.indices {
            for byte in [0, 0x22, 0x2C, 0x5B, 0x5C, 0x5D, 0x7B, 0x7D, 0xFF] as [UInt8] {
                var bytes = record
                bytes[position] = byte
                _ = schema.misfits(in: bytes)
            }
        }
    }
}
