import Core
import Testing

@Suite struct InstantTextTests {
    @Test(arguments: [
        (0, 0, "1970-01-01T00:00:00Z"),
        (0, 3, "1970-01-01T00:00:00.000Z"),
        (1, 9, "1970-01-01T00:00:00.000000001Z"),
        (-1, 0, "1969-12-31T23:59:59Z"),
        (-1, 9, "1969-12-31T23:59:59.999999999Z"),
        (1_772_323_199_999_999_999, 0, "2026-02-28T23:59:59Z"),
        (1_772_323_199_999_999_999, 3, "2026-02-28T23:59:59.999Z"),
        (951_782_400_000_000_000, 0, "2000-02-29T00:00:00Z"),
        (Int64.max, 9, "2262-04-11T23:47:16.854775807Z"),
        (Int64.min, 9, "1677-09-21T00:12:43.145224192Z"),
    ])
    func writes(nanoseconds: Int64, digits: Int, text: String) {
        #expect(Instant(nanoseconds: nanoseconds).rfc3339(fractionDigits: digits) == text)
        if digits == 9 { #expect(Instant(rfc3339: text) == Instant(nanoseconds: nanoseconds)) }
    }

    @Test(arguments: [
        ("1970-01-01T00:00:00Z", 0),
        ("1970-01-01t00:00:01z", 1_000_000_000),
        ("1970-01-01 00:00:01Z", 1_000_000_000),
        ("1970-01-01T01:00:00+01:00", 0),
        ("1969-12-31T19:00:00-05:00", 0),
        ("1970-01-01T05:30:00.5+0530", 500_000_000),
        ("1970-01-01T00:00:00.000+0000", 0),
        ("1970-01-01T00:00:00-00:00", 0),
        ("1970-01-01T00:00:00.1234567899Z", 123_456_789),
        ("1972-06-30T23:59:60Z", 78_796_800_000_000_000),
        ("2000-02-29T00:00:00Z", 951_782_400_000_000_000),
    ])
    func reads(text: String, nanoseconds: Int64) {
        #expect(Instant(rfc3339: text)?.nanoseconds == nanoseconds)
    }

    @Test(arguments: [
        "", "1970", "1970-01-01", "1970-01-01T00:00:00", "1970-01-01T00:00Z", "1970-13-01T00:00:00Z",
        "1970-00-01T00:00:00Z", "1970-02-29T00:00:00Z", "2100-02-29T00:00:00Z", "1970-01-01T24:00:00Z",
        "1970-01-01T00:60:00Z", "1970-01-01T00:00:61Z", "1970-01-01T00:00:00.Z", "1970-01-01T00:00:00Zx",
        " 1970-01-01T00:00:00Z", "1970-01-01T00:00:00+1:00", "1970-01-01T00:00:00+24:00",
        "+970-01-01T00:00:00Z", "1970-1-1T00:00:00Z", "9999-01-01T00:00:00Z", "1600-01-01T00:00:00Z",
        "2262-04-11T23:47:16.854775808Z", "1677-09-21T00:12:43.145224191Z", "１970-01-01T00:00:00Z",
    ])
    func refuses(text: String) {
        #expect(Instant(rfc3339: text) == nil)
    }

    @Test func everyDayOfEightHundredYears() {
        var (year, month, day) = (1600, 1, 1)
        var weekday = 6
        var number = -135_140
        while year < 2400 {
            let date = CivilDate(daysSinceEpoch: number)
            guard (date.year, date.month, date.day) == (year, month, day), date.daysSinceEpoch == number,
                date.weekday == weekday
            else {
                Issue.record("day \(number) is \(date), expected \(year)-\(month)-\(day)")
                return
            }
            day += 1
            if day > CivilDate.lastDay(ofMonth: month, year: year) { (month, day) = (month + 1, 1) }
            if month > 12 { (year, month) = (year + 1, 1) }
            number += 1
            weekday = (weekday + 1) % 7
        }
        #expect(number == 157_054)
    }

    @Test func randomInstantsSurviveTheRoundTrip() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<2000 {
            let instant = Instant(nanoseconds: Int64(bitPattern: generator.next()))
            #expect(Instant(rfc3339: instant.rfc3339(fractionDigits: 9)) == instant)
        }
    }
}
