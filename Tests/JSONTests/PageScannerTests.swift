import JSON
import Testing

/// What the scanner takes out of pages that it accepts.
@Suite struct PageScannerTests {
    private static func scan(
        _ text: String,
        records: [String] = ["data"],
        fields: [[String]] = [],
        pageFields: [[String]] = []
    ) throws -> ScannedPage {
        let plan = ScanPlan(records: records, recordFields: fields, pageFields: pageFields)
        return try PageScanner(plan: plan).scan(Array(text.utf8))
    }

    /// The token of a slice; nil where it is absent.
    private static func token(_ slice: ByteSlice, of page: ScannedPage) -> String? {
        slice.isAbsent ? nil : String(decoding: page.bytes[slice.range], as: UTF8.self)
    }

    @Test func leavesACompactPageAsItIs() throws {
        let text = #"{"data":[{"id":"a\u00e9","n":1E400},{"id":2}],"more":true}"#
        let page = try Self.scan(text, fields: [["id"], ["n"]], pageFields: [["more"], ["next"]])
        #expect(page.bytes == Array(text.utf8))
        #expect(
            page.records.map { Self.token($0, of: page) } == [#"{"id":"a\u00e9","n":1E400}"#, #"{"id":2}"#]
        )
        #expect(page.fields.map { Self.token($0, of: page) } == [#""a\u00e9""#, "1E400", "2", nil])
        #expect(page.pageFields.map { Self.token($0, of: page) } == ["true", nil])
        #expect(Self.token(page.field(0, ofRecord: 1), of: page) == "2")
        #expect(page.field(1, ofRecord: 1).isAbsent)
    }

    @Test func removesWhiteSpaceOutsideOfStrings() throws {
        let text = """
            \r
            {\t"more" : [ 1 , 2 ] ,
              "data" : [
                { "id" : "a  b\\t" , "deep" : { "x" : [ ] , "y" : { } } , "o": { "v" : -0.10 } } ,
                {
                }
              ]\u{20}
            }\n\n
            """
        let page = try Self.scan(
            text,
            fields: [["id"], ["o", "v"], ["o"], ["deep"]],
            pageFields: [["more"]]
        )
        let first = #"{"id":"a  b\t","deep":{"x":[],"y":{}},"o":{"v":-0.10}}"#
        #expect(String(decoding: page.bytes, as: UTF8.self) == #"{"more":[1,2],"data":[\#(first),{}]}"#)
        #expect(page.records.map { Self.token($0, of: page) } == [first, "{}"])
        #expect(
            page.fields.map { Self.token($0, of: page) }
                == [#""a  b\t""#, "-0.10", #"{"v":-0.10}"#, #"{"x":[],"y":{}}"#, nil, nil, nil, nil]
        )
        #expect(page.pageFields.map { Self.token($0, of: page) } == ["[1,2]"])
    }

    @Test func keepsEveryNumberAsItWasWritten() throws {
        let numbers = [
            "0", "-0", "0.10", "-0.0", "1.0", "100.00", "1e2", "1E+2", "1E-2", "1E400",
            "18446744073709551616",
            "1234567890123456789012345678901234567890", "0.12345678901234567890",
        ]
        let page = try Self.scan(
            "[" + numbers.map { "{ \"n\" : \($0) }" }.joined(separator: " ,\n") + "]",
            records: [],
            fields: [["n"]]
        )
        #expect(page.fields.map { Self.token($0, of: page) } == numbers)
    }

