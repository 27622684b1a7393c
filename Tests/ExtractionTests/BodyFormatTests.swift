import Core
import JSON
import ProcessSupport
import Testing

@testable import Extraction

@Suite struct BodyFormatTests {
    @Test(arguments: [
        ("id\n1\n", "[{\"id\":\"1\"}]"),
        ("id,n\r\n1,\r\n2,\"\"", "[{\"id\":\"1\",\"n\":null},{\"id\":\"2\",\"n\":\"\"}]"),
        (
            "\u{FEFF}\"a b\",c\n\"x, \"\"y\"\"\nz\",1.10\n",
            "[{\"a b\":\"x, \\\"y\\\"\\u000az\",\"c\":\"1.10\"}]"
        ),
        ("a,b\n\n1,2\n\n", "[{\"a\":\"1\",\"b\":\"2\"}]"), ("a\n\n", "[{\"a\":null}]"), ("a,b", "[]"),
        ("a,b\n,\n", "[{\"a\":null,\"b\":null}]"), ("a\nx\ry\n", "[{\"a\":\"x\\u000dy\"}]"),
    ])
    func tableBecomesAnArray(csv: String, json: String) throws {
        let document = try BodyFormat.csv.document(Array(csv.utf8))
        #expect(try JSONValue.parse(document) == JSONValue.parse(Array(json.utf8)))
    }

    @Test(arguments: [
        ("", 0, "the table is empty"), ("a,a\n", 2, "column 2 of the table"), ("a,,b\n", 2, "column 2"),
        ("a,b\n1\n", 4, "a row has 1 cells"), ("a,b\n1,2\n1,2,3\n", 8, "more than 2 cells"),
        ("a\n\"x", 2, "a quoted cell does not end"), ("a\n\"x\"y\n", 5, "something follows a quoted cell"),
    ])
    func brokenTableIsAnError(csv: String, offset: Int, text: String) {
        let error = #expect(throws: BodyFormat.Problem.self) { try BodyFormat.csv.document(Array(csv.utf8)) }
        #expect(error?.offset == offset)
        #expect(error?.message.contains(text) == true)
    }

    /// Every table that is written is read as it was.
    @Test func cellsSurvive() throws {
        var random = SeededGenerator(seed: 31)
        let alphabet = ["a", "\"", ",", "\n", "\r", "\r\n", " ", "é", "\\", "1"]
        for _ in 0..<300 {
            let columns = Int.random(in: 1...4, using: &random)
            let rows = (0..<Int.random(in: 0...5, using: &random)).map { _ in
                (0..<columns).map { _ in
                    (0..<Int.random(in: 0...4, using: &random)).map { _ in
                        alphabet.randomElement(using: &random) ?? ""
                    }
                    .joined()
                }
            }
            let names = (0..<columns).map { "c\($0)" }
            let quoted = rows.map {
                $0.map { "\"\($0.replacing("\"", with: "\"\""))\"" }.joined(separator: ",")
            }
            let csv = ([names.joined(separator: ",")] + quoted).joined(separator: "\n")
            let expected = JSONValue.array(
                rows.map { row in .object(zip(names, row).map { .init(name: $0, value: .string($1)) }) }
            )
            #expect(try JSONValue.parse(BodyFormat.csv.document(Array(csv.utf8))) == expected)
        }
    }

    @Test(arguments: [
        (
            "csv", "id,at\n1,x\n2,\n", ["{\"id\":\"1\",\"at\":\"x\"}", "{\"id\":\"2\",\"at\":null}"],
            "text/csv"
        ),
        (
            "json_lines", "{\"id\": 1}\r\n\n{\"id\":2,\"n\":1.10}", ["{\"id\":1}", "{\"id\":2,\"n\":1.10}"],
            "application/x-ndjson"
        ),
        ("json_lines", "", [], "application/x-ndjson"),
        ("json", "[{\"id\":1}]", ["{\"id\":1}"], "application/json"),
    ])
    func streamIsReadInItsFormat(format: String, body: String, records: [String], accept: String) async throws
    {
        let yaml = Bench.definition(paging: "single_page", stream: "format: \(format)")
            .replacing(
                "records: data",
                with: format == "json" ? "records: ." : "version: {field: at, format: rfc3339}"
            )
        let bench = try Bench(yaml, script: [.page(body)])
        #expect(try await bench.pages() == [records])
        let headers = try #require(bench.transport.requests.first).headers
        #expect(headers.filter { $0.name.lowercased() == "accept" }.map(\.value) == [accept])
    }

    /// I2: a body that was cut is no page.
    @Test(arguments: [("csv", "id,at\n1,x\n2"), ("json_lines", "{\"id\":1}\n{\"id\":2"), ("csv", "<html>,,")])
    func cutBodyIsAnError(format: String, body: String) async throws {
        let yaml = Bench.definition(paging: "single_page", stream: "format: \(format)")
            .replacing("records: data", with: "version: {field: at, format: rfc3339}")
        let error = await (try Bench(yaml, script: [.page(body)])).failure()
        #expect(error?.codeText == "extraction.bad_page")
        #expect(error?.message.contains("gave no usable page") == true)
    }
}
