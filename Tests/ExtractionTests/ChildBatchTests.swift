import Core
import JSON
import Synchronization
import Testing

@testable import Extraction

/// The children of many parents out of one answer, and whatever it is not sure of by itself.
@Suite struct ChildBatchTests {
    static let streams = """
          orders:
            get: /orders
            query: {from: "{{ window.from }}", to: "{{ window.to }}"}
            records: data
            key: id
            version: {field: at, format: epoch}
            paging: single_page
            progress: {window: {format: epoch, hold_back: 60s, overlap: 1m, earliest: "2006-01-01T00:00:00Z"}}
          tags:
            for_each: orders
            get: /orders/{{ parent.id }}/tags
            records: data
            paging: {cursor: {field: next, param: after}}
            adds: {kind: tag, order: "{{ parent.id }}"}
            key: [order, name]
            replaces: children
            batch:
              post: /tags
              body: {ids: "{{ keys | map_objects('id') }}"}
              size: 4
              records: data
              parent: order.id
              children: tags
              more: next.after
              none: {records: errors, parent: about.ids, when: "{{ record.code == 'NONE' }}"}
        """

    /// What is asked by itself answers with its own tag.
    private static func bench(_ batch: String, status: Int = 200) throws -> HandlerBench {
        try HandlerBench(HandlerBench.definition(streams)) { asked in
            let body = asked.path == "/tags" ? batch : #"{"data":[{"name":"own"}]}"#
            return HTTPResponse(
                status: asked.path == "/tags" ? status : 200,
                headers: [(name: "Content-Type", value: "application/json")],
                body: Array(body.utf8)
            )
        }
    }

    private static func read(_ bench: HandlerBench, _ parents: [String]) async throws -> [ParentRead] {
        try await ChildReader.children(
            of: parents.map { Array($0.utf8) },
            in: bench.definition.stream(named: "tags"),
            requester: bench.requester
        )
    }

    private static func seen(_ reads: [ParentRead]) -> [String] {
        reads.map { read in
            let keys = read.pages.flatMap(\.keyTexts).joined(separator: " ")
            return String(decoding: read.parent, as: UTF8.self) + ": " + keys
        }
    }

