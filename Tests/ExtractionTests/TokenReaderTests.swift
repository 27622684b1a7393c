import Core
import JSON
import ProcessSupport
import Synchronization
import Testing

@testable import Extraction

@Suite struct TokenReaderTests {
    static func yaml(
        end: String = "{field: end_of_stream, is: true}",
        field: String = "after_cursor",
        parameter: String = "cursor",
        more: String = ""
    ) -> String {
        HandlerBench.definition(
            """
              tickets:
                get: /tickets
                query: {per_page: 2}
                records: tickets
                key: id
                version: {field: at, format: epoch}
                lost: {status: 400, code: InvalidCursor}
                progress:
                  token:
                    field: \(field)
                    param: \(parameter)
                    end: \(end)
                    start: {param: start_time, format: epoch, earliest: "2010-01-01T00:00:00Z", lag: 61s}
                    caught_up: {status: [400, 422], message: "Too recent"}
                    back: 1h
            \(more)
            """
        )
    }

    /// Rows in the order in which they appeared; a token is their count, or the time of the last one.
    final class API: Sendable {
        struct State {
            var times: [Int] = []
            var pageSize = 2
            var isInclusive = false
        }
        let state = Mutex(State())

        func answer(_ asked: HandlerTransport.Asked) -> HTTPResponse {
            state.withLock { state in
                let start: Int
                if state.isInclusive {
                    let time = Int(asked["start_time"] ?? "") ?? 0
                    start = state.times.firstIndex { $0 >= time } ?? state.times.count
                } else {
                    start = asked["cursor"].flatMap { Int($0.dropFirst()) } ?? 0
                }
                let rows = Array(state.times.enumerated().dropFirst(start).prefix(state.pageSize))
                let end = start + rows.count
                let isEnd = end == state.times.count
                let records = rows.map { row in
                    JSONValue.object([
                        .init(name: "id", value: .number(row.offset)),
                        .init(name: "at", value: .number(row.element)),
                    ])
                }
                let endTime =
                    rows.last.map { JSONValue.number($0.element) } ?? asked.parameters["start_time"] ?? .null
                return .json(
                    .object([
                        .init(name: "tickets", value: .array(records)),
                        .init(name: "after_cursor", value: end == 0 ? .null : .string("c\(end)")),
                        .init(name: "end_time", value: endTime),
                        .init(name: "end_of_stream", value: .bool(isEnd)),
                        .init(name: "has_more", value: .bool(!isEnd)),
                    ])
                )
            }
        }
    }

    static func read(_ bench: HandlerBench, from place: TokenPlace) async throws -> (
        keys: [String], token: JSONValue?
    ) {
        let reader = try TokenReader(stream: bench.stream, requester: bench.requester, from: place)
        var keys: [String] = []
        while let page = try await reader.next() {
            #expect(page.progress == reader.progress)
            keys += page.keyTexts
        }
        #expect(reader.isComplete)
        #expect(try await reader.next() == nil)
        return (keys, reader.progress.token)
    }

    /// I1, I2: run by run, rows appearing in between.
    @Test(arguments: ["{field: end_of_stream, is: true}", "{more: has_more}"])
    func everyRowComesOnceOverManyRuns(end: String) async throws {
        var random = SeededGenerator(seed: 21)
        for _ in 0..<40 {
            let api = API()
            let bench = try HandlerBench(Self.yaml(end: end)) { api.answer($0) }
            var place = TokenPlace()
            var keys: [String] = []
            for _ in 0..<5 {
                let count = Int.random(in: 0...7, using: &random)
                let size = Int.random(in: 1...4, using: &random)
                api.state.withLock { state in
                    state.pageSize = size
                    for _ in 0..<count { state.times.append(state.times.count) }
                }
                let found = try await Self.read(bench, from: place)
                keys += found.keys
                place.token = found.token
            }
            let expected = api.state.withLock { $0.times.indices.map { String($0) } }
            #expect(keys == expected)
        }
    }

    /// A token that is the time of the last row comes with that row again, and never leaves one out.
    @Test func tokenThatIsATimeRepeatsOnlyTheLastRow() async throws {
        var random = SeededGenerator(seed: 22)
        for _ in 0..<40 {
            let api = API()
            api.state.withLock { $0.isInclusive = true }
            let size = Int.random(in: 3...5, using: &random)
            let yaml = Self.yaml(
                end: "{repeats: true, page_size: \(size)}",
                field: "end_time",
                parameter: "start_time"
            )
            let bench = try HandlerBench(yaml) { api.answer($0) }
            var place = TokenPlace()
            var keys: Set<String> = []
            for _ in 0..<4 {
                let count = Int.random(in: 0...7, using: &random)
                api.state.withLock { state in
                    state.pageSize = size
                    // At most two rows of one time, so that a page has more than one.
                    for _ in 0..<count { state.times.append(1_700_000_000 + state.times.count / 2) }
                }
                let found = try await Self.read(bench, from: place)
                keys.formUnion(found.keys)
                place.token = found.token
            }
            let expected = api.state.withLock { Set($0.times.indices.map { String($0) }) }
            #expect(keys == expected)
        }
    }

