import Core
import JSON
import Synchronization
import Testing

@testable import Extraction

/// What stands beside a stream's own records: deletes, what is there, merges, whole records, discovered values.
@Suite struct BesideTests {
    static let yaml = HandlerBench.definition(
        """
          contacts:
            post: /search
            body:
              filters: [{name: at, value: "{{ window.from }}"}, {name: at, value: "{{ window.to }}"}]
              properties: "{{ discovered.properties }}"
              deep: {limit: 200, exact: "{{ window.from | int }}", none: null, yes: true}
            records: results
            key: id
            version: {field: at, format: epoch_ms}
            deleted_when: "{{ record.archived }}"
            merged: {field: merged, separator: ";"}
            progress:
              window: {format: epoch_ms, hold_back: 60s, overlap: 1m, earliest: "2006-01-01T00:00:00Z",
                order: ascending, total: total}
            resweep: {every: 24h, back: 7d}
            deletes:
              get: /archived
              query: {limit: 2}
              paging: {cursor: {field: next, param: after}}
              at: {field: archivedAt, format: rfc3339}
              every: 1h
            reconcile: {post: /all, body: {limit: 2}, paging: {cursor: {field: next, param: page.after}}, every: 24h}
            hydrate:
              post: /batch
              body: {properties: "{{ discovered.properties }}", inputs: "{{ keys | map_objects('id') }}"}
              records: results
              size: 2
            discover:
              properties: {get: /properties, records: results, value: name}
        """
    )

    static func bench(_ bodies: [String: [String]], yaml: String = yaml) throws -> HandlerBench {
        let used = Mutex<[String: Int]>([:])
        return try HandlerBench(yaml) { asked in
            let index = used.withLock { used in
                used[asked.path, default: -1] += 1
                return used[asked.path] ?? 0
            }
            let all = bodies[asked.path] ?? []
            let body = index < all.count ? all[index] : "{}"
            return HTTPResponse(status: 200, headers: [], body: Array(body.utf8))
        }
    }

    @Test func deletesComeWithTheirTime() async throws {
        let bench = try Self.bench([
            "/archived": [
                "{\"results\":[{\"id\":1,\"archivedAt\":\"2023-11-14T22:13:20Z\"},{\"id\":\"b\"}],\"next\":\"x\"}",
                "{\"results\":[{\"id\":3,\"archivedAt\":null}]}",
            ]
        ])
        let reader = try KeyListReader(
            #require(bench.stream.deletes),
            noun: "deletes",
            of: bench.stream,
            requester: bench.requester
        )
        let first = try #require(try await reader.next())
        #expect(first.keys == [Array("1".utf8), Array("b".utf8)])
        #expect(first.deletedAt == [Instant(seconds: 1_700_000_000), nil])
        #expect(first.progress.token == "x")
        #expect(try await reader.next()?.deletedAt == [nil])
        #expect(try await reader.next() == nil)
        #expect(reader.progress.isDone)
        #expect(bench.transport.asked.map { $0["after"] } == [nil, "x"])
    }

