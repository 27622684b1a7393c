import Core
import JSON
import ProcessSupport
import Testing

@testable import Extraction

@Suite struct WindowReaderTests {
    static func ordered(_ end: TimedRows.End, format: String = "epoch_ms", ties: Bool = true) -> String {
        let last = end == .none ? "" : "\(end.rawValue): \(end.rawValue), "
        let tie = "ties: {body: {at: \"{{ tie.at }}\", after: \"{{ tie.after }}\"}}"
        return HandlerBench.definition(
            """
              contacts:
                post: /search
                body: {from: "{{ window.from }}", to: "{{ window.to }}"}
                records: results
                key: id
                version: {field: at, format: epoch_ms}
                progress:
                  window: {format: \(format), hold_back: 60s, overlap: 60m,
                    earliest: "2006-01-01T00:00:00Z", order: ascending, \(last)\(ties ? tie : "")}
            """
        )
    }

    static func paged(cap: Int, format: String = "epoch_ms", ties: Bool = true) -> String {
        let tie = ", ties: {query: {at: \"{{ tie.at }}\", after: \"{{ tie.after }}\"}}"
        return HandlerBench.definition(
            """
              contacts:
                get: /items
                query: {from: "{{ window.from }}", to: "{{ window.to }}"}
                records: results
                key: id
                version: {field: at, format: epoch_ms}
                paging: {cursor: {field: next, param: cursor}}
                progress:
                  window: {format: \(format), hold_back: 60s, overlap: 60m,
                    earliest: "2006-01-01T00:00:00Z", cap: \(cap)\(ties ? tie : "")}
            """
        )
    }

