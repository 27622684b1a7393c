import Core
import JSON
import Testing

@testable import Extraction

/// Requests with a body.
@Suite struct PostTests {
    static let yaml = Bench.definition(paging: "{cursor: {field: next, param: page.after}}")
        .replacing(
            "get: /v1/items",
            with: "post: /v1/search\n    body: {limit: 2, page: {size: 1}, key: \"{{ config.api_key }}\"}"
        )

    @Test func cursorGoesIntoTheBody() async throws {
        let bench = try Bench(
            Self.yaml,
            script: [.page("{\"data\":[{\"id\":1}],\"next\":7}"), .page("{\"data\":[{\"id\":2}]}")]
        )
        #expect(try await bench.pages().count == 2)
        let requests = bench.transport.requests
        #expect(requests.map(\.method) == ["POST", "POST"])
        #expect(requests.map(\.address) == Array(repeating: "https://api.example.com/v1/search", count: 2))
        #expect(
            requests.allSatisfy {
                $0.headers.contains { $0.name == "Content-Type" && $0.value == "application/json" }
            }
        )
        let bodies = requests.map { String(decoding: $0.body ?? [], as: UTF8.self) }
        #expect(
            bodies == [
                "{\"limit\":2,\"page\":{\"size\":1},\"key\":\"\(Bench.secret)\"}",
                "{\"limit\":2,\"page\":{\"size\":1,\"after\":7},\"key\":\"\(Bench.secret)\"}",
            ]
        )
    }

    /// I6.
    @Test func errorsNameTheMethodAndNeverTheBody() async throws {
        let bench = try Bench(Self.yaml, script: [.status(400, "{}")])
        let error = await bench.failure()
        #expect(error?.message.contains("POST https://api.example.com/v1/search answered 400") == true)
        #expect(error?.message.contains(Bench.secret) == false)
        let page = await (try Bench(Self.yaml, script: [.page("<html>")])).failure()
        #expect(page?.message.contains("POST https://api.example.com/v1/search gave no usable page") == true)
    }

    @Test(arguments: [301, 302, 303, 307, 308])
    func redirectKeepsTheBodyOrIsAnError(status: Int) async throws {
        let bench = try Bench(
            Self.yaml,
            script: [.status(status, "", [("Location", "/v2/search")]), .page("{\"data\":[]}")]
        )
        if status >= 307 {
            #expect(try await bench.pages() == [[]])
            #expect(bench.transport.requests.map(\.method) == ["POST", "POST"])
            #expect(bench.transport.requests[1].body == bench.transport.requests[0].body)
        } else {
            #expect(await bench.failure()?.codeText == "extraction.bad_redirect")
        }
    }

    @Test func emptyTemplateOfABodyIsNamed() async throws {
        let yaml = Self.yaml.replacing("key: \"{{ config.api_key }}\"}", with: "key: \"x{{ config.none }}\"}")
            .replacing("settings:", with: "settings:\n  none: {}")
        let bench = try Bench(yaml, script: [])
        let error = #expect(throws: ExtractionError.self) { try bench.reader() }
        #expect(error?.message.hasPrefix("extractor test: stream items: body cannot be filled: ") == true)
    }
}
