import Core
import Expressions
import Testing

@testable import Extraction

@Suite struct FeedDefinitionTests {
    @Test func definitionDecodes() throws {
        let definition = try FeedBench.bench([]).definition
        #expect(definition.streams.map(\.name) == ["lines", "orders", "plans"])
        let feed = try #require(definition.feeds.first)
        #expect(feed.time == ["created"] && feed.timeFormat == .epochSeconds && feed.isNewestFirst)
        #expect(feed.snapshot == ["data", "object"] && feed.object == ["data", "object", "id"])
        #expect(feed.overlap == .seconds(600) && feed.retention == .seconds(30 * 86_400))
        let lines = definition.streams[0]
        #expect(lines.parent?.name == "orders" && lines.parent?.replaces == true)
        #expect(lines.since == definition.streams[1].since && lines.since?.parameter == "created[gte]")
        #expect(definition.feed(of: lines)?.name == "events")
        #expect(definition.streams[1].follow?.relist == nil)
        let relisted = FeedBench.yaml.replacing(
            "follow: {feed: events}",
            with: "follow: {feed: events, relist: 7d}"
        )
        let others = try FeedBench.bench([], yaml: relisted).definition.streams
        #expect(others.map { $0.follow?.relist } == [.seconds(604_800), .seconds(604_800), nil])
        // A bookmark does not depend on it.
        #expect(
            others.map { $0.fingerprint(topic: "t") } == definition.streams.map { $0.fingerprint(topic: "t") }
        )
        #expect(definition.streams[2].follow == nil && definition.streams[2].since?.format == .rfc3339)
    }

    @Test(
        arguments: [
            ("order.created", .create, .update), ("order.updated", .update, .update),
            ("order.note.x", .update, .update), ("order.deleted", .delete, .delete),
            ("order.paid", nil, .update), ("order", nil, nil), ("orders.paid", nil, nil),
        ] as [(String, Follow.Change?, Follow.Change?)]
    )
    func typeSaysWhatChanged(type: String, order: Follow.Change?, lines: Follow.Change?) throws {
        let definition = try FeedBench.bench([]).definition
        #expect(definition.streams[1].follow?.change(of: type) == order)
        #expect(definition.streams[0].follow?.change(of: type) == lines)
    }

    @Test func fingerprintsNameFeedAndParent() throws {
        let streams = try FeedBench.bench([]).definition.streams
        let list = "list, last_record id in starting_after"
        #expect(
            streams.map { $0.fingerprint(topic: "t").progress } == [
                "for each of orders (\(list)): \(list), replaces children, follows events",
                "\(list), follows events", list,
            ]
        )
    }

    @Test func listBeginsAtATime() async throws {
        let bench = try FeedBench.bench([.page(.list(["p"], more: true)), .page(.list([], more: false))])
        let since = Instant(nanoseconds: 1_700_000_000_123_456_789)
        let reader = try ListReader(
            stream: bench.definition.streams[2],
            requester: bench.requester,
            from: ListProgress(since: since)
        )
        #expect(try await reader.next()?.progress.since == since)
        _ = try await reader.next()
        let first = "https://api.example.com/plans?from=2023-11-14T22%3A13%3A20.123Z"
        #expect(bench.transport.addresses == [first, "\(first)&starting_after=p"])
    }

    @Test func listWithoutTheParameterRefusesATime() throws {
        let bench = try Bench(script: [])
        let error = #expect(throws: ExtractionError.self) {
            try bench.reader(from: ListProgress(since: Instant(seconds: 1)))
        }
        #expect(error?.codeText == "extraction.no_since")
        #expect(error?.exitCode == .configuration)
    }

    @Test(arguments: [
        // a line, its replacement, the place, what is said
        ("    id: id\n", "", "10:5", "the field id is missing"),
        ("format: epoch", "format: number", "15:36", "unknown format number"),
        ("hold_back: 60s", "hold_back: 60", "21:16", "is no length of time: write 60s"),
        ("hold_back: 60s", "hold_back: 20s", "21:16", "shorter than visible_within"),
        ("retention: 30d", "retention: 10m", "24:16", "retention is not longer"),
        ("snapshot: data", "snapshop: data", "18:5", "did you mean snapshot?"),
        ("to: \"created[lt]\"", "to: \"created[gte]\"", "19:13", "two parameters"),
        ("records: data\n    paging", "records: has_more\n    paging", "13:13", "lies on the path"),
        (
            "limits: {slow: 1/s}\nerrors: {message: error.message, code: error.code}", "limits: {}\n",
            "25:37",
            "say under errors where the body has its message"
        ),
        ("follow: {feed: events}", "follow: {feed: event}", "31:18", "did you mean events?"),
        ("follow: none", "limit: slow", "47:5", "the defaults name a feed"),
        ("for_each: orders", "for_each: order", "34:15", "unknown stream order; did you mean orders?"),
        ("for_each: orders", "for_each: lines", "34:15", "lines is a child itself"),
        ("replaces: children", "replaces: all", "36:15", "write replaces: children"),
        ("get: /plans", "get: /plans\n    replaces: children", "48:15", "only a stream with for_each"),
        ("{{ parent.id }}", "{{ parent.key }}", "35:10", "of parent there is {{ parent.id }} only"),
        ("/{{ parent.id }}/lines", "/lines", "35:10", "nothing here says whose list it is"),
        ("{updates: [order.*]", "{get: /x, updates: [order.*]", "37:19", "take get away"),
        ("replaces: children", "since: x", "36:12", "a child stream begins where orders does"),
        ("gone_when: \"{{ record.deleted }}\"", "relist: 0s", "45:15", "relist is no time"),
        ("gone_when: \"{{ record.deleted }}\"", "relist: 24", "45:15", "is no length of time: write 60s"),
        ("{{ object.id }}", "{{ object.key }}", "41:12", "of object there is {{ object.id }} only"),
        ("/orders/{{ object.id }}", "/orders", "41:12", "nothing here says which object"),
        ("      get: /orders/{{ object.id }}\n", "", "41:7", "the field get is missing"),
        ("[order.created]", "[order*]", "42:17", "order* is no type"),
        ("[order.created]", "[order.deleted]", "44:17", "stands here twice"),
        ("{updates: [order.*], deletes: [order.deleted]}", "{}", "37:13", "no entries are named"),
        ("\"{{ record.deleted }}\"", "\"{{ object.deleted }}\"", "45:18", "unknown variable object"),
        ("\"{{ record.deleted }}\"", "deleted", "45:18", "one expression over the record"),
        ("  key: id\n", "  key: [id, n]\n", "41:7", "the stream's key has several"),
    ])
    func mistakeIsNamedWithItsPlace(line: String, replacement: String, place: String, text: String) throws {
        let yaml = FeedBench.yaml.replacing(line, with: replacement, maxReplacements: 1)
        try #require(yaml != FeedBench.yaml)
        let error = #expect(throws: ExtractionError.self) {
            try ExtractorDefinition.decode(Array(yaml.utf8), file: "e.yaml")
        }
        let problems = try #require(error).problems
        let isSaid = problems.contains {
            $0.description.hasPrefix("e.yaml:\(place)") && $0.text.contains(text)
        }
        #expect(isSaid, "\(problems.map(\.description).joined(separator: "\n"))")
    }
}
