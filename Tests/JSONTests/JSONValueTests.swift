import JSON
import Testing

@Suite struct JSONValueTests {
    @Test(
        arguments: [
            ("null", .null),
            (" true ", true),
            ("\t\r\n false", false),
            ("0", .number("0")),
            ("-0", .number("-0")),
            ("0.10", .number("0.10")),
            ("1E400", .number("1E400")),
            ("1234567890123456789012345678901234567890", .number("1234567890123456789012345678901234567890")),
            (#""""#, ""),
            (#""\u0041\"\\\/\b\f\n\r\t""#, "A\"\\/\u{8}\u{C}\n\r\t"),
            (#""\ud83d\ude00""#, "😀"),
            (#""\uD83D""#, "\u{FFFD}"),
            (#""\ud83d\u0041""#, "\u{FFFD}A"),
            (#""\ude00x""#, "\u{FFFD}x"),
            (#""\ud83d\ud83d\ude00""#, "\u{FFFD}😀"),
            ("[]", []),
            ("[ 1 , [ ] , { } ]", [1, [], .object([])]),
            (#"{ "b" : 1 , "a" : [ null ] }"#, ["b": 1, "a": [.null]]),
        ] as [(String, JSONValue)]
    )
    func parses(text: String, value: JSONValue) throws {
        #expect(try JSONValue.parse(text.utf8) == value)
    }

    @Test(arguments: [
        "null", "true", "-0", "0.10", "1E400", #""\"\\\b\f\n\r\t\u0001\u001f""#,
        #"{"b":[1,{"a":null}],"a":{}}"#,
        #"{"é":"e\"é😀"}"#,
    ])
    func writesWhatItRead(text: String) throws {
        #expect(try JSONValue.parse(text.utf8).compactText == text)
    }

    @Test func takesMembersAndElements() throws {
        let value = try JSONValue.parse(#"{"a":{"b":[1,"x",true,9223372036854775808,1.0]}}"#.utf8)
        let list = value["a"]?["b"]
        #expect(list?[0]?.int == 1)
        #expect(list?[1]?.text == "x")
        #expect(list?[2]?.bool == true)
        #expect(list?[3]?.int == nil)
        #expect(list?[4]?.int == nil)
        #expect(list?[5] == nil)
        #expect(value["b"] == nil)
        #expect(value["a"]?.members?.count == 1)
        #expect(JSONValue.number(UInt64.max) == .number("18446744073709551615"))
    }

    @Test func comparesTextByItsBytes() throws {
        let composed: JSONValue = ["\u{E9}": "\u{E9}"]
        let decomposed: JSONValue = ["e\u{301}": "e\u{301}"]
        #expect(composed != decomposed)
        #expect(composed["e\u{301}"] == nil)
        #expect(try JSONValue.parse("{\"\u{E9}\":1,\"e\u{301}\":2}".utf8).members?.count == 2)
    }

    @Test(arguments: [
        (#"{"a":1,"a":2}"#, 7),
        (#"{"a":1,"b":{"c":1,"\u0063":2}}"#, 18),
    ])
    func refusesTheSameNameTwice(text: String, offset: Int) {
        let error = #expect(throws: JSONError.self) { try JSONValue.parse(text.utf8) }
        #expect(error?.code == .duplicateName)
        #expect(error?.offset == offset)
    }

    @Test func refusesMoreDepthThanAllowed() throws {
        func nested(_ depth: Int) -> [UInt8] {
            Array(repeating: UInt8(ascii: "["), count: depth)
                + Array(repeating: UInt8(ascii: "]"), count: depth)
        }
        _ = try JSONValue.parse(nested(128))
        let error = #expect(throws: JSONError.self) { try JSONValue.parse(nested(129)) }
        #expect(error?.code == .tooDeep)
        #expect(error?.offset == 128)
    }
}