    /// All pages of a window: their keys, and whether it was read to its end.
    static func read(_ bench: HandlerBench, from: Int, to: Int) async throws -> (
        keys: [String], isComplete: Bool
    ) {
        let reader = try WindowReader(
            stream: bench.stream,
            requester: bench.requester,
            from: Instant(milliseconds: from),
            to: Instant(milliseconds: to)
        )
        var keys: [String] = []
        var readTo = reader.readTo
        while let page = try await reader.next() {
            #expect(!page.page.records.isEmpty)
            #expect(reader.readTo >= readTo)
            readTo = reader.readTo
            keys += page.keyTexts
        }
        if reader.isComplete { #expect(reader.readTo == reader.to) }
        return (keys, reader.isComplete)
    }

    /// I2, I7: against a brute-force twin.
    @Test(arguments: TimedRows.End.allCases, ["epoch", "epoch_ms"])
    func orderedWindowHasEveryRowOnce(end: TimedRows.End, format: String) async throws {
        var random = SeededGenerator(seed: 11)
        let unit = format == "epoch" ? 1000 : 1
        for round in 0..<40 {
            let spread = [0, 3, 20, 4000][round % 4]
            let start = 1_700_000_000_000 + Int.random(in: 0..<2000, using: &random)
            let count = Int.random(in: 0...40, using: &random)
            let rows = TimedRows.random(count, from: start, spread: spread, using: &random)
            let pageSize = Int.random(in: 1...7, using: &random)
            let api = TimedRows(rows: rows, pageSize: pageSize, unit: unit)
            let bench = try HandlerBench(Self.ordered(end, format: format)) { api.ordered($0) }
            let from = start + Int.random(in: -2000...2000, using: &random)
            let to = from + Int.random(in: 0...5000, using: &random)
            let found = try await Self.read(bench, from: from, to: to)
            let bounds = (from / unit * unit)..<(to / unit * unit)
            let expected = rows.filter { bounds.contains($0.time) }.map { String($0.id) }
            #expect(found.keys.sorted() == expected.sorted(), "round \(round)")
            #expect(found.isComplete)
            #expect(bench.transport.asked.count <= 5 * expected.count + 5)
        }
    }

    /// I2: rows that an index has under an older time than they bear hide nothing that is older than the overlap.
    @Test(arguments: TimedRows.End.allCases)
    func laggingIndexHidesNothing(end: TimedRows.End) async throws {
        var random = SeededGenerator(seed: 12)
        var complete = 0
        for round in 0..<60 {
            let start = 1_700_000_000_000
            var rows = TimedRows.random(30, from: start, spread: 60, using: &random)
            let now = Bench.start.milliseconds
            for _ in 0..<Int.random(in: 0...3, using: &random) {
                let changed = Int.random(in: 0..<rows.count, using: &random)
                rows[changed].time = now - Int.random(in: -1000...60_000, using: &random)
            }
            let pageSize = Int.random(in: 1...6, using: &random)
            let api = TimedRows(rows: rows, pageSize: pageSize)
            let bench = try HandlerBench(Self.ordered(end)) { api.ordered($0) }
            do {
                let found = try await Self.read(bench, from: start, to: now)
                let settled = rows.filter { $0.time == $0.indexed }.map { String($0.id) }
                #expect(Set(found.keys).isSuperset(of: settled), "round \(round)")
                #expect(found.isComplete)
                complete += 1
            } catch let error as ExtractionError {
                // Loudly, never silently.
                #expect(error.code == .noProgress, "round \(round)")
            }
        }
        #expect(complete > 30)
    }

    @Test func recentRowsComeAtLeastOnce() async throws {
        var random = SeededGenerator(seed: 13)
        for round in 0..<30 {
            let now = Bench.start.milliseconds
            let spread = [10, 1000, 7_200_000][round % 3]
            let rows = TimedRows.random(30, from: now - spread, spread: spread - 1, using: &random)
            let api = TimedRows(rows: rows, pageSize: Int.random(in: 1...6, using: &random))
            let bench = try HandlerBench(Self.ordered(.none)) { api.ordered($0) }
            let found = try await Self.read(bench, from: now - spread, to: now)
            #expect(Set(found.keys) == Set(rows.map { String($0.id) }), "round \(round)")
            #expect(found.isComplete)
        }
    }

    /// I2, I7: a window with more rows than come at once is halved, and a single unit of time read by key.
    @Test(arguments: ["epoch", "epoch_ms"])
    func halvedWindowHasEveryRow(format: String) async throws {
        var random = SeededGenerator(seed: 14)
        let unit = format == "epoch" ? 1000 : 1
        for round in 0..<40 {
            let spread = [0, 3, 50, 9000][round % 4]
            let start = 1_700_000_000_000
            let rows = TimedRows.random(
                Int.random(in: 0...40, using: &random),
                from: start,
                spread: spread,
                using: &random
            )
            let cap = Int.random(in: 4...20, using: &random)
            let api = TimedRows(rows: rows, pageSize: Int.random(in: 1...4, using: &random), unit: unit)
            let bench = try HandlerBench(Self.paged(cap: cap, format: format)) { api.paged($0, cap: cap) }
            let found = try await Self.read(bench, from: start - 7000, to: start + 8000)
            let expected = rows.filter { $0.time < start + 8000 }.map { String($0.id) }
            #expect(Set(found.keys) == Set(expected), "round \(round)")
            if rows.count <= cap { #expect(found.keys.count == expected.count) }
            #expect(found.isComplete)
        }
    }

    @Test func unitOverTheCapWithoutTiesIsAnError() async throws {
        let rows = (0..<6).map { TimedRows.Row(id: $0, time: 1_700_000_000_000, indexed: 1_700_000_000_000) }
        let api = TimedRows(rows: rows, pageSize: 2)
        let bench = try HandlerBench(Self.paged(cap: 5, ties: false)) { api.paged($0, cap: 5) }
        let error = await #expect(throws: ExtractionError.self) {
            try await Self.read(bench, from: 1_700_000_000_000, to: 1_700_000_000_100)
        }
        #expect(error?.code == .windowTooLarge)
        #expect(error?.message.contains("add ties") == true)
    }

    @Test func pageOfOneTimeWithoutTiesIsAnError() async throws {
        let rows = (0..<6).map { TimedRows.Row(id: $0, time: 1_700_000_000_000, indexed: 1_700_000_000_000) }
        let api = TimedRows(rows: rows, pageSize: 2)
        let bench = try HandlerBench(Self.ordered(.total, ties: false)) { api.ordered($0) }
        let error = await #expect(throws: ExtractionError.self) {
            try await Self.read(bench, from: 1_700_000_000_000, to: 1_700_000_000_100)
        }
        #expect(error?.code == .noProgress)
        #expect(error?.message.contains("add ties") == true)
    }

