import Core
import Cryptography
import JSON
import Synchronization
import Testing

@testable import Extraction

@Suite struct FeedReaderTests {
    static let from = Instant(milliseconds: 1_700_000_000_500)
    static let to = Instant(milliseconds: 1_700_000_100_500)

    @Test func windowIsReadWholeAndGivenOldestFirst() async throws {
        let bench = try FeedBench.bench([
            FeedBench.page(
                [FeedBench.entry("e5", 1_700_000_050), FeedBench.entry("e4", 1_700_000_040)],
                more: true,
                headers: [("Date", "Thu, 09 Oct 2025 08:53:10 GMT")]
            ),
            FeedBench.page([
                FeedBench.entry("e3", 1_700_000_040), FeedBench.entry("e4", 1_700_000_040),
                FeedBench.entry("e1", 1_700_000_000),
            ]),
        ])
        let window = try await FeedBench.reader(bench).read(from: Self.from, to: Self.to)
        // Of one second, the feed's order turned round; what came twice is one entry.
        #expect(window.ids == ["e1", "e3", "e4", "e5"])
        #expect(window.requests == 2)
        #expect(window.now == Instant(seconds: 1_759_999_990))
        let query = "created%5Bgte%5D=1700000000&created%5Blt%5D=1700000101"
        #expect(
            bench.transport.addresses == [
                "https://api.example.com/events?limit=3&\(query)",
                "https://api.example.com/events?limit=3&\(query)&starting_after=e4",
            ]
        )
    }

    @Test func entriesOutOfOrderAreSortedByTheirTime() async throws {
        let bench = try FeedBench.bench([
            FeedBench.page([
                FeedBench.entry("e4", 1_700_000_030), FeedBench.entry("e1", 1_700_000_010),
                FeedBench.entry("e3", 1_700_000_020), FeedBench.entry("e2", 1_700_000_020),
            ])
        ])
        let window = try await FeedBench.reader(bench).read(from: Self.from, to: Self.to)
        #expect(window.ids == ["e1", "e2", "e3", "e4"])
    }

    @Test func openWindowHasNoEnd() async throws {
        let bench = try FeedBench.bench([FeedBench.page([])])
        let window = try await FeedBench.reader(bench).read(from: Self.from, to: nil)
        #expect(window.entries.isEmpty)
        #expect(window.now == Bench.start)
        #expect(
            bench.transport.addresses == [
                "https://api.example.com/events?limit=3&created%5Bgte%5D=1700000000"
            ]
        )
    }

    @Test func entryHasItsPartsAndTheSnapshotsHash() async throws {
        let body = """
            {"id": 7, "created": 1700000009, "type": "order.up\\u0064ated", "data": {"object": { "n" : [1.0 ],
              "id" : "o\\u0031" }}}
            """
        let bench = try FeedBench.bench([FeedBench.page([body])])
        let entry = try #require(
            try await FeedBench.reader(bench).read(from: Self.from, to: nil).entries.first
        )
        let digest = Digest.sha256(Array(#"{"n":[1.0],"id":"o\u0031"}"#.utf8))
        #expect(entry.id == Array("7".utf8))
        #expect(entry.time == Instant(seconds: 1_700_000_009))
        #expect(entry.type == "order.updated")
        #expect(entry.object == Array("o1".utf8))
        #expect(entry.snapshot == ContentHash(hex: Digest.hex(digest).utf8.prefix(32)))
    }

    @Test func aSnapshotIsKnownAsItWouldBePublished() async throws {
        let bench = try FeedBench.bench([FeedBench.page([FeedBench.entry("e1", 1_700_000_010)])])
        let plain = try await FeedBench.reader(bench).read(from: Self.from, to: nil).entries.first
        let other = try FeedBench.bench([FeedBench.page([FeedBench.entry("e1", 1_700_000_010)])])
        let published = Array(#"{"id":"***"}"#.utf8)
        let told = Locked<[String]>([])
        let reader = FeedReader(feed: other.definition.feeds[0], requester: other.requester) { type, object in
            told.withLock { $0 += [type, String(decoding: object, as: UTF8.self)] }
            return published
        }
        let entry = try #require(try await reader.read(from: Self.from, to: nil).entries.first)
        let digest = Digest.sha256(published)
        #expect(entry.snapshot == ContentHash(hex: Digest.hex(digest).utf8.prefix(32)))
        #expect(entry.snapshot != plain?.snapshot)
        #expect(told.withLock { $0.first } == entry.type)
        #expect(told.withLock { $0.last?.hasPrefix("{") } == true)
    }

    @Test(arguments: [
        #"{"id":"e","created":1700000009,"type":"t","data":{"object":{"x":1}}}"#,
        #"{"id":"e","created":1700000009,"type":"t","data":{"object":{"id":null}}}"#,
        #"{"id":"e","created":1700000009,"type":"t","data":null}"#,
        #"{"id":"e","created":1700000009,"type":"t"}"#,
    ])
    func entryMayNameNoObject(body: String) async throws {
        let bench = try FeedBench.bench([FeedBench.page([body])])
        let window = try await FeedBench.reader(bench).read(from: Self.from, to: nil)
        #expect(window.entries.map(\.object) == [[]])
    }

    @Test(arguments: [
        // the script, the code, a part of the message
        ([FeedBench.page([#"{"created":1700000009,"type":"t"}"#])], "extraction.missing_key", "is missing"),
        (
            [FeedBench.page([#"{"id":"e","created":"soon","type":"t"}"#])], "extraction.bad_page",
            "created is \"soon\", no epoch time"
        ),
        ([FeedBench.page([#"{"id":"e","type":"t"}"#])], "extraction.bad_page", "created is missing"),
        ([FeedBench.page([#"{"id":"e","created":1700000009}"#])], "extraction.bad_page", "type is missing"),
        (
            [FeedBench.page([FeedBench.entry("e", 1_699_999_999)])], "extraction.ignored_filter",
            "the API ignores created[gte]"
        ),
        (
            [FeedBench.page([FeedBench.entry("e", 1_700_000_102)])], "extraction.ignored_filter",
            "2023-11-14T22:15:02Z came"
        ),
        ([FeedBench.page([], more: true)], "extraction.no_progress", "feed events, page 1"),
        (
            [
                FeedBench.page([FeedBench.entry("a", 1_700_000_009)], more: true),
                FeedBench.page([FeedBench.entry("a", 1_700_000_009)], more: true),
            ], "extraction.no_progress", "the page is the one before again"
        ),
        (
            [.status(400, #"{"error":{"message":"evt_1 is aged out"}}"#)], "extraction.feed_expired",
            "the place in the feed is lost"
        ),
        ([.status(400, #"{"error":{"message":"bad"}}"#)], "extraction.status", "answered 400: bad"),
        ([.status(403)], "extraction.unavailable", "feed events, page 1"),
        ([.status(404)], "extraction.unavailable", "feed events, page 1"),
        (
            [FeedBench.page((0..<5).map { FeedBench.entry("e\($0)", 1_700_000_009) })],
            "extraction.window_too_large", "more than 4 entries"
        ),
    ])
    func windowThatCannotBeReadCountsForNothing(
        script: [ScriptedTransport.Step],
        code: String,
        text: String
    ) async throws {
        let bench = try FeedBench.bench(script)
        let error = await #expect(throws: ExtractionError.self) {
            try await FeedBench.reader(bench, maximumEntries: 4).read(from: Self.from, to: Self.to)
        }
        #expect(error?.codeText == code)
        #expect(error?.message.contains(text) == true, "\(error?.message ?? "")")
        #expect(error?.stream == nil)
    }

    @Test(
        arguments: [
            (.epochSeconds, "1700000000", "1700000001"),
            (.epochMilliseconds, "1700000000500", "1700000000501"),
            (.rfc3339, "2023-11-14T22:13:20.500Z", "2023-11-14T22:13:20.501Z"),
        ] as [(TimeFormat, String, String)]
    )
    func timesAreRoundedAwayFromTheMiddle(format: TimeFormat, floor: String, ceiling: String) {
        let time = Instant(nanoseconds: 1_700_000_000_500_000_001)
        #expect(format.text(format.floor(time)) == floor)
        #expect(format.text(format.ceiling(time)) == ceiling)
        let whole = format.floor(time)
        #expect(format.ceiling(whole) == whole)
        let early = Instant(nanoseconds: -1)
        #expect(format.floor(early) < early && format.ceiling(early) == Instant(seconds: 0))
        for instant in [format.floor(time), format.ceiling(time)] {
            #expect(format.instant(of: Array("\"\(format.text(instant))\"".utf8)[...]) == instant)
        }
    }
}
