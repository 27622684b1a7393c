import Core
import Testing

/// What an API dates as it likes does not end the process.
@Suite struct InstantRangeTests {
    private static let sums: [(Int64, Duration, Int64)] = [
        (Int64.max, Duration.nanoseconds(1), Int64.max),
        (.max, .seconds(1), .max),
        (.min, .nanoseconds(-1), .min),
        (.min, .seconds(-60), .min),
        (.max, .seconds(-1), .max - 1_000_000_000),
        (.min, .seconds(1), .min + 1_000_000_000),
        (0, .seconds(Int64.max), .max),
        (0, .seconds(Int64.min), .min),
        (1, .nanoseconds(Int64.max), .max),
        (-1, .nanoseconds(Int64.max), .max - 1),
        (5, .nanoseconds(-7), -2),
    ]

    @Test(arguments: sums)
    func advancesWithinItsRange(nanoseconds: Int64, duration: Duration, expected: Int64) {
        #expect(Instant(nanoseconds: nanoseconds).advanced(by: duration) == Instant(nanoseconds: expected))
    }

    @Test func betweenAnyTwoIsTheExactTime() {
        let ends = [Int64.min, .min + 1, -1, 0, 1, .max - 1, .max]
        for left in ends {
            for right in ends {
                let between = Instant(nanoseconds: left).since(Instant(nanoseconds: right))
                #expect(between == .nanoseconds(left) - .nanoseconds(right))
            }
        }
    }

    /// Of dates that HTTP can write and an instant cannot hold, the nearest.
    private static let dates: [(String, Int64)] = [
        ("Fri, 31 Dec 9999 23:59:59 GMT", Int64.max), ("Mon, 01 Jan 1601 00:00:00 GMT", .min),
        ("Sat, 01 Jan 0000 00:00:00 GMT", .min),
    ]

    @Test(arguments: dates)
    func datesOutsideTheRangeAreItsEnds(text: String, nanoseconds: Int64) {
        #expect(HTTPDate.parse(text) == Instant(nanoseconds: nanoseconds))
    }
}
