import Core
import JSON
import ProcessSupport
import Testing

@testable import Events

@Suite("What becomes of the personal fields of records")
struct RecordProtectionTests {
    private static let key = PersonalValueTests.key

    /// Rules as `path=action`, or `path=action:kind`; a dot stands between names.
    static func rules(_ text: String) throws -> [RecordProtection.Rule] {
        try text.split(separator: " ").map { rule in
            let parts = rule.split(separator: "=")
            let words = parts[1].split(separator: ":")
            let kind = words.count > 1 ? PersonalKind(rawValue: String(words[1])) : .text
            return RecordProtection.Rule(
                path: parts[0].split(separator: ".").map(String.init),
                treatment: Treatment(
                    try #require(PrivacyAction(rawValue: String(words[0]))),
                    try #require(kind)
                )
            )
        }
    }

    private func protected(_ record: String, _ rules: String) throws -> String {
        let protection = try #require(RecordProtection(try Self.rules(rules), key: Self.key))
        return String(decoding: protection.protected(Array(record.utf8)), as: UTF8.self)
    }

    struct Row: Sendable, CustomTestStringConvertible {
        var rules: String
        var record: String
        var expected: String
        var testDescription: String { "\(rules) of \(record)" }

        init(_ rules: String, _ record: String, _ expected: String) {
            (self.rules, self.record, self.expected) = (rules, record, expected)
        }
    }

