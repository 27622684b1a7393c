import JSON
import ProcessSupport
import Testing

/// What the grammar of RFC 8259 takes and refuses, for the scanner and the parser alike.
@Suite struct GrammarTests {
    /// A value as the scanner sees it: at the record's level, within it, and beside the records.
    private static let places: [(before: String, after: String)] = [
        (#"{"data":[{"v":"#, "}]}"),
        (#"{"data":[{"w":[{"x":"#, "}]}]}"),
        (#"{"o":{"p":"#, #"},"data":[{}]}"#),
        (" { \"data\" : [ {\"a\" : 1 } ,\n {\"v\": ", " } ] } "),
    ]

    private static let scanner = PageScanner(
        plan: ScanPlan(records: ["data"], recordFields: [["v"]], pageFields: [["o", "p"]])
    )

    @Test(arguments: [
        "null", "true", "false",
        "0", "-0", "1", "-1", "10", "123456789012345678901234567890123456789012345",
        "0.0", "-0.10", "1.50", "0e0", "0E+1", "0e-1", "1e400", "1.5E+10", "1e0001",
        #""""#, #""a""#, #""1234567""#, #""12345678""#, #""123456789""#, #""\"\\\/\b\f\n\r\t""#,
        #""\u0000\uFFFF\uabCD\ud83d\ude00""#, #""\ud800""#, #""\udc00\ud800x""#, "\"/\u{7F}\"",
        "\"\u{80}\u{7FF}\u{800}\u{FFFF}\u{10000}\u{10FFFF}\"", "\"\u{2028}\u{FEFF}\"",
        "\"12345678é12345678é\"", "\"日本語日本語日本語日本語日本語\"",
        "[]", "[ ]", "[[],[]]", "[0,\"\",{}]", "{}", "{ }", #"{"":0}"#, #"{"a":{"b":[{}]},"a":0}"#,
        "\t\r\n [\t1\r,\n2 ]",
    ])
    func accepts(value: String) throws {
        for place in Self.places {
            let text = place.before + value + place.after
            let page = try Self.scanner.scan(Array(text.utf8))
            #expect(page.bytes == Naive.compact(Array(text.utf8)), "\(text)")
        }
    }

    /// Offsets are counted from the value's start.
    @Test(
        arguments: [
            ("", .syntax, 0),
            ("nul", .syntax, 3),
            ("nulL", .syntax, 3),
            ("True", .syntax, 0),
            ("tRue", .syntax, 1),
            ("truee", .syntax, 4),
            ("NaN", .syntax, 0),
            ("nan", .syntax, 1),
            ("Infinity", .syntax, 0),
            ("-Infinity", .badNumber, 1),
            ("undefined", .syntax, 0),
            ("'a'", .syntax, 0),
            ("a", .syntax, 0),
            ("+1", .syntax, 0),
            (".5", .syntax, 0),
            ("-", .badNumber, 1),
            ("--1", .badNumber, 1),
            ("-.5", .badNumber, 1),
            ("00", .badNumber, 1),
            ("012", .badNumber, 1),
            ("-01", .badNumber, 2),
            ("1.", .badNumber, 2),
            ("1.e1", .badNumber, 2),
            ("1.5.5", .syntax, 3),
            ("1e", .badNumber, 2),
            ("1e+", .badNumber, 3),
            ("1e+-1", .badNumber, 3),
            ("1e1.5", .syntax, 3),
            ("0x10", .syntax, 1),
            ("1_000", .syntax, 1),
            ("1 2", .syntax, 2),
            ("1\u{C}", .syntax, 1),
            ("\u{FEFF}1", .syntax, 0),
            ("\u{A0}1", .syntax, 0),
            ("/* */1", .syntax, 0),
            ("1//", .syntax, 1),
            (#""\x41""#, .badString, 2),
            (#""\a""#, .badString, 2),
            (#""\'""#, .badString, 2),
            (#""\U0041""#, .badString, 2),
            (#""\u12G4""#, .badString, 5),
            (#""\u123""#, .badString, 6),
            (#""\u 123""#, .badString, 3),
            (#""1234567\é""#, .badString, 9),
            ("\"a\u{0}\"", .badString, 2),
            ("\"a\nb\"", .badString, 2),
            ("\"1234567890\tb\"", .badString, 11),
            ("\"\u{1F}\"", .badString, 1),
            (#""a" "b""#, .syntax, 4),
            ("[,1]", .syntax, 1),
            ("[1,]", .syntax, 3),
            ("[1,,2]", .syntax, 3),
            ("[1 2]", .syntax, 3),
            ("[1:2]", .syntax, 2),
            ("[1}", .syntax, 2),
            ("[1,{\"a\":2]", .syntax, 9),
            ("]", .syntax, 0),
            ("{1:2}", .syntax, 1),
            ("{a:2}", .syntax, 1),
            ("{,}", .syntax, 1),
            (#"{"a"}"#, .syntax, 4),
            (#"{"a" 1}"#, .syntax, 5),
            (#"{"a"::1}"#, .syntax, 5),
            (#"{"a",1}"#, .syntax, 4),
            (#"{"a":}"#, .syntax, 5),
            (#"{"a":1,}"#, .syntax, 7),
            (#"{"a":1,,"b":2}"#, .syntax, 7),
            (#"{"a":1 "b":2}"#, .syntax, 7),
            (#"{"a":1]"#, .syntax, 6),
            (#"{"a":1,"b"}"#, .syntax, 10),
            (#"{"a":[1}"#, .syntax, 7),
        ] as [(String, JSONError.Code, Int)]
    )
    func refuses(value: String, code: JSONError.Code, offset: Int) {
        for place in Self.places {
            let text = Array((place.before + value + place.after).utf8)
            let expected = place.before.utf8.count + offset
            let scanned = #expect(throws: JSONError.self) { try Self.scanner.scan(text) }
            let parsed = #expect(throws: JSONError.self) { try JSONValue.parse(text) }
            // After nothing, the first byte that is no white space is what is not a value.
            let isShifted = value.isEmpty && place.after.hasPrefix(" ")
            #expect(scanned?.offset == expected + (isShifted ? 1 : 0), "\(place.before + value)")
            #expect(scanned?.code == code, "\(place.before + value)")
            #expect(parsed?.offset == scanned?.offset)
            #expect(parsed?.code == scanned?.code)
            #expect(scanned?.description.contains("at byte \(expected)") == !isShifted)
        }
    }

    /// Each row: the bytes within a string, and the position of the first ill-formed one.
    @Test(
        arguments: [
            ([0x80], 0), ([0xBF], 0), ([0xC0, 0x80], 0), ([0xC1, 0xBF], 0), ([0xC2, 0x41], 0),
            ([0xC2, 0xC2], 0),
            ([0xE0, 0x80, 0x80], 0), ([0xE0, 0x9F, 0xBF], 0), ([0xE1, 0x80], 0), ([0xE1, 0x80, 0x41], 0),
            ([0xED, 0xA0, 0x80], 0), ([0xED, 0xBF, 0xBF], 0), ([0xEF, 0xBF], 0),
            ([0xF0, 0x80, 0x80, 0x80], 0), ([0xF0, 0x8F, 0xBF, 0xBF], 0), ([0xF1, 0x80, 0x80], 0),
            ([0xF4, 0x90, 0x80, 0x80], 0), ([0xF5, 0x80, 0x80, 0x80], 0), ([0xFE], 0), ([0xFF], 0),
            ([0x41, 0xC3, 0xA9, 0xFF], 3), ([0xF0, 0x9F, 0x98, 0x80, 0xF0, 0x9F, 0x98], 4),
            (Array(repeating: 0x41, count: 13) + [0xC3], 13),
        ] as [([UInt8], Int)]
    )
    func refusesIllFormedUTF8(bytes: [UInt8], offset: Int) {
        for place in Self.places {
            let before = place.before + "\""
            let text = Array(before.utf8) + bytes + Array(("\"" + place.after).utf8)
            let scanned = #expect(throws: JSONError.self) { try Self.scanner.scan(text) }
            #expect(scanned?.code == .badUTF8)
            #expect(scanned?.offset == before.utf8.count + offset)
            let parsed = #expect(throws: JSONError.self) { try JSONValue.parse(text) }
            #expect(parsed == scanned)
        }
    }

    @Test func checksUTF8LikeTheStandardLibrary() {
        let edges: [UInt8] = [
            0x00, 0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xEC,
            0xED,
            0xEE, 0xEF, 0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xFF,
        ]
        for first in edges where first > 0x7F {
            for second in edges {
                for third in [0x41, 0x7F, 0x80, 0xBF, 0xC2] as [UInt8] {
                    for fourth in [0x41, 0x80, 0xBF, 0xC0] as [UInt8] {
                        let bytes = [first, second, third, fourth].filter { $0 >= 0x20 }
                        let isValid = String(validating: bytes, as: UTF8.self) != nil
                        let text = Array(#"{"data":[{"v":""#.utf8) + bytes + Array(#""}]}"#.utf8)
                        #expect(((try? Self.scanner.scan(text)) != nil) == isValid, "\(bytes)")
                    }
                }
            }
        }
    }

    @Test func refusesAPageCutAtAnyByte() {
        let text = Array(
            #" { "data" : [ { "v" : "a\u00e9\n é日😀" , "w" : [ true , false , null , -1.5e+10 , { } ] } , {} ] , "o" : { "p" : 0 } }"#
                .utf8
        )
        #expect(throws: Never.self) { try Self.scanner.scan(text) }
        for count in 0..<text.count {
            let scanned = #expect(throws: JSONError.self) { try Self.scanner.scan(Array(text[..<count])) }
            #expect(scanned?.code == .cut, "\(count)")
            #expect(scanned?.offset == count)
            let parsed = #expect(throws: JSONError.self) { try JSONValue.parse(text[..<count]) }
            #expect(parsed?.code == .cut, "\(count)")
            #expect(parsed?.offset == count)
        }
    }

    @Test(arguments: ["x", " x", "{}", ",", "]", "\u{0}", "\u{FEFF}", "\n\n1"])
    func refusesWhatFollowsTheDocument(rest: String) {
        let document = #"{"data":[{"v":1}]}"#
        let text = Array((document + rest).utf8)
        let scanned = #expect(throws: JSONError.self) { try Self.scanner.scan(text) }
        #expect(scanned?.code == .trailing)
        #expect(scanned?.offset == document.utf8.count + rest.utf8.prefix { $0 == 0x20 || $0 == 0x0A }.count)
        let parsed = #expect(throws: JSONError.self) { try JSONValue.parse(text) }
        #expect(parsed?.code == .trailing)
        #expect(parsed?.offset == scanned?.offset)
    }

    @Test(arguments: [4, 63, 64, 65, 66, 127, 128, 129, 130, 200, 512])
    func boundsTheDepth(limit: Int) throws {
        // The page, its records and the record are three levels; the rest alternates within `v`.
        func page(_ levels: Int) -> [UInt8] {
            let inner = (0..<levels - 3).map { $0 % 3 == 1 }
            let opening = inner.map { $0 ? #"{"k":"# : "[0," }.joined()
            let closing = inner.reversed().map { $0 ? "}" : "]" }.joined()
            return Array((#"{"data":[{"v":"# + opening + "1" + closing + #","w":0}]}"#).utf8)
        }
        let plan = ScanPlan(records: ["data"], recordFields: [["v"]], pageFields: [])
        let scanner = PageScanner(plan: plan, maximumDepth: limit)
        #expect(try scanner.scan(page(limit)).bytes == page(limit))
        let error = #expect(throws: JSONError.self) { try scanner.scan(page(limit + 1)) }
        #expect(error?.code == .tooDeep)
    }

    @Test func survivesEndlessNesting() {
        for opening in ["[", #"{"a":"#, #"[{"a":"#] {
            let text = Array(String(repeating: opening, count: 100_000).utf8)
            let error = #expect(throws: JSONError.self) { try Self.scanner.scan(text) }
            #expect(error?.code == .tooDeep)
            let parsed = #expect(throws: JSONError.self) { try JSONValue.parse(text) }
            #expect(parsed?.code == .tooDeep)
        }
    }

    @Test func numbersItsCodesOnce() {
        let texts = JSONError.Code.allTexts
        #expect(Set(texts).count == texts.count)
        #expect(texts.allSatisfy { $0.hasPrefix("json.") })
        #expect(JSONError.Code.cut.text == "json.cut")
    }
}
