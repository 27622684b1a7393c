import Events
import JSON
import ProcessSupport
import Testing

@Suite struct DriftDetectorTests {
    private static let head = #"{"$schema":"https://json-schema.org/draft/2020-12/schema","#

    private static func schema(_ body: String) throws -> RecordSchema {
        try RecordSchema(Array((head + body.dropFirst()).utf8))
    }

    private static func page(_ records: [String]) throws -> ScannedPage {
        try PageScanner(plan: ScanPlan(records: ["data"], recordFields: [], pageFields: []))
            .scan(Array(#"{"before":[0],"data":[\#(records.joined(separator: " , "))]}"#.utf8))
    }

    /// What records show, as texts.
    private static func drift(_ body: String, _ records: String...) throws -> [String] {
        var detector = DriftDetector(try schema(body))
        return detector.look(at: try page(records)).map { "\($0)" }
    }

    @Test func tellsWhatIsNew() throws {
        let body = #"""
            {"type":"object","required":["id"],"properties":{
             "id":{"type":"string"},"n":{"type":["integer","null"]},
             "owner":{"type":["object","null"],"properties":{"name":{"type":"string"}}},
             "lines":{"type":"array","items":{"type":"object","properties":{"amount":{"type":"integer"}}}},
             "any":{},"metadata":{"type":"object","additionalProperties":true},
             "labels":{"type":"object","additionalProperties":{"type":"string"}}}}
            """#
        #expect(
            try Self.drift(body, #"{"id":"1","n":null,"owner":null,"lines":[],"any":{"a":[1]}}"#) == []
        )
        #expect(
            try Self.drift(
                body,
                #"{"id":1,"x.y":{"z":1},"owner":{"name":"a","age":3},"lines":[{"amount":1.5},{"tax":[]}]}"#,
                #"{"x.y":{"other":2},"id":2,"n":"7","lines":{},"owner":[],"metadata":{"k1":1,"k2":{}}}"#,
                #"{"labels":{"a":"x","b":1,"c":2,"d":null}}"#
            ) == [
                "id is of type integer, not string", #"x\.y (object) is not in the schema"#,
                "owner.age (integer) is not in the schema", "lines[].amount is of type number, not integer",
                "lines[].tax (array) is not in the schema", "n is of type string, not integer or null",
                "lines is of type object, not array", "owner is of type array, not object or null",
                "labels.* is of type integer, not string", "labels.* is of type null, not string",
            ]
        )
        // A name is the same however it is escaped, and a schema that refuses others has none of them.
        #expect(try Self.drift(body, #"{"\u0069d":"1","\u006e":2}"#) == [])
        let closed = #"{"properties":{"a":{}},"additionalProperties":false}"#
        #expect(try Self.drift(closed, #"{"a":1,"b":true}"#) == ["b (boolean) is not in the schema"])
    }

    @Test func ofSeveralDescriptionsTheOneOfItsType() throws {
        let body = #"""
            {"$defs":{"tree":{"type":"object","properties":{"left":{"$ref":"#/$defs/tree"}}}},
             "properties":{"customer":{"anyOf":[{"type":"string"},{"$ref":"#/$defs/tree"}]},
             "either":{"anyOf":[{"type":"object","properties":{"a":{}}},{"type":"object","properties":{"b":{}}}]}}}
            """#
        #expect(
            try Self.drift(
                body,
                #"{"customer":"c","either":{"c":1}}"#,
                #"{"customer":{"left":{"left":{"new":1}}}}"#,
                #"{"customer":7,"either":[]}"#
            ) == [
                "customer.left.left.new (integer) is not in the schema",
                "customer is of type integer, not string or object", "either is of type array, not object",
            ]
        )
    }

    /// I7: an object whose keys are data, and a stream of which nothing is as it was.
    @Test func isBounded() throws {
        let names = (0..<1000).map { #""k\#($0)":1"# }.joined(separator: ",")
        let body = #"{"properties":{"id":{},"open":{"type":"object","properties":{"a":{}}}}}"#
        let told = try Self.drift(body, #"{"open":{\#(names)}}"#, #"{"open":{\#(names)},"new":1}"#)
        #expect(told.count == 22)
        #expect(told.suffix(2) == ["open.* is not in the schema", "new (integer) is not in the schema"])
        let objects = (0..<60).map { #""o\#($0)":{"type":"object","properties":{"a":{}}}"# }
        let wide = #"{"properties":{\#(objects.joined(separator: ","))}}"#
        let values = (0..<60).map { #""o\#($0)":{"a":1,"b":1,"c":1,"d":1,"e":1}"# }
        #expect(try Self.drift(wide, "{\(values.joined(separator: ","))}").count == 200)
        let long = String(repeating: "n", count: 5000)
        #expect(try Self.drift(body, #"{"\#(long)":1}"#)[0].count < 200)
    }

    // MARK: What vanished

    private static let steadyBody = #"""
        {"required":["id"],"properties":{"id":{},"name":{},"note":{},
         "owner":{"type":["object","null"],"required":["email"],"properties":{"email":{}}}}}
        """#

    private static func run(_ records: [String], steady: [String]?, gone: [String] = []) throws
        -> DriftDetector.Ending
    {
        var detector = DriftDetector(try schema(steadyBody), looksAtAll: true)
        _ = detector.look(at: try page(records))
        return detector.end(steady: steady, gone: gone)
    }

    @Test func whatWasAlwaysThereAndIsNowNowhereIsGone() throws {
        let full = [String](repeating: #"{"id":1,"name":"a","owner":{"email":"x"}}"#, count: 20)
        let first = try Self.run(full, steady: nil)
        #expect(first.gone == [] && first.steady == ["id", "name", "owner"])
        // Of few records nothing is known yet.
        #expect(try Self.run(Array(full.prefix(19)), steady: nil).steady == nil)
        let nameless = [String](repeating: #"{"id":1,"owner":null}"#, count: 20)
        let second = try Self.run(nameless, steady: first.steady)
        #expect(second.gone == [SchemaDrift(path: "name", kind: .gone)])
        #expect(second.steady == ["id", "owner"] && second.returned == [])
        // Nor of few that lack it; it is not steady any more once one of many does.
        #expect(try Self.run(Array(nameless.prefix(19)), steady: first.steady).gone == [])
        #expect(try Self.run(Array(nameless.prefix(19)), steady: first.steady).steady == first.steady)
        let mixed = try Self.run(nameless + full, steady: first.steady)
        #expect(mixed.gone == [] && mixed.steady == ["id", "owner"])
        #expect(try Self.run(full, steady: second.steady, gone: ["name", "id"]).returned == ["name", "id"])
        #expect(try Self.run([], steady: ["id"]) == .init(steady: ["id"]))
    }

    @Test func whatMustBeThereIsMissedAtOnce() throws {
        let ending = try Self.run([#"{"name":"a","owner":{}}"#], steady: nil)
        #expect(ending.gone.map(\.path) == ["id", "owner.email"])
        // Of an object that is not there nothing can be missing.
        #expect(try Self.run([#"{"id":1,"owner":null}"#], steady: nil).gone == [])
        #expect(try Self.run([#"{"id":1}"#, "{}"], steady: nil).gone == [])
    }

    // MARK: Sampling

    /// The first records of a page, and of the others a part that moves: over some pages each place comes up.
    @Test func everyPlaceOfAPageIsLookedAtInTime() throws {
        let body = #"{"properties":{"id":{}}}"#
        for place in [0, 15, 16, 17, 18, 19, 99] {
            var detector = DriftDetector(try Self.schema(body))
            var records = [String](repeating: #"{"id":1}"#, count: 100)
            records[place] = #"{"id":1,"new":1}"#
            let page = try Self.page(records)
            var pages = 1
            while detector.look(at: page).isEmpty { pages += 1 }
            #expect(place < 16 ? pages == 1 : pages <= DriftDetector.step, "\(place)")
            #expect(detector.records <= pages * 37)
            var all = DriftDetector(try Self.schema(body), looksAtAll: true)
            #expect(all.look(at: page).count == 1 && all.records == 100)
        }
    }

    // MARK: Against a twin

    /// Any records against any schema: what is found is what a look at the parsed values finds.
    @Test(arguments: 0..<200)
    func findsWhatTheValuesShow(seed: UInt64) throws {
        var maker = DriftMaker(dice: SeededGenerator(seed: seed))
        let document = maker.record()
        let records = (0..<20).map { _ in maker.record(of: document, oddity: 6) }
        let schema = try RecordSchema(maker.document(document).bytes())
        var detector = DriftDetector(schema, looksAtAll: true)
        let page = try Self.page(records.map(\.compactText))
        let found = detector.look(at: page)
        var twin = DriftTwin(document: maker.document(document))
        for record in records { twin.look(record) }
        #expect(Set(found) == twin.found, "\(maker.document(document).compactText)")
        #expect(Set(found).count == found.count)
        // Nothing is told twice.
        #expect(detector.look(at: page) == [])
    }

    /// Bytes that are no records give something, and never a trap.
    @Test(arguments: 0..<100)
    func anyBytesAreSurvived(seed: UInt64) throws {
        var dice = SeededGenerator(seed: seed)
        var detector = DriftDetector(try Self.schema(Self.steadyBody))
        for _ in 0..<50 {
            var bytes = Array(#"{"id":1,"name":"a","owner":{"email":"x"},"new":[1,{"a":null}]}"#.utf8)
            for _ in 0..<Int.random(in: 1...4, using: &dice) {
                let alphabet = Array(#"{}[]",:\1tn"#.utf8)
                bytes[Int.random(in: bytes.indices, using: &dice)] =
                    alphabet[Int.random(in: alphabet.indices, using: &dice)]
            }
            let end = Int.random(in: 0...bytes.count, using: &dice)
            _ = detector.look(at: [ByteSlice(offset: 0, count: end)], of: bytes)
        }
    }
}
