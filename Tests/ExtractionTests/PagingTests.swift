import Core
import JSON
import Testing

@testable import Extraction

/// Each way from page to page, to each of its ends.
@Suite struct PagingTests {
    @Test func lastRecordIDGoesOnUntilThereIsNoMore() async throws {
        let bench = try Bench(script: [
            .page(.list(["c", "b"], more: true)), .page(.list(["a"], more: false)),
        ])
        #expect(try await bench.pages() == [["{\"id\":\"c\"}", "{\"id\":\"b\"}"], ["{\"id\":\"a\"}"]])
        #expect(
            bench.transport.addresses == [
                "https://api.example.com/v1/items", "https://api.example.com/v1/items?starting_after=b",
            ]
        )
    }

    static let styles: [(String, [(String, String)], [String])] = [
        // paging, pages (body, Link), addresses' queries from the second page on
        ("single_page", [("{\"data\":[{\"id\":1}]}", "")], []),
        (
            "{last_record: {param: after}}", [("{\"data\":[{\"id\":1}]}", ""), ("{\"data\":[]}", "")],
            ["?after=1"]
        ),
        (
            "{last_record: {param: after, field: n.x}}",
            [("{\"data\":[{\"id\":1,\"n\":{\"x\":\"a b\"}}]}", ""), ("{\"data\":[]}", "")], ["?after=a%20b"]
        ),
        ("{last_record: {param: after, more: m.ore}}", [("{\"data\":[],\"m\":{\"ore\":false}}", "")], []),
        (
            "{next_link: {field: links.next}}",
            [
                ("{\"links\":{\"next\":\"/v1/items?p=2\"},\"data\":[{\"id\":1}]}", ""),
                ("{\"data\":[{\"id\":2}],\"links\":{\"next\":null}}", ""),
            ],
            ["?p=2"]
        ),
        (
            "{next_link: {field: next}}",
            [
                ("{\"data\":[],\"next\":\"https://api.example.com/v1/items?p=2\"}", ""),
                ("{\"data\":[],\"next\":\"\"}", ""),
            ], ["?p=2"]
        ),
        (
            "{next_link: {field: '@odata\\.nextLink'}}",
            [("{\"data\":[],\"@odata.nextLink\":\"items?p=2\"}", ""), ("{\"data\":[]}", "")], ["?p=2"]
        ),
        (
            "{link_header: {}}",
            [("{\"data\":[]}", "<?p=2>; rel=\"next\""), ("{\"data\":[]}", "<?p=1>; rel=prev")], ["?p=2"]
        ),
        (
            "{cursor: {field: paging.after, param: after}}",
            [
                ("{\"data\":[],\"paging\":{\"after\":\"x=\"}}", ""),
                ("{\"data\":[],\"paging\":{\"after\":12345678901234567890}}", ""), ("{\"data\":[]}", ""),
            ],
            ["?after=x%3D", "?after=12345678901234567890"]
        ),
        (
            "{cursor: {field: c, param: c, more: more}}",
            [
                ("{\"data\":[],\"c\":\"a\",\"more\":true}", ""),
                ("{\"data\":[],\"c\":\"b\",\"more\":false}", ""),
            ], ["?c=a"]
        ),
        (
            "{offset: {param: skip}}",
            [
                ("{\"data\":[{\"id\":1},{\"id\":2}]}", ""), ("{\"data\":[{\"id\":3}]}", ""),
                ("{\"data\":[]}", ""),
            ],
            ["?skip=2", "?skip=3"]
        ),
        (
            "{offset: {param: skip, total: n}}",
            [
                ("{\"data\":[{\"id\":1},{\"id\":2}],\"n\":3}", ""),
                ("{\"data\":[{\"id\":3}],\"n\":\"3\"}", ""),
            ],
            ["?skip=2"]
        ),
        ("{offset: {param: skip, total: n}}", [("{\"data\":[],\"n\":0}", "")], []),
        (
            "{page: {param: p}}",
            [("{\"data\":[{\"id\":1}]}", ""), ("{\"data\":[{\"id\":2}]}", ""), ("{\"data\":[]}", "")],
            ["?p=2", "?p=3"]
        ),
        (
            "{page: {param: p, first: 0, total: pages}}",
            [("{\"data\":[{\"id\":1}],\"pages\":2}", ""), ("{\"data\":[{\"id\":2}],\"pages\":2}", "")],
            ["?p=1"]
        ),
        (
            "{page: {param: p, more: more}}",
            [("{\"data\":[{\"id\":1}],\"more\":true}", ""), ("{\"data\":[],\"more\":false}", "")],
            ["?p=2"]
        ),
    ]

    @Test(arguments: styles)
    func stylesReachTheirEnd(paging: String, pages: [(String, String)], queries: [String]) async throws {
        let bench = try Bench(
            Bench.definition(paging: paging),
            script: pages.map { .page($0.0, $0.1.isEmpty ? [] : [("Link", $0.1)]) }
        )
        let reader = try bench.reader()
        while try await reader.next() != nil {}
        let base = "https://api.example.com/v1/items"
        #expect(bench.transport.addresses == [base] + queries.map { base + $0 })
        #expect(reader.progress.isDone)
        #expect(reader.progress.token == nil)
        #expect(reader.progress.pages == pages.count)
        #expect(bench.requester.requests(of: "items") == pages.count)
        #expect(try await reader.next() == nil)
    }

    @Test func wholePageAsTheList() async throws {
        let yaml = Bench.definition(paging: "single_page").replacing("records: data", with: "records: .")
        let bench = try Bench(yaml, script: [.page(" [ {\"id\": 1.10} ] ")])
        #expect(try await bench.pages() == [["{\"id\":1.10}"]])
    }

    @Test func everyPageCarriesItsPlace() async throws {
        let bench = try Bench(script: [
            .page(.list(["c", "b"], more: true)), .page(.list(["a"], more: false)),
        ])
        let reader = try bench.reader()
        let first = try #require(try await reader.next())
        #expect(first.progress == ListProgress(token: "b", isDone: false, records: 2, pages: 1))
        let second = try #require(try await reader.next())
        #expect(second.progress == ListProgress(token: nil, isDone: true, records: 3, pages: 2))
        #expect(second.keyFields == 0..<1)
        #expect(second.versionField == nil)
        #expect(second.times.now == Bench.start)
    }

    @Test func readingGoesOnAtABookmark() async throws {
        let bench = try Bench(script: [.page(.list(["a"], more: false))])
        let progress = ListProgress(token: "b", isDone: false, records: 2, pages: 1)
        #expect(try await bench.pages(from: progress) == [["{\"id\":\"a\"}"]])
        #expect(bench.transport.addresses == ["https://api.example.com/v1/items?starting_after=b"])
    }

    @Test func finishedListAsksForNothing() async throws {
        let bench = try Bench(script: [])
        let progress = ListProgress(token: nil, isDone: true, records: 2, pages: 1)
        #expect(try await bench.pages(from: progress).isEmpty)
        #expect(bench.transport.requests.isEmpty)
    }

    @Test(
        arguments: [
            // limit, records, requests, token, done
            (0, 0, 0, nil, false), (1, 1, 1, "d", false), (2, 2, 1, "c", false), (3, 3, 2, "b", false),
            (4, 4, 2, nil, true), (9, 4, 2, nil, true),
        ] as [(Int, Int, Int, String?, Bool)]
    )
    func limitStopsAtExactlySoManyRecords(limit: Int, records: Int, requests: Int, token: String?, done: Bool)
        async throws
    {
        let bench = try Bench(script: [
            .page(.list(["d", "c"], more: true)), .page(.list(["b", "a"], more: false)),
        ])
        let reader = try bench.reader(limit: limit)
        var count = 0
        while let page = try await reader.next() {
            count += page.page.records.count
            #expect(page.page.fields.count == page.page.records.count * page.page.fieldsPerRecord)
        }
        #expect(count == records)
        #expect(bench.transport.requests.count == requests)
        #expect(reader.progress.token == token.map { .string($0) })
        #expect(reader.progress.isDone == done)
        #expect(reader.progress.records == records)
    }

    @Test func aPageThatCannotBeTakenInPartIsTakenWhole() async throws {
        let bench = try Bench(
            Bench.definition(paging: "{cursor: {field: c, param: c}}"),
            script: [
                .page("{\"data\":[{\"id\":1}],\"c\":\"x\"}"),
                .page("{\"data\":[{\"id\":2},{\"id\":3}],\"c\":\"y\"}"),
            ]
        )
        let reader = try bench.reader(limit: 2)
        _ = try #require(try await reader.next())
        let second = try #require(try await reader.next())
        #expect(second.recordTexts == ["{\"id\":2}", "{\"id\":3}"])
        #expect(second.progress.token == .string("y"))
        #expect(second.progress.records == 3)
        #expect(try await reader.next() == nil)
    }

    @Test func compositeKeyAndVersionAreFields() async throws {
        let yaml = Bench.definition(paging: "single_page", stream: "version: {field: at, format: rfc3339}")
            .replacing("key: id", with: "key: [id, n.k]")
        let bench = try Bench(
            yaml,
            script: [.page("{\"data\":[{\"n\":{\"k\":\"x\"},\"id\":7,\"at\":\"t\"}]}")]
        )
        let page = try #require(try await bench.reader().next())
        #expect(page.keyFields == 0..<2)
        #expect(page.versionField == 2)
        let texts = (0..<3).map {
            String(decoding: page.page.bytes[page.page.field($0, ofRecord: 0).range], as: UTF8.self)
        }
        #expect(texts == ["7", "\"x\"", "\"t\""])
    }

    @Test(arguments: [
        ("Thu, 09 Oct 2025 08:53:19 GMT", Int64(1_759_999_999)),
        ("Thu, 09 Oct 2025 08:53:21 GMT", 1_760_000_000),
        ("yesterday", 1_760_000_000),
    ])
    func nowIsTheEarlierClock(date: String, seconds: Int64) async throws {
        let bench = try Bench(script: [.page(.list([], more: false), [("Date", date)])])
        #expect(try await bench.reader().next()?.times.now == Instant(seconds: seconds))
    }

    /// I2.
    @Test(arguments: [
        ("{offset: {param: skip, total: n}}", "{\"data\":[],\"n\":3}", "the page is empty, yet says"),
        (
            "{offset: {param: skip, total: n}}", "{\"data\":[{\"id\":1}]}",
            "how many there are (n) is no whole number"
        ),
        (
            "{page: {param: p, more: m}}", "{\"data\":[{\"id\":1}]}",
            "whether there are more pages (m) is missing"
        ),
        ("{page: {param: p}}", "{\"data\":[{\"id\":1}]}", "the page is the one before again"),
    ])
    func countedPageThatProvesNoEndIsAnError(paging: String, body: String, text: String) async throws {
        let bench = try Bench(Bench.definition(paging: paging), script: [.page(body), .page(body)])
        #expect(await bench.failure()?.message.contains(text) == true)
    }
}
