import Core
import JSON
import ProcessSupport
import Testing

@testable import Extraction

/// Answers of JSON lines and CSV are read while they come.
@Suite struct StreamedListTests {
    private static func yaml(_ format: String, paging: String = "single_page") -> String {
        Bench.definition(paging: paging, stream: "format: \(format)")
            .replacing("records: data", with: "version: {field: at, format: rfc3339}")
    }

    private static func body(_ format: String, _ ids: Range<Int>) -> String {
        format == "csv"
            ? "id,at\n" + ids.map { "\($0),x\n" }.joined()
            : ids.map { "{\"id\":\"\($0)\",\"at\":\"x\"}\n" }.joined()
    }

    private static func stream(
        _ body: String,
        cut: Int? = nil,
        _ headers: [(name: String, value: String)] = []
    ) -> ScriptedTransport.Step {
        .stream(HTTPResponse(status: 200, headers: headers, body: Array(body.utf8)), cut: cut)
    }

    private struct Read {
        var pages: [ExtractedPage] = []
        var error: (any SluiceError)?

        var keys: [[String]] { pages.map(\.keyTexts) }
        var counts: [Int] { keys.map(\.count) }
    }

    private static func read(_ reader: ListReader) async -> Read {
        var read = Read()
        do {
            while let page = try await reader.next() { read.pages.append(page) }
        } catch {
            read.error = error as? any SluiceError
        }
        return read
    }

    private static func ids(_ range: Range<Int>) -> [String] { range.map { "\($0)" } }

    @Test(arguments: ["csv", "json_lines"]) func recordsComeBeforeTheBodyEnds(format: String) async throws {
        let bench = try Bench(Self.yaml(format), script: [Self.stream(Self.body(format, 0..<12_000))])
        let reader = try bench.reader()
        let read = await Self.read(reader)
        #expect(read.error == nil)
        #expect(read.keys.flatMap(\.self) == Self.ids(0..<12_000))
        #expect(read.counts == [5000, 5000, 2000])
        // Until the body has ended its records are of the place before it (I2).
        #expect(read.pages.map(\.progress.isDone) == [false, false, true])
        #expect(read.pages.map(\.progress.records) == [0, 0, 12_000])
        #expect(read.pages.map(\.isPart) == [true, true, false])
        #expect(read.pages.map(\.recordsBefore) == [0, 5000, 10_000])
        #expect(read.pages.map(\.requests) == [1, 0, 0])
        #expect(reader.progress.pages == 1)
        let asked = try #require(bench.transport.requests.first)
        #expect(asked.totalTimeout >= .seconds(3600))
    }

    /// I2: nothing of a body that is cut moves the place; it is asked for again, from its beginning.
    @Test(arguments: ["csv", "json_lines"]) func aCutBodyIsAskedForAgain(format: String) async throws {
        let body = Self.body(format, 0..<7000)
        for cut in [0, 10, body.utf8.count - 1, body.utf8.count] {
            let bench = try Bench(
                Self.yaml(format),
                script: [Self.stream(body, cut: cut), Self.stream(body)]
            )
            let read = await Self.read(try bench.reader())
            #expect(read.error == nil)
            let first = cut > 1000 ? [5000] : []
            #expect(read.counts == first + [5000, 2000])
            #expect(read.keys.flatMap(\.self).suffix(7000) == Self.ids(0..<7000)[...])
            #expect(read.pages.dropLast().allSatisfy { $0.progress == .start })
            #expect(read.pages.last?.progress.records == 7000)
            #expect(bench.transport.requests.count == 2)
            #expect(bench.waits.list.count == 1)
        }
    }

    @Test func aBodyThatIsCutEachTimeEndsTheStream() async throws {
        let body = Self.body("csv", 0..<7000)
        let script = (0..<10).map { _ in Self.stream(body, cut: body.utf8.count) }
        let bench = try Bench(Self.yaml("csv"), script: script)
        let reader = try bench.reader()
        let read = await Self.read(reader)
        #expect(read.error?.codeText == "extraction.gave_up")
        #expect(read.error?.message.contains("the bookmark stays") == true)
        #expect(reader.progress == .start)
        #expect(bench.transport.requests.count == 5)
        // It stands where it stood: the next call asks again.
        #expect(await Self.read(reader).error?.codeText == "extraction.gave_up")
    }