    /// I2: what an API ignores is noticed.
    @Test(arguments: [
        ("window", "the API ignores the window", ExtractionError.Code.ignoredFilter),
        ("order", "the API ignores the order", .ignoredFilter),
        ("after", "the API ignores tie.after", .noProgress),
        ("at", "the API ignores tie.at", .ignoredFilter),
        ("inclusive", ">=, not >", .noProgress),
    ])
    func ignoredFilterIsAnError(what: String, text: String, code: ExtractionError.Code) async throws {
        let start = 1_700_000_000_000
        let rows = (0..<40).map { TimedRows.Row(id: $0, time: start + $0 / 8, indexed: start + $0 / 8) }
        let api = TimedRows(rows: rows, pageSize: 4)
        let bench = try HandlerBench(Self.ordered(.total)) { asked in
            var asked = asked
            let isTie = asked["at"] != nil
            switch what {
            case "window":
                asked.parameters["from"] = .string("0")
                asked.parameters["to"] = .string("9999999999999")
            case "after": asked.parameters["after"] = nil
            case "at": asked.parameters["at"] = isTie ? .string(String(start - 1)) : nil
            case "inclusive":
                if let from = asked["from"].flatMap({ Int($0) }) {
                    asked.parameters["from"] = .string(String(from + 1))
                }
            default: break
            }
            if what == "at", isTie {
                let old = TimedRows.Row(id: 99, time: start - 5, indexed: start - 1)
                return TimedRows(rows: [old, old], pageSize: 1).ordered(asked)
            }
            guard what == "order" else { return api.ordered(asked) }
            var unordered = api
            unordered.pageSize = 40
            let body = (try? JSONValue.parse(unordered.ordered(asked).body)) ?? .null
            let results = Array((body["results"]?.elements ?? []).reversed().prefix(30))
            return .json(
                .object([
                    .init(name: "results", value: .array(results)), .init(name: "total", value: .number(40)),
                ])
            )
        }
        let from = what == "window" ? start + 100 : start
        let error = await #expect(throws: ExtractionError.self) {
            try await Self.read(bench, from: from, to: start + 1000)
        }
        #expect(error?.code == code)
        #expect(error?.message.contains(text) == true, "\(error?.message ?? "")")
    }

    @Test func requestsAreWritten() async throws {
        let start = 1_700_000_000_000
        let rows = (0..<3).map { TimedRows.Row(id: $0, time: start, indexed: start) }
        let api = TimedRows(rows: rows, pageSize: 2)
        let bench = try HandlerBench(Self.ordered(.none)) { api.ordered($0) }
        _ = try await Self.read(bench, from: start - 1, to: start + 5)
        let shown = bench.transport.asked.map { asked in
            asked.parameters.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value.compactText)" }
                .joined(separator: " ")
        }
        #expect(bench.transport.asked.allSatisfy { $0.method == "POST" && $0.path == "/search" })
        #expect(
            shown == [
                "from=\"1699999999999\" to=\"1700000000005\"",
                "from=\"1700000000000\" to=\"1700000000005\"",
                "after=null at=\"1700000000000\"", "after=1 at=\"1700000000000\"",
                "after=2 at=\"1700000000000\"",
                "from=\"1700000000001\" to=\"1700000000005\"",
            ]
        )
    }

    @Test func readerStandsBehindThePagesItGave() async throws {
        let start = 1_700_000_000_000
        let api = TimedRows(
            rows: (0..<9).map { .init(id: $0, time: start + $0, indexed: start + $0) },
            pageSize: 3
        )
        let bench = try HandlerBench(Self.ordered(.total)) { api.ordered($0) }
        let reader = try WindowReader(
            stream: bench.stream,
            requester: bench.requester,
            from: Instant(milliseconds: start),
            to: Instant(milliseconds: start + 100)
        )
        #expect(try await reader.next()?.keyTexts == ["0", "1", "2"])
        #expect(try await reader.next()?.keyTexts == ["3", "4"])
        #expect(!reader.isComplete)
        #expect(reader.readTo == Instant(milliseconds: start + 2))
        #expect(reader.progress.records == 5)
    }

    @Test(arguments: [("{\"id\":1}", "is missing"), ("{\"id\":1,\"at\":\"x\"}", "no epoch_ms time")])
    func rowWithoutATimeIsAnError(row: String, text: String) async throws {
        let bench = try HandlerBench(Self.ordered(.total)) { _ in
            HTTPResponse(status: 200, headers: [], body: Array("{\"results\":[\(row)],\"total\":1}".utf8))
        }
        let error = await #expect(throws: ExtractionError.self) {
            try await Self.read(bench, from: 0, to: 10)
        }
        #expect(error?.code == .badPage)
        #expect(error?.message.contains(text) == true)
    }

    @Test func totalThatIsNoneIsAnError() async throws {
        let bench = try HandlerBench(Self.ordered(.total)) { _ in
            HTTPResponse(status: 200, headers: [], body: Array("{\"results\":[]}".utf8))
        }
        let error = await #expect(throws: ExtractionError.self) {
            try await Self.read(bench, from: 0, to: 10)
        }
        #expect(error?.message.contains("how many records there are (total) is no number") == true)
    }
}
