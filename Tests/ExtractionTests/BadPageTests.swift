import Core
import JSON
import Testing

@testable import Extraction

/// I2: what is no whole, new page never counts as one.
@Suite struct BadPageTests {
    static let cursor = "{cursor: {field: c, param: c, more: more}}"
    static let link = "{next_link: {field: next}}"
    static let last = "{last_record: {param: after, more: has_more}}"

    @Test(
        arguments: [
            // paging, body, code, parts of the message
            (
                last, "{\"data\":[{\"id\":\"a\"}],\"has_mo", "extraction.bad_page",
                ["stream items, page 1", "at byte"]
            ),
            (last, "", "extraction.bad_page", ["of 0"]),
            (
                last, "<html><body>Log in</body></html>", "extraction.bad_page",
                ["at byte 0 of 32", "HTML", "application/json", "<html><body>Log in"]
            ),
            (last, "{\"data\":{},\"has_more\":false}", "extraction.bad_page", ["page 1"]),
            (last, "{\"items\":[],\"has_more\":false}", "extraction.bad_page", ["page 1"]),
            (last, "{\"data\":[]}", "extraction.bad_page", ["has_more", "missing"]),
            (last, "{\"data\":[],\"has_more\":null}", "extraction.bad_page", ["null", "not true or false"]),
            (last, "{\"data\":[],\"has_more\":\"false\"}", "extraction.bad_page", ["not true or false"]),
            (last, "{\"data\":[],\"has_more\":true}", "extraction.no_progress", ["empty"]),
            (
                last, "{\"data\":[{\"id\":\"a\"},{}],\"has_more\":true}", "extraction.missing_key",
                ["record 2 of 2", "at byte", "id is missing"]
            ),
            (
                last, "{\"data\":[{\"id\":null}],\"has_more\":true}", "extraction.missing_key",
                ["record 1 of 1", "is null"]
            ),
            (last, "{\"data\":[{\"id\":\"\"}],\"has_more\":true}", "extraction.missing_key", ["is empty"]),
            (
                last, "{\"data\":[{\"id\":true}],\"has_more\":true}", "extraction.missing_key",
                ["neither a text nor a number"]
            ),
            (
                last, "{\"data\":[{\"id\":{}}],\"has_more\":true}", "extraction.missing_key",
                ["neither a text nor a number"]
            ),
            (cursor, "{\"data\":[],\"more\":true}", "extraction.bad_page", ["cursor", "missing"]),
            (cursor, "{\"data\":[],\"more\":true,\"c\":\"\"}", "extraction.bad_page", ["cursor", "missing"]),
            (
                cursor, "{\"data\":[],\"more\":true,\"c\":[1]}", "extraction.bad_page",
                ["neither a text nor a number"]
            ),
            (link, "{\"data\":[],\"next\":1}", "extraction.bad_page", ["no text"]),
            (
                link, "{\"data\":[],\"next\":\"https://evil.example/x\"}", "extraction.forbidden_host",
                ["evil.example", "hosts"]
            ),
            (
                link, "{\"data\":[],\"next\":\"http://api.example.com/x\"}", "extraction.forbidden_host",
                ["http://api.example.com/x"]
            ),
            (link, "{\"data\":[],\"next\":\"ftp://api.example.com/x\"}", "extraction.bad_page", ["scheme"]),
        ] as [(String, String, String, [String])]
    )
    func pageIsRefused(paging: String, body: String, code: String, parts: [String]) async throws {
        let bench = try Bench(Bench.definition(paging: paging), script: [.page(body)])
        let error = try #require(await bench.failure())
        #expect(error.codeText == code)
        #expect(error.recovery == .failStream)
        for part in parts { #expect(error.message.contains(part), "\(error.message)") }
        #expect(!error.message.contains("\n"))
    }

    @Test(arguments: [
        // paging, pages, which call fails
        ("{cursor: {field: c, param: c}}", ["{\"data\":[],\"c\":1}", "{\"data\":[],\"c\":1}"]),
        (
            "{cursor: {field: c, param: c}}",
            [
                "{\"data\":[{\"id\":1},{\"id\":2}],\"c\":1}", "{\"data\":[{\"id\":1},{\"id\":2}],\"c\":2}",
            ]
        ),
        ("{next_link: {field: n}}", ["{\"data\":[],\"n\":\"/a\"}", "{\"data\":[],\"n\":\"/a\"}"]),
        ("{last_record: {param: a}}", ["{\"data\":[{\"id\":1}]}", "{\"data\":[{\"id\":2},{\"id\":1}]}"]),
        ("{last_record: {param: a}}", ["{\"data\":[{\"id\":1}]}", "{\"data\":[{\"id\":1}]}"]),
    ])
    func repetitionIsNoProgress(paging: String, bodies: [String]) async throws {
        let bench = try Bench(Bench.definition(paging: paging), script: bodies.map { .page($0) })
        let error = try #require(await bench.failure())
        #expect(error.codeText == "extraction.no_progress")
        #expect(error.message.contains("page 2"))
        #expect(bench.transport.requests.count == 2)
    }

    @Test(arguments: 1...9)
    func circleOfTokensIsFound(length: Int) async throws {
        let script = (0..<100).map { index in
            ScriptedTransport.Step.page(
                "{\"data\":[],\"c\":\"\(index < 3 ? "start\(index)" : "\(index % length)")\"}"
            )
        }
        let bench = try Bench(Bench.definition(paging: "{cursor: {field: c, param: c}}"), script: script)
        let error = try #require(await bench.failure())
        #expect(error.codeText == "extraction.no_progress")
        #expect(bench.transport.requests.count <= 40)
    }

    @Test func readerStandsWhereItStoodAfterAnError() async throws {
        let bench = try Bench(script: [
            .page(.list(["b"], more: true)), .page("{"), .page(.list(["a"], more: false)),
        ])
        let reader = try bench.reader()
        _ = try await reader.next()
        let place = reader.progress
        await #expect(throws: ExtractionError.self) { try await reader.next() }
        #expect(reader.progress == place)
        #expect(try await reader.next()?.recordTexts == ["{\"id\":\"a\"}"])
    }

    @Test(arguments: [true, ["a"], ["a": 1]] as [JSONValue])
    func bookmarkOfAnotherShapeIsRefused(token: JSONValue) async throws {
        let bench = try Bench(script: [])
        let error = await bench.failure(from: ListProgress(token: token, isDone: false, records: 1, pages: 1))
        #expect(error?.codeText == "extraction.bad_bookmark")
        #expect(error?.exitCode == .configuration)
    }

    @Test func bookmarkWithAForeignAddressSendsNothing() async throws {
        let bench = try Bench(Bench.definition(paging: Self.link), script: [])
        let error = await bench.failure(
            from: ListProgress(token: "https://evil.example/x", isDone: false, records: 1, pages: 1)
        )
        #expect(error?.codeText == "extraction.forbidden_host")
        #expect(bench.transport.requests.isEmpty)
    }
}
