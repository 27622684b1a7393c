import Core
import Testing

@testable import Extraction

/// Times at the ends of what nanoseconds reach, as an API may say them, are read as any other.
@Suite struct FarTimeTests {
    private static func instant(_ nanoseconds: Int64) -> Instant { Instant(nanoseconds: nanoseconds) }

    private static let roundings: [(TimeFormat, Int64, Int64, Int64)] = [
        (
            TimeFormat.epochSeconds, Int64.max, Int64(9_223_372_036_000_000_000),
            Int64(9_223_372_036_000_000_000)
        ),
        (.epochSeconds, .min, -9_223_372_036_000_000_000, -9_223_372_036_000_000_000),
        (.epochSeconds, .min + 1, -9_223_372_036_000_000_000, -9_223_372_036_000_000_000),
        (.epochSeconds, -1, -1_000_000_000, 0),
        (.epochSeconds, 1, 0, 1_000_000_000),
        (.epochSeconds, 2_000_000_000, 2_000_000_000, 2_000_000_000),
        (.epochMilliseconds, .max, 9_223_372_036_854_000_000, 9_223_372_036_854_000_000),
        (.epochMilliseconds, .min, -9_223_372_036_854_000_000, -9_223_372_036_854_000_000),
        (.rfc3339, .max, 9_223_372_036_854_000_000, 9_223_372_036_854_000_000),
        (.rfc3339, -1, -1_000_000, 0),
    ]

    @Test(arguments: roundings)
    func roundingStaysInTheRange(format: TimeFormat, time: Int64, floor: Int64, ceiling: Int64) {
        #expect(format.floor(Self.instant(time)) == Self.instant(floor))
        #expect(format.ceiling(Self.instant(time)) == Self.instant(ceiling))
    }

    private static let dates: [(String, Instant, Instant)] = [
        ("Fri, 31 Dec 9999 23:59:59 GMT", Bench.start, Instant(nanoseconds: .max)),
        (
            "Mon, 01 Jan 1601 00:00:00 GMT", Instant(nanoseconds: .min),
            Instant(nanoseconds: .min + 1_000_000_000)
        ),
    ]

    @Test(
        "a page that is dated at the end of the calendar has times, and the clocks are said to differ",
        arguments: dates
    )
    func farDates(date: String, now: Instant, answered: Instant) async throws {
        let bench = try Bench(script: [.page(.list(["a"], more: false), [("Date", date)])])
        let page = try #require(try await bench.reader().next())
        #expect(page.times == AnswerTimes(asked: now, now: now, answered: answered))
        #expect(bench.skews.list.count == 1)
        #expect(bench.skews.list.first?.message.contains("the earlier one holds") == true)
    }

    @Test("a feed's window may reach from end to end, and so may its entries")
    func farEntries() async throws {
        let bench = try FeedBench.bench([
            FeedBench.page([
                FeedBench.entry("e2", 9_223_372_036), FeedBench.entry("e1", -9_223_372_036),
            ])
        ])
        let window = try await FeedBench.reader(bench).read(
            from: Self.instant(.min),
            to: Self.instant(.max)
        )
        #expect(window.ids == ["e1", "e2"])
        #expect(window.entries.map(\.time.seconds) == [-9_223_372_036, 9_223_372_036])
    }

    @Test(
        "a time that nanoseconds do not reach is none",
        arguments: [9_223_372_037, -9_223_372_037, Int.max]
    )
    func tooFarEntries(created: Int) async throws {
        let bench = try FeedBench.bench([FeedBench.page([FeedBench.entry("e1", created)])])
        let error = await #expect(throws: ExtractionError.self) {
            try await FeedBench.reader(bench).read(from: Self.instant(.min), to: nil)
        }
        #expect(error?.code == .badPage)
    }
}