    @Test func deleteWithABadTimeIsAnError() async throws {
        let bench = try Self.bench(["/archived": ["{\"results\":[{\"id\":1,\"archivedAt\":\"soon\"}]}"]])
        let reader = try KeyListReader(
            #require(bench.stream.deletes),
            noun: "deletes",
            of: bench.stream,
            requester: bench.requester
        )
        let error = await #expect(throws: ExtractionError.self) { try await reader.next() }
        #expect(
            error?.message
                == "stream contacts, deletes, page 1, record 1: archivedAt is \"soon\", no rfc3339 time"
        )
    }

    @Test func whatIsThereIsReadWithACursorInTheBody() async throws {
        let bench = try Self.bench([
            "/all": ["{\"results\":[{\"id\":1}],\"next\":\"x\"}", "{\"results\":[{\"id\":2}]}"]
        ])
        let reader = try KeyListReader(
            #require(bench.stream.reconcile),
            noun: "reconcile",
            of: bench.stream,
            requester: bench.requester
        )
        var keys: [[UInt8]] = []
        while let page = try await reader.next() {
            keys += page.keys
            #expect(page.deletedAt.isEmpty)
        }
        #expect(keys == [Array("1".utf8), Array("2".utf8)])
        let bodies = bench.transport.asked.map(\.parameters)
        #expect(bodies[0] == ["limit": .number("2")])
        #expect(bodies[1] == ["limit": .number("2"), "page": .object([.init(name: "after", value: "x")])])
    }

    @Test func discoveredValuesAreDistinctAndWithinBounds() async throws {
        let bench = try Self.bench([
            "/properties": [
                "{\"results\":[{\"name\":\"a\"},{\"name\":\"b\"},{\"name\":\"a\"},{\"name\":5}]}",
                "{\"results\":[\((0...10_000).map { "{\"name\":\($0)}" }.joined(separator: ","))]}",
            ]
        ])
        let discovery = Discovery(stream: bench.stream, requester: bench.requester)
        #expect(try await discovery.read().values == ["properties": .array(["a", "b", .number("5")])])
        let error = await #expect(throws: ExtractionError.self) { try await discovery.read() }
        #expect(error?.code == .tooManyValues)
    }

    private static func window(_ bench: HandlerBench) throws -> WindowReader {
        try WindowReader(
            stream: bench.stream,
            requester: bench.requester,
            from: Instant(milliseconds: 1000),
            to: Instant(milliseconds: 9000),
            discovered: Discovered(["properties": .array(["a", "b"])])
        )
    }

    @Test func bodyKeepsTheTypesOfItsValues() async throws {
        let bench = try Self.bench(["/search": ["{\"results\":[],\"total\":0}"]])
        #expect(try await Self.window(bench).next() == nil)
        let body = try #require(bench.transport.asked.first).parameters
        #expect(body["properties"]?.compactText == "[\"a\",\"b\"]")
        #expect(
            body["filters"]?.compactText
                == "[{\"name\":\"at\",\"value\":\"1000\"},{\"name\":\"at\",\"value\":\"9000\"}]"
        )
        #expect(body["deep"]?.compactText == "{\"limit\":200,\"exact\":1000,\"none\":null,\"yes\":true}")
    }

    @Test func recordsAreReplacedByWholeOnes() async throws {
        let row = { (id: Int, more: String) in "{\"id\":\(id),\"at\":\(1000 + id)\(more)}" }
        let rows = [row(1, ""), row(2, ""), row(3, ",\"archived\":true"), row(4, ""), row(5, "")]
        let bench = try Self.bench([
            "/search": ["{\"results\":[\(rows.joined(separator: ","))],\"total\":5}"],
            // Of 2 and 4 nothing comes; 5 has swallowed others.
            "/batch": [
                "{\"results\":[\(row(1, ",\"email\":\"x\""))]}",
                "{\"results\":[\(row(5, ",\"merged\":\"8; 9\""))]}",
            ],
        ])
        let page = try #require(try await Self.window(bench).next())
        #expect(page.keyTexts == ["3", "1", "5"])
        #expect(page.recordTexts[1] == "{\"id\":1,\"at\":1001,\"email\":\"x\"}")
        #expect(page.isDeleted == [true, false, false])
        #expect(page.mergedKeys.map(\.record) == [2, 2])
        #expect(page.mergedKeys.map(\.key) == [Array("8".utf8), Array("9".utf8)])
        #expect(page.requests == 3)
        let inputs = bench.transport.asked.filter { $0.path == "/batch" }.map {
            $0.parameters["inputs"]?.compactText
        }
        #expect(inputs == ["[{\"id\":\"1\"},{\"id\":\"2\"}]", "[{\"id\":\"4\"},{\"id\":\"5\"}]"])
    }

    /// I2: without an answer about a record nobody knows whether it exists.
    @Test(arguments: [
        // What comes at the second request for it, and the keys of the page; none: an error.
        (#"{"results":[{"id":2,"at":1002}]}"#, ["1", "2"]),
        (#"{"results":[],"errors":[{"kind":"NONE","ids":["2"]}]}"#, ["1"]),
        (#"{"results":[],"errors":[{"kind":"NONE","ids":2}]}"#, ["1"]),
        (#"{"results":[],"errors":[{"kind":"BUSY","ids":["2"]}]}"#, []),
        (#"{"results":[],"errors":[{"ids":["2"]}]}"#, []),
        (#"{"results":[]}"#, []),
    ])
    func recordThatAnAnswerLeavesOpenIsAskedForAgain(second: String, keys: [String]) async throws {
        let missing = """
            missing: {records: errors, keys: ids, when: "{{ record.kind == 'NONE' }}"}
                  size: 2
            """
        let yaml = Self.yaml.replacing("      size: 2\n    discover", with: "      \(missing)\n    discover")
        #expect(yaml != Self.yaml)
        let bench = try Self.bench(
            [
                "/search": [#"{"results":[{"id":1,"at":1001},{"id":2,"at":1002}],"total":2}"#],
                "/batch": [
                    #"{"results":[{"id":1,"at":1001}],"errors":[{"kind":"BUSY","ids":["2"]}]}"#, second,
                ],
            ],
            yaml: yaml
        )
        let reader = try Self.window(bench)
        if keys.isEmpty {
            let error = await #expect(throws: ExtractionError.self) { try await reader.next() }
            #expect(error?.code == .badPage)
            #expect(
                error?.message.contains("1 of 2 records came neither whole nor as missing, the first 2")
                    == true
            )
        } else {
            let page = try #require(try await reader.next())
            #expect(page.keyTexts == keys)
            #expect(page.requests == 3)
        }
        let inputs = bench.transport.asked.filter { $0.path == "/batch" }.map {
            $0.parameters["inputs"]?.compactText
        }
        #expect(inputs == [#"[{"id":"1"},{"id":"2"}]"#, #"[{"id":"2"}]"#])
    }

    /// I2.
    @Test func wholeRecordThatWasNotAskedForIsAnError() async throws {
        let bench = try Self.bench([
            "/search": ["{\"results\":[{\"id\":1,\"at\":2000}],\"total\":1}"],
            "/batch": ["{\"results\":[{\"id\":7,\"at\":2000}]}"],
        ])
        let reader = try Self.window(bench)
        let error = await #expect(throws: ExtractionError.self) { try await reader.next() }
        #expect(error?.code == .ignoredFilter)
        #expect(error?.message.contains("record 7 came and was not asked for") == true)
    }

    /// A key that went into another record is answered with that one.
    @Test(arguments: [("1", true), ("8;1", true), ("8", false), ("", false)])
    func recordThatSwallowedTheOneAskedForComesInItsPlace(merged: String, isTaken: Bool) async throws {
        let bench = try Self.bench([
            "/search": ["{\"results\":[{\"id\":1,\"at\":2000}],\"total\":1}"],
            "/batch": ["{\"results\":[{\"id\":7,\"at\":2000,\"merged\":\"\(merged)\"}]}"],
        ])
        let reader = try Self.window(bench)
        if isTaken {
            let page = try #require(try await reader.next())
            #expect(page.keyTexts == ["7"])
            #expect(page.mergedKeys.last?.key == Array("1".utf8))
        } else {
            let error = await #expect(throws: ExtractionError.self) { try await reader.next() }
            #expect(error?.code == .ignoredFilter)
        }
    }

    @Test(arguments: [
        ("{\"merged\":null}", "", []), ("{}", "", []), ("{\"merged\":\"\"}", ";", []),
        ("{\"merged\":\"1;2\"}", ";", ["1", "2"]), ("{\"merged\":\"1 , 2,,\"}", ",", ["1", "2"]),
        ("{\"merged\":[1,\"b\"]}", "", ["1", "b"]), ("{\"merged\":7}", "", ["7"]),
        ("{\"merged\":\"a;b\"}", "", ["a;b"]),
    ])
    func mergedKeys(record: String, separator: String, keys: [String]) async throws {
        let field = separator.isEmpty ? "merged" : "{field: merged, separator: \"\(separator)\"}"
        let yaml = Bench.definition(paging: "single_page", stream: "merged: \(field)")
        let body =
            "{\"data\":[\(record.replacing("{", with: "{\"id\":1,", maxReplacements: 1).replacing(",}", with: "}"))]}"
        let page = try #require(try await Bench(yaml, script: [.page(body)]).reader().next())
        #expect(page.mergedKeys.map { String(decoding: $0.key, as: UTF8.self) } == keys)
    }

    @Test(arguments: ["true", "{\"a\":1}", "[{}]"])
    func mergedFieldOfAnotherKindIsAnError(value: String) async throws {
        let yaml = Bench.definition(paging: "single_page", stream: "merged: merged")
        let bench = try Bench(yaml, script: [.page("{\"data\":[{\"id\":1,\"merged\":\(value)}]}")])
        let error = await bench.failure() as? ExtractionError
        #expect(error?.code == .badPage)
        #expect(error?.message.contains("record 1: merged") == true)
    }
}