    @Test(arguments: [
        ("csv", "1,2,3\n", "bad_page", "a row has more than 2 cells"),
        ("csv", ",x\n", "missing_key", "is null"),
        ("json_lines", "{\"id\"}\n", "bad_page", "gave no usable page: at byte 136895"),
        ("json_lines", "{\"id\":\"\"}\n", "missing_key", "is empty"),
    ])
    func aBrokenRecordEndsTheStream(format: String, bad: String, code: String, text: String) async throws {
        let body = Self.body(format, 0..<6000) + bad + Self.body(format, 0..<6000)
        let bench = try Bench(Self.yaml(format), script: [Self.stream(body)])
        let read = await Self.read(try bench.reader())
        #expect(read.counts == [5000])
        #expect(read.error?.codeText == "extraction.\(code)")
        #expect(read.error?.message.contains(text) == true, "\(read.error?.message ?? "")")
        #expect(bench.transport.requests.count == 1)
    }

    @Test func pagesOfAnswersFollowEachOther() async throws {
        let next = [(name: "Link", value: "<https://api.example.com/v1/items?p=2>; rel=\"next\"")]
        let script = [
            Self.stream(Self.body("csv", 0..<6000), next), Self.stream(Self.body("csv", 6000..<6001)),
        ]
        let bench = try Bench(Self.yaml("csv", paging: "{link_header: {}}"), script: script)
        let read = await Self.read(try bench.reader())
        #expect(read.counts == [5000, 1000, 1])
        #expect(read.pages.map(\.progress.pages) == [0, 1, 2])
        #expect(read.pages.map(\.progress.records) == [0, 6000, 6001])
        #expect(bench.transport.addresses.last?.hasSuffix("?p=2") == true)

        let again = try Bench(
            Self.yaml("csv", paging: "{link_header: {}}"),
            script: [script[0], Self.stream(Self.body("csv", 0..<6000))]
        )
        let repeated = await Self.read(try again.reader())
        #expect(repeated.counts == [5000, 1000, 5000])
        #expect(repeated.error?.codeText == "extraction.no_progress")
    }

    @Test func offsetsCountAllOfAnAnswer() async throws {
        let bench = try Bench(
            Self.yaml("json_lines", paging: "{offset: {param: from}}"),
            script: [
                Self.stream(Self.body("json_lines", 0..<6000)),
                Self.stream(Self.body("json_lines", 6000..<6003)),
                Self.stream("\n"),
            ]
        )
        let read = await Self.read(try bench.reader())
        #expect(read.counts == [5000, 1000, 3, 0])
        #expect(read.error == nil)
        #expect(
            bench.transport.addresses.map { $0.split(separator: "?").dropFirst().joined() } == [
                "", "from=6000", "from=6003",
            ]
        )
    }

    /// Where a list goes on behind any record a limit is exact, elsewhere an answer is taken whole (I1).
    @Test(arguments: [
        ("{last_record: {param: after}}", 5200, [5000, 200], "5199"),
        ("{last_record: {param: after}}", 5000, [5000], "4999"),
        ("{last_record: {param: after}}", 3, [3], "2"),
        ("{last_record: {param: after}}", 7000, [5000, 2000], "6999"),
        ("single_page", 3, [5000, 2000], nil),
        ("single_page", 5200, [5000, 2000], nil),
    ])
    func limits(paging: String, limit: Int, counts: [Int], token: String?) async throws {
        let bench = try Bench(
            Self.yaml("json_lines", paging: paging),
            script: [Self.stream(Self.body("json_lines", 0..<7000))]
        )
        let reader = try bench.reader(limit: limit)
        let read = await Self.read(reader)
        #expect(read.error == nil)
        #expect(read.counts == counts)
        #expect(reader.progress.token?.text == token)
        #expect(reader.progress.records == counts.reduce(0, +))
        #expect(read.pages.last?.progress == reader.progress)
    }

    /// The records of a window's answer count together for its cap.
    @Test func windowsCountWholeAnswers() async throws {
        let yaml = HandlerBench.definition(
            """
              rows:
                get: /rows
                query: {from: "{{ window.from }}", to: "{{ window.to }}"}
                format: csv
                key: id
                version: {field: at, format: epoch_ms}
                paging: single_page
                progress:
                  window: {format: epoch_ms, hold_back: 60s, overlap: 60m, earliest: "2006-01-01T00:00:00Z", cap: 8000}
            """
        )
        let bench = try HandlerBench(yaml) { asked in
            let (from, to) = (Int(asked["from"] ?? "") ?? 0, Int(asked["to"] ?? "") ?? 0)
            let rows = (from..<to).prefix(8000).map { "\($0),\($0)\n" }
            return HTTPResponse(status: 200, headers: [], body: Array(("id,at\n" + rows.joined()).utf8))
        }
        // Seven thousand are below the cap, twelve thousand are read in halves.
        for (count, requests) in [(7000, 1), (12_000, 3)] {
            let before = bench.transport.asked.count
            let read = try await WindowReaderTests.read(bench, from: 1_000_000, to: 1_000_000 + count)
            #expect(read.isComplete)
            #expect(Set(read.keys).count == count)
            #expect(bench.transport.asked.count - before == requests)
        }
    }
}
