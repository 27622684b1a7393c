import Core
import Testing

@Suite("Keys are taken out of texts")
struct KeyEraserTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var key: String
        var text: String
        /// Nil where it names none.
        var left: String?
        var testDescription: String { "\(key) in \(text)" }
    }

    static let cases = [
        Case(
            key: "cus_1",
            text: "record cus_1 of stream customers",
            left: "record [erased] of stream customers"
        ),
        Case(key: "cus_1", text: "cus_1", left: "[erased]"),
        Case(key: "cus_1", text: "cus_1,cus_1;(cus_1)", left: "[erased],[erased];([erased])"),
        Case(key: "cus_1", text: "cus_12 and xcus_1 and cus_1-a", left: nil),
        Case(key: "cus_1", text: "GET /customers/cus_1?x: 404", left: "GET /customers/[erased]?x: 404"),
        Case(key: "cus_1", text: #"{"msg":"a\ncus_1"}"#, left: #"{"msg":"a\n[erased]"}"#),
        Case(key: "ann@x.org", text: "key ann@x.org: none", left: "key [erased]: none"),
        Case(key: "ann@x.org", text: "GET /users/ann%40x.org", left: "GET /users/[erased]"),
        Case(key: "ann@x.org", text: "joann@x.org", left: nil),
        Case(key: #"["a",1]"#, text: #"record ["a",1] is"#, left: "record [erased] is"),
        Case(key: #"["a",1]"#, text: #"{"k":"[\"a\",1]"}"#, left: #"{"k":"[erased]"}"#),
        Case(key: "jörg", text: "key jörg.", left: "key [erased]."),
        Case(key: "jörg", text: "jörgé", left: nil),
        // A number of few digits stands in texts by chance.
        Case(
            key: "42",
            text: "42 records, page 42, record 42: gone",
            left: "42 records, page 42, record [erased]: gone"
        ),
        Case(key: "42", text: #"{"id":"42","n":42}"#, left: #"{"id":"[erased]","n":42}"#),
        Case(key: "4711001", text: "4711001 of 4711001", left: "[erased] of [erased]"),
        Case(key: "", text: "nothing", left: nil),
    ]

    @Test(arguments: cases)
    func isErased(_ test: Case) {
        let eraser = KeyEraser([Array(test.key.utf8)])
        #expect(eraser.erased(test.text) == test.left)
        #expect(eraser.names(test.text) == (test.left != nil))
        // What is erased is so for good.
        #expect(test.left.map { eraser.names($0) } ?? false == false)
    }

    @Test("a key that a message cut is known by its beginning, and the longer of two by all of it")
    func longAndNested() {
        let long = String(repeating: "k", count: 200)
        let shown = String(long.prefix(120)) + "…"
        #expect(KeyEraser([Array(long.utf8)]).erased("record \(shown): x") == "record [erased]: x")
        let eraser = KeyEraser(["ann", "ann.b"].map { Array($0.utf8) })
        #expect(eraser.erased("record ann.b") == "record [erased]")
    }
}
