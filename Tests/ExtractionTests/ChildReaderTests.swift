import Core
import JSON
import Testing

@testable import Extraction

@Suite struct ChildReaderTests {
    /// What a read gave: the parent and its children's ids, page by page.
    struct Seen: Hashable {
        var parent: String
        var children: [[String]]
    }

    private func read(
        _ bench: Bench,
        from progress: ListProgress = .start,
        limit: Int? = nil
    ) async throws -> [(seen: Seen, progress: ListProgress, requests: Int)] {
        let stream = try bench.definition.stream(named: "lines")
        let reader = try ChildReader(stream: stream, requester: bench.requester, from: progress, limit: limit)
        var all: [(Seen, ListProgress, Int)] = []
        while let read = try await reader.next() {
            let parent = String(decoding: read.parent, as: UTF8.self)
            all.append(
                (Seen(parent: parent, children: read.pages.map(\.recordTexts)), read.progress, read.requests)
            )
            #expect(reader.progress == read.progress)
        }
        return all
    }

    private static func seen(_ parent: String, _ pages: [[String]]) -> Seen {
        Seen(parent: parent, children: pages.map { $0.map { "{\"id\":\"\($0)\"}" } })
    }

    private static let script: [ScriptedTransport.Step] = [
        .page(.list(["b", "a"], more: true)),
        .page(.list(["b1"], more: true)), .page(.list(["b2"], more: false)),
        .page(.list([], more: false)),
        .page(.list(["z"], more: false)),
        .status(404, #"{"error":{"code":"resource_missing"}}"#),
    ]

    @Test func everyParentComesWithAllItsChildren() async throws {
        let bench = try FeedBench.bench(Self.script)
        let reads = try await read(bench)
        #expect(
            reads.map(\.seen) == [
                Self.seen("b", [["b1"], ["b2"]]), Self.seen("a", [[]]), Self.seen("z", []),
            ]
        )
        #expect(reads.map(\.requests) == [3, 1, 2])
        #expect(
            reads.map { $0.progress.token?.compactText } == [
                #"{"page":"b","after":null}"#, #"{"page":"a","after":null}"#, nil,
            ]
        )
        #expect(reads.map(\.progress.isDone) == [false, false, true])
        #expect(reads.map(\.progress.records) == [2, 2, 2])
        #expect(
            bench.transport.addresses.map { $0.dropFirst("https://api.example.com".count) } == [
                "/orders", "/orders/b/lines", "/orders/b/lines?starting_after=b1", "/orders/a/lines",
                "/orders?starting_after=a", "/orders/z/lines",
            ]
        )
        #expect(bench.requester.requests(of: "lines") == 6)
    }

    @Test func goesOnBehindAnyParent() async throws {
        let all = try await read(FeedBench.bench(Self.script))
        let bench = try FeedBench.bench([
            .page(.list(["a"], more: true)), .page(.list([], more: false)), .page(.list(["z"], more: false)),
            .page(.list([], more: false)),
        ])
        let rest = try await read(bench, from: all[0].progress)
        #expect(rest.map(\.seen.parent) == ["a", "z"])
        #expect(bench.transport.addresses[0] == "https://api.example.com/orders?starting_after=b")
    }

    @Test func emptyLastPageOfParentsEndsTheList() async throws {
        let reads = try await read(FeedBench.bench([.page(.list([], more: false))]))
        #expect(reads.map(\.seen) == [Seen(parent: "", children: [])])
        #expect(reads[0].progress.isDone)
        #expect(reads[0].requests == 1)
    }

    @Test(arguments: [
        // the page on going on, the parents read
        (["c", "b", "a"], ["a"]), (["c", "b"], []), (["c", "b", "d", "a"], ["d", "a"]),
        // The page has changed up to the parent, or the parent has gone: it is read anew, and hides none (I2).
        (["new", "b", "a"], ["new", "b", "a"]), (["c", "new", "b", "a"], ["c", "new", "b", "a"]),
        (["b", "a"], ["b", "a"]), (["c", "a", "b"], ["c", "a", "b"]), (["c", "a"], ["c", "a"]),
    ])
    func placeWithinAPageHoldsWhileItIsWhatItWas(page: [String], parents: [String]) async throws {
        let yaml = FeedBench.yaml.replacing(
            "get: /orders\n",
            with: "get: /orders\n    paging: {cursor: {field: next, param: cursor}}\n"
        )
        let first: [ScriptedTransport.Step] = [
            .page(.list(["c", "b", "a"], more: false)), .page(.list(["c1"], more: false)),
            .page(.list(["b1"], more: false)), .page(.list([], more: false)),
        ]
        let reads = try await read(FeedBench.bench(first, yaml: yaml))
        #expect(reads[1].progress.token?["page"] == .null)
        #expect(reads[1].progress.token?["after"] == "b")
        let children = ScriptedTransport.Step.page(.list([], more: false))
        let script = [.page(.list(page, more: false))] + parents.map { _ in children }
        let rest = try await read(FeedBench.bench(script, yaml: yaml), from: reads[1].progress)
        #expect(rest.map(\.seen.parent).filter { !$0.isEmpty } == parents)
        #expect(rest.last?.progress.isDone == true)
    }

    @Test func limitEndsBehindAWholeParent() async throws {
        let reads = try await read(FeedBench.bench(Self.script), limit: 1)
        #expect(reads.map(\.seen.parent) == ["b"])
        #expect(reads[0].progress.records == 2)
        #expect(!reads[0].progress.isDone)
    }

    @Test func sinceIsAskedOfTheParents() async throws {
        let bench = try FeedBench.bench([.page(.list([], more: false))])
        let reads = try await read(bench, from: ListProgress(since: Instant(seconds: 5)))
        #expect(bench.transport.addresses == ["https://api.example.com/orders?created%5Bgte%5D=5"])
        #expect(reads[0].progress.since == Instant(seconds: 5))
    }

    @Test func tokenOfAnotherKindIsRefused() throws {
        let bench = try FeedBench.bench([])
        let error = #expect(throws: ExtractionError.self) {
            try ChildReader(
                stream: bench.definition.stream(named: "lines"),
                requester: bench.requester,
                from: ListProgress(token: "x")
            )
        }
        #expect(error?.codeText == "extraction.bad_bookmark")
    }

    @Test func childrenAreBoundedInMemory() async throws {
        let bench = try FeedBench.bench([.page(.list(["l1"], more: true)), .page(.list(["l2"], more: true))])
        let stream = try bench.definition.stream(named: "lines")
        let error = await #expect(throws: ExtractionError.self) {
            try await ChildSet.read(
                of: Array("o".utf8),
                in: stream,
                requester: bench.requester,
                maximumBytes: 60
            )
        }
        #expect(error?.codeText == "extraction.too_many_children")
    }

    /// A child at which a page goes on may be deleted in between.
    @Test(arguments: [(1, true), (3, true), (4, false)])
    func aSetThatLostItsPlaceIsReadFromItsBeginning(losses: Int, isRead: Bool) async throws {
        var script: [ScriptedTransport.Step] = [.page(.list(["a"], more: false))]
        for loss in 0..<losses {
            script.append(.page(.list(["a\(loss)"], more: true)))
            script.append(.status(404, #"{"error":{"code":"resource_missing"}}"#))
        }
        script += [.page(.list(["b1"], more: true)), .page(.list(["b2"], more: false))]
        let yaml = FeedBench.yaml.replacing(
            "  follow: {feed: events}\n",
            with: "  follow: {feed: events}\n  lost: {status: 404, code: resource_missing}\n"
        )
        let bench = try FeedBench.bench(script, yaml: yaml)
        guard isRead else {
            let error = await #expect(throws: ExtractionError.self) { try await read(bench) }
            #expect(error?.codeText == "extraction.place_lost")
            return
        }
        #expect(try await read(bench).map(\.seen) == [Self.seen("a", [["b1"], ["b2"]])])
    }

    /// Its list has the parent: an answer that may be a proxy's or a wrong path's does not prove that it is gone.
    @Test func aListedParentIsNotGoneByADoubtfulAnswer() async throws {
        let bench = try FeedBench.bench([
            .page(.list(["a"], more: false)), .status(404, #"{"error":{"message":"Unrecognized URL"}}"#),
        ])
        let error = await #expect(throws: ExtractionError.self) { try await read(bench) }
        #expect(error?.codeText == "extraction.status")
    }

    /// An API may have no code for it: a message that a rule says it by does prove it, and no other does.
    @Test(arguments: [("No lines of it", true), ("Unrecognized URL", false)])
    func aListedParentIsGoneByAMessageThatARuleNames(message: String, isGone: Bool) async throws {
        let yaml = FeedBench.yaml.replacing(
            "code: error.code}",
            with:
                "code: error.code, rules: [{status: 404, message: No lines, action: unavailable, gone: true}]}"
        )
        let answer = #"{"error":{"message":"\#(message)"}}"#
        let bench = try FeedBench.bench([.page(.list(["a"], more: false)), .status(404, answer)], yaml: yaml)
        guard isGone else {
            let error = await #expect(throws: ExtractionError.self) { try await read(bench) }
            #expect(error?.codeText == "extraction.status")
            return
        }
        #expect(try await read(bench).map(\.seen) == [Self.seen("a", [])])
    }
}