    /// There is no last row whose time could be the token.
    @Test func emptyPageWithoutATokenIsTheEnd() async throws {
        let yaml = Self.yaml(end: "{repeats: true, page_size: 2}", field: "end_time", parameter: "start_time")
        let bench = try HandlerBench(yaml) { _ in .json(["tickets": [], "end_time": .null]) }
        let found = try await Self.read(bench, from: TokenPlace())
        #expect(found.keys.isEmpty)
        #expect(found.token == nil)
    }

    /// I2.
    @Test func fullPageOfOneTimeIsNoEnd() async throws {
        let api = API()
        api.state.withLock { state in
            state.isInclusive = true
            state.times = Array(repeating: 1_700_000_000, count: 5)
        }
        let yaml = Self.yaml(end: "{repeats: true, page_size: 2}", field: "end_time", parameter: "start_time")
        let bench = try HandlerBench(yaml) { api.answer($0) }
        let error = await #expect(throws: ExtractionError.self) {
            try await Self.read(bench, from: TokenPlace(token: .number(1_700_000_000)))
        }
        #expect(error?.code == .noProgress)
        #expect(error?.message.contains("the page is full") == true)
    }

    /// An API that never divides one time gives a longer page than was asked for: all of that time is there.
    @Test func longerPageOfOneTimeIsTheEnd() async throws {
        let api = API()
        api.state.withLock { state in
            state.isInclusive = true
            state.pageSize = 3
            state.times = Array(repeating: 1_700_000_000, count: 3)
        }
        let yaml = Self.yaml(end: "{repeats: true, page_size: 2}", field: "end_time", parameter: "start_time")
        let bench = try HandlerBench(yaml) { api.answer($0) }
        let found = try await Self.read(bench, from: TokenPlace(token: .number(1_700_000_000)))
        #expect(found.keys == ["0", "1", "2"])
    }

    /// I2: nor is one that is as long as was asked for, after a longer one took too long.
    @Test func fullPageOfAReducedSizeIsNoEnd() async throws {
        let api = API()
        api.state.withLock { state in
            state.isInclusive = true
            state.times = Array(repeating: 1_700_000_000, count: 5)
        }
        let yaml = Self.yaml(end: "{repeats: true, page_size: 4}", field: "end_time", parameter: "start_time")
            .replacing("per_page: 2", with: "per_page: 4")
            .replacing(
                "errors: {",
                with: "errors: {rules: [{status: 504, action: retry, shrink: {param: per_page, min: 1}}], "
            )
        let bench = try HandlerBench(yaml) {
            $0["per_page"] == "4" ? HTTPResponse(status: 504, headers: [], body: []) : api.answer($0)
        }
        let error = await #expect(throws: ExtractionError.self) {
            try await Self.read(bench, from: TokenPlace(token: .number(1_700_000_000)))
        }
        #expect(error?.code == .noProgress)
    }

    @Test(
        arguments: [
            (TokenPlace(), "per_page=2 start_time=1262304000"),
            (TokenPlace(from: Instant(seconds: 1_700_000_000)), "per_page=2 start_time=1700000000"),
            // Never later than now less the lag, never before the earliest.
            (TokenPlace(from: Bench.start), "per_page=2 start_time=1759999939"),
            (TokenPlace(from: Instant(seconds: 5)), "per_page=2 start_time=1262304000"),
            (TokenPlace(token: "c4", from: Bench.start), "cursor=c4 per_page=2"),
        ] as [(TokenPlace, String)]
    )
    func firstRequest(place: TokenPlace, parameters: String) async throws {
        let api = API()
        api.state.withLock { $0.times = [1, 2, 3, 4] }
        let bench = try HandlerBench(Self.yaml()) { api.answer($0) }
        _ = try await Self.read(bench, from: place)
        let asked = try #require(bench.transport.asked.first)
        let shown = asked.parameters.keys.sorted().map { "\($0)=\(asked[$0] ?? "")" }.joined(separator: " ")
        #expect(shown == parameters)
    }

    @Test(arguments: [400, 422])
    func caughtUpAnswerIsTheEnd(status: Int) async throws {
        let bench = try HandlerBench(Self.yaml()) { _ in
            .json(.object([.init(name: "message", value: "Too recent start_time")]), status: status)
        }
        let reader = try TokenReader(
            stream: bench.stream,
            requester: bench.requester,
            from: TokenPlace(token: "c1")
        )
        #expect(try await reader.next() == nil)
        #expect(reader.isComplete)
        #expect(reader.progress.token == "c1")
        #expect(reader.times?.now == Bench.start)
    }

    @Test(
        arguments: [
            (TokenPlace(token: "c1"), ExtractionError.Code.placeLost), (TokenPlace(), .status),
        ] as [(TokenPlace, ExtractionError.Code)]
    )
    func lostTokenIsNamed(place: TokenPlace, code: ExtractionError.Code) async throws {
        let bench = try HandlerBench(Self.yaml()) { _ in
            .json(.object([.init(name: "code", value: "InvalidCursor")]), status: 400)
        }
        let error = await #expect(throws: ExtractionError.self) { try await Self.read(bench, from: place) }
        #expect(error?.code == code)
    }

    /// I2.
    @Test(arguments: [
        (
            "{\"tickets\":[],\"end_of_stream\":false}", "the token (after_cursor) is missing",
            ExtractionError.Code.badPage
        ),
        ("{\"tickets\":[],\"after_cursor\":\"c9\"}", "(end_of_stream) is missing", .badPage),
        (
            "{\"tickets\":[],\"after_cursor\":\"c1\",\"end_of_stream\":false}",
            "the token for the next page is the one that led to this page", .noProgress
        ),
        (
            "{\"tickets\":[],\"after_cursor\":\"\(Bench.secret)\",\"end_of_stream\":true}",
            "holds one of the account's secrets", .badPage
        ),
        (
            "{\"tickets\":[],\"after_cursor\":[],\"end_of_stream\":true}", "neither a text nor a number",
            .badPage
        ),
    ])
    func brokenPageIsNoEnd(body: String, text: String, code: ExtractionError.Code) async throws {
        let bench = try HandlerBench(Self.yaml()) { _ in
            HTTPResponse(status: 200, headers: [], body: Array(body.utf8))
        }
        let error = await #expect(throws: ExtractionError.self) {
            try await Self.read(bench, from: TokenPlace(token: "c1"))
        }
        #expect(error?.code == code)
        #expect(error?.message.contains(text) == true, "\(error?.message ?? "")")
    }

    @Test func endWithoutATokenStaysWhereItWas() async throws {
        let bench = try HandlerBench(Self.yaml()) { _ in
            HTTPResponse(
                status: 200,
                headers: [],
                body: Array("{\"tickets\":[],\"after_cursor\":null,\"end_of_stream\":true}".utf8)
            )
        }
        #expect(try await Self.read(bench, from: TokenPlace(token: "c1")).token == "c1")
    }

    @Test func limitEndsWithItsPageAndNewestIsNotOfTheFuture() async throws {
        let api = API()
        api.state.withLock { $0.times = [1_700_000_000, 1_700_000_009, 4_000_000_000, 1_700_000_001, 1] }
        let bench = try HandlerBench(Self.yaml()) { api.answer($0) }
        let reader = try TokenReader(stream: bench.stream, requester: bench.requester, limit: 3)
        let first = try #require(try await reader.next())
        #expect(first.newest == Instant(seconds: 1_700_000_009))
        #expect(first.versionTime(ofRecord: 0) == Instant(seconds: 1_700_000_000))
        let second = try #require(try await reader.next())
        #expect(second.newest == Instant(seconds: 1_700_000_001))
        #expect(second.keyTexts == ["2", "3"])
        #expect(try await reader.next() == nil)
        #expect(!reader.isComplete)
        #expect(reader.progress == ListProgress(token: "c4", records: 4, pages: 2))
    }

    @Test func readingForAChildNamesBoth() async throws {
        let yaml = Self.yaml(
            more: """
                  comments:
                    for_each: tickets
                    get: /tickets/{{ parent.id }}/comments
                    records: comments
                    key: id
                    paging: single_page
                    replaces: children
                """
        )
        let bench = try HandlerBench(yaml) { asked in
            asked.path == "/tickets"
                ? .json(.object([]), status: 500 - 93)
                : HTTPResponse(status: 200, headers: [], body: Array("{\"comments\":[{\"id\":7}]}".utf8))
        }
        let child = bench.definition.streams[1]
        let reader = try TokenReader(stream: bench.stream, requester: bench.requester, for: child)
        let error = await #expect(throws: ExtractionError.self) { try await reader.next() }
        #expect(error?.message.hasPrefix("stream comments, list of tickets, page 1: GET") == true)
        let read = try await ChildReader.children(of: Array("5".utf8), in: child, requester: bench.requester)
        #expect(read.pages.map(\.keyTexts) == [["7"]])
        #expect(bench.transport.asked.last?.path == "/tickets/5/comments")
    }
}