    @Test("each parent has its own, in the order that was asked for, and those without any have none")
    func entries() async throws {
        let bench = try Self.bench(
            """
            {"data": [{"order": {"id": 2}, "tags": [{"name": "b", "n": 1.50}, {"name": "c"}]},
             {"tags": [], "order": {"id": "3"}}, {"tags": [{"name": "a"}], "order": {"id": "1"}, "next": null}],
             "errors": [{"code": "NONE", "about": {"ids": ["4"]}}]}
            """,
            status: 207
        )
        let reads = try await Self.read(bench, ["1", "2", "3", "4"])
        #expect(Self.seen(reads) == [#"1: ["1","a"]"#, #"2: ["2","b"] ["2","c"]"#, "3: ", "4: "])
        #expect(bench.transport.asked.map(\.path) == ["/tags"])
        #expect(
            bench.transport.asked[0].parameters["ids"]?.compactText
                == #"[{"id":"1"},{"id":"2"},{"id":"3"},{"id":"4"}]"#
        )
        #expect(reads.map(\.requests) == [1, 0, 0, 0])
        let page = try #require(reads[1].pages.first)
        #expect(page.recordTexts[0] == #"{"kind":"tag","order":"2","name":"b","n":1.50}"#)
    }

    /// What the answer says of order 1, and whether that is enough.
    @Test(
        "I2: what an answer is not sure of is asked for by itself",
        arguments: [
            // Nothing at all, or nothing of this one.
            (#"{"data": []}"#, false), (#"{"data": [], "errors": []}"#, false),
            // More than it has.
            (#"{"data": [{"order": {"id": 1}, "tags": [{"name": "a"}], "next": {"after": "x"}}]}"#, false),
            (#"{"data": [{"order": {"id": 1}, "tags": [{"name": "a"}], "next": {"after": null}}]}"#, true),
            // No list.
            (#"{"data": [{"order": {"id": 1}, "tags": null}]}"#, false),
            (#"{"data": [{"order": {"id": 1}}]}"#, false),
            // Another error, one that names another order, one without a code, and one that names several.
            (#"{"data": [], "errors": [{"code": "BUSY", "about": {"ids": ["1"]}}]}"#, false),
            (#"{"data": [], "errors": [{"code": "NONE", "about": {"ids": ["2"]}}]}"#, false),
            (#"{"data": [], "errors": [{"about": {"ids": ["1"]}}]}"#, false),
            (#"{"data": [], "errors": [{"code": "NONE"}]}"#, false),
            (#"{"data": [], "errors": [{"code": "NONE", "about": {"ids": ["2", 1]}}]}"#, true),
            (#"{"data": [], "errors": [{"code": "NONE", "about": {"ids": "1"}}]}"#, true),
        ]
    )
    func doubts(answer: String, isSure: Bool) async throws {
        let bench = try Self.bench(answer)
        let reads = try await Self.read(bench, ["1"])
        #expect(bench.transport.asked.map(\.path) == (isSure ? ["/tags"] : ["/tags", "/orders/1/tags"]))
        #expect((Self.seen(reads) == [#"1: ["1","own"]"#]) == !isSure, "\(Self.seen(reads))")
        #expect(reads.map(\.requests) == [isSure ? 1 : 2])
    }

    @Test(
        "I2: an entry that nobody asked for, or a second one, is an error",
        arguments: [
            (#"{"data": [{"order": {"id": 9}, "tags": []}]}"#, "9 came and was not asked for"),
            (
                #"{"data": [{"order": {"id": 1}, "tags": []}, {"order": {"id": "1"}, "tags": []}]}"#,
                "1 came twice"
            ),
            (#"{"data": [{"tags": []}]}"#, "the key field order.id is missing"),
            (#"{"data": [{"order": {"id": 1}, "tags": [{"n": 1}]}]}"#, "the key field name is missing"),
            // What is added stands in no record already: nobody could tell which one is meant.
            (#"{"data": [{"order": {"id": 1}, "tags": [{"name": "a", "kind": 1}]}]}"#, "kind"),
            (#"{"data": [{"order": {"id": 1}, "tags": [1]}]}"#, "record"),
            (#"{"rows": []}"#, "data"),
        ]
    )
    func wrong(answer: String, text: String) async throws {
        let bench = try Self.bench(answer)
        let error = await #expect(throws: ExtractionError.self) { try await Self.read(bench, ["1"]) }
        #expect(error?.message.contains(text) == true, "\(error?.message ?? "")")
        #expect(error?.stream == "tags")
    }

    @Test("a parent is asked for once, and no parent takes no request")
    func parents() async throws {
        let bench = try Self.bench(#"{"data": [{"order": {"id": 1}, "tags": [{"name": "a"}]}]}"#)
        #expect(try await Self.read(bench, []).isEmpty)
        #expect(bench.transport.asked.isEmpty)
        let reads = try await Self.read(bench, ["1", "1"])
        #expect(Self.seen(reads) == [#"1: ["1","a"]"#, #"1: ["1","a"]"#])
        #expect(bench.transport.asked.map { $0.parameters["ids"]?.compactText } == [#"[{"id":"1"}]"#])
    }

    /// Members are put in without a change of what is there (I4).
    @Test(arguments: [
        (#"[ {"a" : 1}, { } ]"#, #"[{"m":1,"a":1},{"m":1}]"#), ("[]", "[]"),
        (#"[{"a":{"b":[{}]}},{"c":"}"}]"#, #"[{"m":1,"a":{"b":[{}]}},{"m":1,"c":"}"}]"#),
    ])
    func members(document: String, expected: String) throws {
        let page = try PageScanner(plan: ScanPlan(records: [], recordFields: [], pageFields: [])).scan(
            Array(document.utf8)
        )
        #expect(String(decoding: page.adding(Array(#""m":1,"#.utf8)), as: UTF8.self) == expected)
    }

    private static let mistakes: [(String, String, String)] = [
        // what stands there, what stands there instead, what is said
        ("size: 4", "size: 0", "is no number of records"),
        (
            "{ids: \"{{ keys | map_objects('id') }}\"}", "{a: 1}",
            "nothing here says which parents: write {{ keys }}"
        ),
        ("      parent: order.id\n", "", "the field parent is missing"),
        ("      children: tags\n", "", "the field children is missing"),
        ("more: next.after", "rest: next.after", "unknown field rest"),
        ("records: errors", "records: data.errors", "lies on the path of the records"),
        ("size: 4", "size: 4\n      limit: slow", "unknown limit slow; declare it under limits"),
        ("size: 4", "size: 4\n      every: 24h", "nothing lists all parents: add reconcile to orders"),
        ("    for_each: orders\n", "", "only a stream with for_each has the children of many parents"),
        ("    for_each: orders\n", "", "only the records of a stream with for_each lack something"),
        (
            "order: \"{{ parent.id }}\"", "order: \"{{ parent.name }}\"",
            "of parent there is {{ parent.id }} only"
        ),
        ("record.code", "recor.code", "unknown variable recor"),
        (
            "progress: {window: {format: epoch, hold_back: 60s, overlap: 1m, earliest: \"2006-01-01T00:00:00Z\"}}",
            "progress: full", "orders is a list, whose children are read parent by parent"
        ),
        (
            "    key: id\n", "    key: [id, at]\n",
            "parents are asked for by one key, and that of orders has several"
        ),
    ]

    @Test(arguments: mistakes)
    func mistakeIsNamed(line: String, replacement: String, text: String) throws {
        let yaml = Self.streams.replacing(line, with: replacement, maxReplacements: 1)
        try #require(yaml != Self.streams)
        let error = #expect(throws: ExtractionError.self) {
            try ExtractorDefinition.decode(Array(HandlerBench.definition(yaml).utf8), file: "e.yaml")
        }
        let problems = try #require(error).problems
        #expect(problems.contains { $0.text.contains(text) }, "\(problems.map(\.description))")
    }
}

/// What the requests beside a stream's list count against.
@Suite struct RequestLimitTests {
    /// The list may be asked once in an hour; what stands beside it is another endpoint.
    private static func yaml(_ limit: String) -> String {
        HandlerBench.definition(
            """
              contacts:
                post: /search
                body: {from: "{{ window.from }}", to: "{{ window.to }}", all: "{{ discovered.all }}"}
                records: data
                key: id
                version: {field: at, format: epoch}
                limit: search
                paging: single_page
                progress: {window: {format: epoch, hold_back: 60s, overlap: 1m, earliest: "2006-01-01T00:00:00Z"}}
                hydrate: {get: /many, query: {ids: "{{ keys | join(',') }}"}, records: data, size: 1\(limit)}
                deletes: {get: /gone, paging: single_page, every: 1h\(limit)}
                reconcile: {get: /ids, paging: single_page, every: 1h\(limit)}
                discover: {all: {get: /names, records: data, value: id\(limit)}}
            """
        ).replacing("streams:", with: "limits: {default: 1000/s, search: 1/h}\nstreams:")
    }

    private static func waits(_ limit: String) async throws -> [String: Duration] {
        let clock = Locked(Duration.zero)
        let waited = Locked<[String: Duration]>([:])
        let transport = HandlerTransport { asked in
            waited.withLock { $0[asked.path] = clock.withLock { $0 } }
            return .json(["data": [["id": "1", "at": 5]]])
        }
        let definition = try ExtractorDefinition.decode(Array(yaml(limit).utf8), file: "e.yaml")
        let requester = try Requester(
            extractor: definition,
            settings: ["api_key": .string(Bench.secret)],
            transport: transport,
            clock: WaitingClock(
                elapsed: { clock.withLock { $0 } },
                sleep: { duration in clock.withLock { $0 += duration } }
            ),
            wall: { Bench.start },
            jitter: { 0.5 }
        )
        let stream = definition.streams[0]
        let discovered = try await Discovery(stream: stream, requester: requester).read()
        let window = try WindowReader(
            stream: stream,
            requester: requester,
            from: Instant(seconds: 0),
            to: Instant(seconds: 10),
            discovered: discovered
        )
        while try await window.next() != nil {}
        for (keys, noun) in [(stream.deletes, "deletes"), (stream.reconcile, "reconcile")] {
            let reader = try KeyListReader(#require(keys), noun: noun, of: stream, requester: requester)
            while try await reader.next() != nil {}
        }
        return waited.withLock { $0 }
    }

    @Test("against the account's default alone")
    func others() async throws {
        let waits = try await Self.waits("")
        #expect(Set(waits.keys) == ["/search", "/many", "/gone", "/ids", "/names"])
        #expect(waits.values.allSatisfy { $0 < .seconds(1) }, "\(waits)")
    }

    @Test("against the limit that they name")
    func named() async throws {
        let waits = try await Self.waits(", limit: search")
        #expect(waits.values.max() ?? .zero >= .seconds(3 * 3600), "\(waits)")
    }
}