    @Test(
        arguments: [
            ("[]", [], 0),
            (" [ {} , {} ] ", [], 2),
            (#"{"data":[{}]}"#, ["data"], 1),
            (#"{"a":{"x":[],"b":{"data":[{}, {},{}]}}}"#, ["a", "b", "data"], 3),
            (#"{"\u0064ata":[{}]}"#, ["data"], 1),
        ] as [(String, [String], Int)]
    )
    func findsTheRecords(text: String, path: [String], count: Int) throws {
        #expect(try Self.scan(text, records: path).records.count == count)
    }

    @Test(
        arguments: [
            (#"{}"#, ["data"], 0),
            (#" 17"#, ["data"], 1),
            (#"{"date":[]}"#, ["data"], 0),
            (#"{"data":null}"#, ["data"], 8),
            (#"{"data": {"data":[]}}"#, ["data"], 9),
            (#"{"data":[]}"#, [], 0),
            (#"{"data":[]}"#, ["data", "data"], 0),
            (#"{"data":[{"data":[]}]}"#, ["data", "data"], 0),
            (#""data""#, [], 0),
        ] as [(String, [String], Int)]
    )
    func refusesAPageWithoutRecords(text: String, path: [String], offset: Int) {
        let error = #expect(throws: JSONError.self) { try Self.scan(text, records: path) }
        #expect(error?.code == .noRecords)
        #expect(error?.offset == offset)
    }

    @Test(arguments: [
        ("[1]", 1), ("[ null]", 2), ("[{},[]]", 4), (#"[{} , "{}"]"#, 6), ("[[{}]]", 1),
    ])
    func refusesARecordThatIsNoObject(text: String, offset: Int) {
        let error = #expect(throws: JSONError.self) { try Self.scan(text, records: []) }
        #expect(error?.code == .badRecord)
        #expect(error?.offset == offset)
    }

    @Test(arguments: [
        (#"{"data":[{"id":1,"id":2}]}"#, 17),
        (#"{"data":[{"id":1, "\u0069d":2}]}"#, 18),
        (#"{"data":[{"o":{"v":1,"v":1}}]}"#, 21),
        (#"{"data":[{"o":{"v":1},"o":{}}]}"#, 22),
        (#"{"data":[{"o":1,"o":1}]}"#, 16),
        (#"{"data":[],"data":[]}"#, 11),
        (#"{"data":[],"more":1,"more":1}"#, 20),
    ])
    func refusesAPlannedNameTwice(text: String, offset: Int) {
        let error = #expect(throws: JSONError.self) {
            try Self.scan(text, fields: [["id"], ["o", "v"]], pageFields: [["more"]])
        }
        #expect(error?.code == .duplicateName)
        #expect(error?.offset == offset)
    }

    @Test func passesOtherDuplicatesThrough() throws {
        let text = #"{"x":1,"x":1,"data":[{"x":1,"x":2,"o":{"x":1,"x":1}},{"o":{}}]}"#
        let page = try Self.scan(text, fields: [["o", "v"]])
        #expect(page.bytes == Array(text.utf8))
    }

    @Test func tellsNamesApart() throws {
        let names = [
            "i", "id", "ids", "iD", "a.b", "é", "e\u{301}", "\"", "", String(repeating: "n", count: 70),
        ]
        for name in names {
            let members = names.enumerated().map { number, name in
                var member: [UInt8] = []
                JSONText.appendQuoted(name.utf8, to: &member)
                return String(decoding: member, as: UTF8.self) + ":\(number)"
            }
            let page = try Self.scan(
                "[{" + members.joined(separator: ",") + "}]",
                records: [],
                fields: [[name]]
            )
            let expected = names.firstIndex { $0.utf8.elementsEqual(name.utf8) }
            #expect(page.fields.map { Self.token($0, of: page) } == [expected.map(String.init)])
        }
    }

    @Test func goesThroughObjectsOnly() throws {
        let page = try Self.scan(
            #"[{"a":[{"b":1}]},{"a":null},{"a":"b"},{"a":{}},{"b":1},{"a":{"a":{"b":1}}},{"a":{"b":7}}]"#,
            records: [],
            fields: [["a", "b"]]
        )
        #expect(page.fields.map { Self.token($0, of: page) } == [nil, nil, nil, nil, nil, nil, "7"])
    }

    @Test func takesTheSameFieldTwiceAndTheWhole() throws {
        let page = try Self.scan(
            #" { "data" : [ { "id" : 1 } ] , "n" : "x" } "#,
            fields: [["id"], [], ["id"]],
            pageFields: [["n"], ["n"], [], ["data"]]
        )
        #expect(page.fields.map { Self.token($0, of: page) } == ["1", #"{"id":1}"#, "1"])
        let whole = #"{"data":[{"id":1}],"n":"x"}"#
        #expect(
            page.pageFields.map { Self.token($0, of: page) } == [#""x""#, #""x""#, whole, #"[{"id":1}]"#]
        )
    }

    @Test func takesAPageAsOneRecord() throws {
        let plan = ScanPlan(records: .whole, recordFields: [["id"], ["o"], ["o", "id"], []])
        let text = #" { "o" : { "id" : 2 , "x" : [ 1.0 ] } , "id" : "a" } "#
        let page = try PageScanner(plan: plan).scan(Array(text.utf8))
        let compact = #"{"o":{"id":2,"x":[1.0]},"id":"a"}"#
        #expect(page.bytes == Array(compact.utf8))
        #expect(page.records.map { Self.token($0, of: page) } == [compact])
        #expect(
            page.fields.map { Self.token($0, of: page) } == [#""a""#, #"{"id":2,"x":[1.0]}"#, "2", compact]
        )
        #expect(page.pageFields.isEmpty)
    }

    @Test(
        arguments: [
            ("[{}]", .badRecord, 0), (" null", .badRecord, 1), ("{} {}", .trailing, 3), ("{", .cut, 1),
            (#"{"id":1,"id":2}"#, .duplicateName, 8),
        ] as [(String, JSONError.Code, Int)]
    )
    func refusesAPageThatIsNoRecord(text: String, code: JSONError.Code, offset: Int) {
        let plan = ScanPlan(records: .whole, recordFields: [["id"]])
        let error = #expect(throws: JSONError.self) { try PageScanner(plan: plan).scan(Array(text.utf8)) }
        #expect(error?.code == code)
        #expect(error?.offset == offset)
    }

    @Test func takesAnObjectAndWhatIsInItAtOnce() throws {
        let page = try Self.scan(
            #"{"data":[{"data":{"object":{ "id" : "x", "n":[ ] }}},{"data":{"object":null}}]}"#,
            fields: [["data", "object", "id"], ["data", "object"]]
        )
        #expect(
            page.fields.map { Self.token($0, of: page) } == [#""x""#, #"{"id":"x","n":[]}"#, nil, "null"]
        )
    }

    @Test func keepsThePagesMemoryWhereItIsTheOnlyReference() throws {
        var bytes = Array(#"[ {"id" : 1} ]"#.utf8)
        let before = bytes.span.address
        let scanner = PageScanner(plan: ScanPlan(records: [], recordFields: [], pageFields: []))
        let taken = bytes
        bytes = []
        let page = try scanner.scan(consume taken)
        #expect(page.bytes.span.address == before)
    }

    @Test func isReusableAfterAnError() throws {
        let scanner = PageScanner(plan: ScanPlan(records: [], recordFields: [["id"]], pageFields: []))
        #expect(throws: JSONError.self) { try scanner.scan(Array(#"[{"id":1},{"id":2"#.utf8)) }
        #expect(try scanner.scan(Array(#"[{"id":1}]"#.utf8)).records.count == 1)
    }
}

extension Span<UInt8> {
    /// Where the bytes lie, to see whether they were copied.
    fileprivate var address: UInt {
        unsafe withUnsafeBufferPointer { buffer in UInt(bitPattern: buffer.baseAddress) }
    }
}
