import Core
import Testing

@Suite struct HTTPDateTests {
    @Test(arguments: [
        ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777),
        ("Sunday, 06-Nov-94 08:49:37 GMT", 784_111_777),
        ("Sun Nov  6 08:49:37 1994", 784_111_777),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
        ("Wed, 31 Dec 1969 23:59:59 GMT", -1),
        ("Thu, 29 Feb 2024 12:00:00 GMT", 1_709_208_000),
        ("Sat, 31 Dec 2016 23:59:60 GMT", 1_483_228_800),
        ("Tue Feb 29 00:00:00 2000", 951_782_400),
    ])
    func parses(_ text: String, _ seconds: Int64) {
        #expect(HTTPDate.parse(text) == Instant(seconds: seconds))
    }

    @Test(arguments: [
        "", "now", "0", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 PST",
        "Sun, 6 Nov 1994 08:49:37 GMT",
        "Sun, 31 Nov 1994 08:49:37 GMT", "Thu, 29 Feb 2023 12:00:00 GMT", "Sun, 06 Nov 1994 24:00:00 GMT",
        "Sun, 06 Nov 1994 08:60:00 GMT", "Sun, 06 Nov 1994 08:49 GMT", "Sun, 00 Nov 1994 08:49:37 GMT",
        "Sun, 06 nov 1994 08:49:37 GMT", "Xyz, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-1994 08:49:37 GMT",
        "Sun, +6 Nov 1994 08:49:37 GMT", "1994-11-06T08:49:37Z",
    ])
    func refuses(_ text: String) {
        #expect(HTTPDate.parse(text) == nil)
    }

    /// RFC 9110 §5.6.7: more than 50 years ahead is the past.
    @Test(arguments: [
        ("Friday, 01-Jan-76 00:00:00 GMT", 2026, 3_345_062_400),
        ("Saturday, 01-Jan-77 00:00:00 GMT", 2026, 220_924_800),
        ("Friday, 01-Jan-99 00:00:00 GMT", 2060, 4_070_908_800),
        ("Friday, 01-Jan-05 00:00:00 GMT", 2060, 4_260_211_200),
    ])
    func placesShortYears(_ text: String, _ year: Int, _ seconds: Int64) throws {
        let now = try #require(HTTPDate.parse("Mon, 01 Jun \(year) 00:00:00 GMT"))
        #expect(HTTPDate.parse(text, now: now) == Instant(seconds: seconds))
    }

    @Test func writesWhatItReads() throws {
        #expect(HTTPDate.text(Instant(seconds: 784_111_777)) == "Sun, 06 Nov 1994 08:49:37 GMT")
        #expect(HTTPDate.text(Instant(seconds: -1)) == "Wed, 31 Dec 1969 23:59:59 GMT")
        // Every day's first and last second over the years that hold all leap rules, in a stride that meets all dates.
        for day in stride(from: Int64(-40_000), through: 84_000, by: 1) {
            let instant = Instant(seconds: day * 86_400 + (day & 1) * 86_399)
            #expect(HTTPDate.parse(HTTPDate.text(instant)) == instant)
        }
    }
}

@Suite struct RetryAfterTests {
    let now = Instant(seconds: 784_111_777)

    @Test(arguments: [
        ("0", Duration.zero),
        ("120", .seconds(120)),
        (" 7\t", .seconds(7)),
        ("007", .seconds(7)),
        ("1.5", .milliseconds(1500)),
        ("0.0000000019", .nanoseconds(1)),
        ("99999999999999999999999999", .seconds(2_147_483_647)),
        ("Sun, 06 Nov 1994 08:50:37 GMT", .seconds(60)),
        ("Sunday, 06-Nov-94 08:50:37 GMT", .seconds(60)),
        ("Sun Nov  6 08:50:37 1994", .seconds(60)),
        ("Sun, 06 Nov 1994 08:49:37 GMT", .zero),
        ("Sun, 06 Nov 1994 08:00:00 GMT", .zero),
    ])
    func parses(_ header: String, _ expected: Duration) {
        #expect(RetryAfter.parse(header, now: now) == expected)
    }

    @Test(arguments: ["", " ", "-1", "+1", "1.", ".5", "1s", "1 2", "soon", "1.5.2", "\u{661}"])
    func refuses(_ header: String) {
        #expect(RetryAfter.parse(header, now: now) == nil)
    }
}