    static let rows = [
        // Drop: the first, the last, one between, all, one twice.
        Row("a=drop", #"{"a":1,"b":2,"c":3}"#, #"{"b":2,"c":3}"#),
        Row("b=drop", #"{"a":1,"b":2,"c":3}"#, #"{"a":1,"c":3}"#),
        Row("c=drop", #"{"a":1,"b":2,"c":3}"#, #"{"a":1,"b":2}"#),
        Row("a=drop b=drop c=drop", #"{"a":1,"b":2,"c":3}"#, "{}"),
        Row("a=drop b=drop", #"{"a":1,"b":2,"c":3}"#, #"{"c":3}"#),
        Row("b=drop c=drop", #"{"a":1,"b":2,"c":3}"#, #"{"a":1}"#),
        Row("a=drop", #"{"a":1,"b":2,"a":{"x":[1,"}"]},"c":3,"a":4}"#, #"{"b":2,"c":3}"#),
        Row("a=drop", "{}", "{}"),
        Row("a=drop", #"{"b":1}"#, #"{"b":1}"#),
        // Into objects and each element of arrays.
        Row("o.a=drop", #"{"o":{"a":1},"p":{"a":1}}"#, #"{"o":{},"p":{"a":1}}"#),
        Row(
            "o.a=drop",
            #"{"o":[{"a":1,"b":2},{"b":3,"a":4},5,[{"a":6}]]}"#,
            #"{"o":[{"b":2},{"b":3},5,[{}]]}"#
        ),
        Row(
            "o.a=mask",
            #"{"o":[[{"a":"x"}],{"a":["y",1,{"z":"w"}]}]}"#,
            #"{"o":[[{"a":"***"}],{"a":["***",null,{"z":"***"}]}]}"#
        ),
        // A path that runs into a scalar leads nowhere.
        Row("o.a=drop", #"{"o":"cus_1"}"#, #"{"o":"cus_1"}"#),
        Row("o.a=mask", #"{"o":null,"a":"x"}"#, #"{"o":null,"a":"x"}"#),
        // All that is in a marked object or array.
        Row(
            "o=mask",
            #"{"o":{"a":"x","n":1,"t":true,"z":null,"l":["y",{"b":"z"}],"e":{},"f":[]}}"#,
            #"{"o":{"a":"***","n":null,"t":null,"z":null,"l":["***",{"b":"***"}],"e":{},"f":[]}}"#
        ),
        Row("o=mask:email", #"{"o":["a@b.c",{"d@e.f":"g@h.i"}]}"#, #"{"o":["***@b.c",{"d@e.f":"***@h.i"}]}"#),
        // A longer path has its own word.
        Row("o=drop o.a=pass", #"{"o":{"a":1,"b":2}}"#, #"{"o":{"a":1}}"#),
        Row("o=drop o.a=pass", #"{"o":["x",{"b":2,"a":1},[3]]}"#, #"{"o":[null,{"a":1},[null]]}"#),
        Row("o=drop o.a=pass", #"{"o":"x","p":1}"#, #"{"p":1}"#),
        Row("o=mask o.a=drop", #"{"o":{"a":"x","b":"y"}}"#, #"{"o":{"b":"***"}}"#),
        Row("o=pass o.a=mask", #"{"o":{"a":"x","b":"y"}}"#, #"{"o":{"a":"***","b":"y"}}"#),
        Row(
            "o=mask o.a.b=pass",
            #"{"o":{"a":{"b":"x","c":"y"},"d":"z"}}"#,
            #"{"o":{"a":{"b":"x","c":"***"},"d":"***"}}"#
        ),
        // Names with escapes, names of other bytes, a name that only begins alike.
        Row("é=drop", #"{"\u00e9":1,"é":2,"e":3}"#, #"{"e":3}"#),
        Row("a=mask", #"{"\u0061":"x","a\u0000":"y","aa":"z"}"#, #"{"\u0061":"***","a\u0000":"y","aa":"z"}"#),
        // Bytes of what is not touched stay as they came (I4).
        Row(
            "a=mask",
            #"{"n":1.0E+2,"i":9223372036854775807,"s":"\u00e9\/\ud83d","a":"x","q":"\"a\":\""}"#,
            #"{"n":1.0E+2,"i":9223372036854775807,"s":"\u00e9\/\ud83d","a":"***","q":"\"a\":\""}"#
        ),
        Row("a=mask", #"{"a":"\\","b":"\\\"","c":1}"#, #"{"a":"***","b":"\\\"","c":1}"#),
    ]

    @Test("each shape of a record", arguments: rows)
    func shape(_ row: Row) throws {
        let once = try protected(row.record, row.rules)
        #expect(once == row.expected)
        #expect(try protected(once, row.rules) == once, "a letter that is replayed comes out as it went in")
    }

    @Test(
        "all kinds and actions, in every place of a record",
        arguments: PersonalKind.allCases,
        PrivacyAction.allCases
    )
    func kindsAndActions(_ kind: PersonalKind, _ action: PrivacyAction) throws {
        let record = #"{"id":1,"a":"Ann@B.c","o":{"a":"Ann@B.c"},"l":[{"a":"Ann@B.c"},{"a":7},{"a":null}]}"#
        let rules = ["a", "o.a", "l.a"].map { "\($0)=\(action):\(kind.rawValue)" }.joined(separator: " ")
        guard action != .pass else {
            #expect(RecordProtection(try Self.rules(rules), key: Self.key) == nil)
            return
        }
        let made = try JSONValue.parse(try protected(record, rules).utf8)
        let twin = ProtectionTwin(rules: try Self.rules(rules), scalar: PersonalValue(key: Self.key))
        #expect(made == twin.protected(try JSONValue.parse(record.utf8)))
        #expect(made["id"] == .number(1))
        #expect(!made.compactText.contains("Ann"))
        let places = [made["a"], made["o"]?["a"], made["l"]?[0]?["a"]]
        #expect(Set(places).count == 1, "one value is the same in every place")
        #expect((places[0] == nil) == (action == .drop))
    }

    @Test("random records and paths come out as a walk of their values says", arguments: 0..<400)
    func twin(_ seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        var pages = PageGenerator(seed: UInt64(seed))
        let names = ["id", "a", "o", "é", "i", "name", "long name with spaces and é", "ids"]
        for _ in 0..<20 {
            let text = Array(pages.object().utf8)
            let page = try PageScanner(plan: ScanPlan(records: [], recordFields: [], pageFields: []))
                .scan([UInt8(ascii: "[")] + text + [UInt8(ascii: "]")])
            let record = Array(page.bytes[page.records[0].range])
            let rules = (0..<Int.random(in: 1...6, using: &random)).compactMap { _ in
                let path = (0..<Int.random(in: 1...4, using: &random)).compactMap { depth in
                    // Most of what is nested is below `o`.
                    depth == 0 && Bool.random(using: &random) ? "o" : names.randomElement(using: &random)
                }
                return Treatment(
                    PrivacyAction.allCases.randomElement(using: &random) ?? .drop,
                    PersonalKind.allCases.randomElement(using: &random) ?? .text
                ).rule(path)
            }
            guard let protection = RecordProtection(rules, key: Self.key) else { continue }
            let made = protection.protected(record)
            let twin = ProtectionTwin(rules: protection.rules, scalar: PersonalValue(key: Self.key))
            let expected = twin.protected(try JSONValue.parse(record))
            #expect(
                try JSONValue.parse(made) == expected,
                "\(String(decoding: record, as: UTF8.self)) by \(protection.rules)"
            )
            #expect(protection.protected(made) == made)
            for rule in protection.rules {
                #expect(protection.treatment(of: rule.path) == rule.treatment)
            }
        }
    }

    @Test("a page's records stand in bytes of their own, and nothing of the page goes along")
    func page() throws {
        let protection = try #require(RecordProtection(try Self.rules("mail=mask:email"), key: nil))
        let page = try PageScanner(plan: ScanPlan(records: ["data"], recordFields: [["id"]], pageFields: []))
            .scan(Array(#"{"data":[{"id":1,"mail":"ann@x.y"},{"id":2},{"mail":"bob@x.y","id":3}]}"#.utf8))
        let (values, records) = protection.protected(page)
        #expect(
            String(decoding: values, as: UTF8.self)
                == #"{"id":1,"mail":"***@x.y"}{"id":2}{"mail":"***@x.y","id":3}"#
        )
        #expect(records.map { String(decoding: values[$0.range], as: UTF8.self) }[1] == #"{"id":2}"#)
    }
}

extension Treatment {
    fileprivate func rule(_ path: [String]) -> RecordProtection.Rule {
        RecordProtection.Rule(path: path, treatment: self)
    }
}
