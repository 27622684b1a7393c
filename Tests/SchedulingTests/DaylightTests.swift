import Core
import Scheduling
import Testing

/// S3: what the clocks' jumps do to ticks, by the table of Debian's cron and in the zones with odd jumps.
@Suite struct DaylightTests {
    @Test(arguments: [
        ("30 2 * * *", ["03:00 EDT"]),
        ("0 */2 * * *", ["00:00 EST", "04:00 EDT"]),
        ("30 0-23/2 * * *", ["00:30 EST", "03:00 EDT", "04:30 EDT"]),
        ("0-59/20 2 * * *", ["03:00 EDT"]),
        ("*/20 2 * * *", []),
        ("30 */2 * * *", ["00:30 EST", "04:30 EDT"]),
        ("0 1-5 * * *", ["01:00 EST", "03:00 EDT", "04:00 EDT"]),
        ("30 30 2 * * *", ["03:00 EDT"]),
        ("0 3 * * *", ["03:00 EDT"]),
        ("59 1 * * *", ["01:59 EST"]),
        ("0 2 8 3 *", []),
    ])
    func s3GapInNewYork(text: String, expected: [String]) throws {
        let zone = try zone("America/New_York")
        let found = try ticks(text, zone, from: at("2016-03-13T04:59:59Z"), to: at("2016-03-13T08:59:59Z"))
        #expect(shown(found, zone) == expected)
    }

    @Test(arguments: [
        ("30 1 * * *", ["01:30 EDT"]),
        ("*/20 1 * * *", ["01:00 EDT", "01:20 EDT", "01:40 EDT", "01:00 EST", "01:20 EST", "01:40 EST"]),
        ("0 1-5 * * *", ["01:00 EDT", "02:00 EST", "03:00 EST", "04:00 EST", "05:00 EST"]),
        (
            "0 * * * *",
            ["00:00 EDT", "01:00 EDT", "01:00 EST", "02:00 EST", "03:00 EST", "04:00 EST", "05:00 EST"]
        ),
        ("0 2 * * *", ["02:00 EST"]),
        ("59 0 * * *", ["00:59 EDT"]),
    ])
    func s3OverlapInNewYork(text: String, expected: [String]) throws {
        let zone = try zone("America/New_York")
        let found = try ticks(text, zone, from: at("2016-11-06T03:59:59Z"), to: at("2016-11-06T10:59:59Z"))
        #expect(shown(found, zone) == expected)
    }

    @Test(arguments: [
        (DaylightRule.cron, ["03:00 CEST"], ["02:30 CEST"]),
        (.skip, [], ["02:30 CEST"]),
        (.both, ["03:00 CEST"], ["02:30 CEST", "02:30 CET"]),
    ])
    func s3RulesOfAFixedTime(rule: DaylightRule, spring: [String], autumn: [String]) throws {
        let zone = try zone("Europe/Berlin")
        func day(_ from: String, _ to: String) throws -> [String] {
            try shown(ticks("30 2 * * *", zone, from: at(from), to: at(to), daylight: rule), zone)
        }
        #expect(try day("2026-03-28T12:00:00Z", "2026-03-29T12:00:00Z") == spring)
        #expect(try day("2026-10-24T12:00:00Z", "2026-10-25T12:00:00Z") == autumn)
    }

    /// The zones that others get wrong: half an hour, two hours, at midnight, a whole day, and back by three hours.
    @Test(arguments: [
        ("Australia/Lord_Howe", "15 2 * * *", "2026-10-03T12:00:00Z", "2026-10-04T12:00:00Z", ["02:30 +11"]),
        ("Australia/Lord_Howe", "45 1 * * *", "2026-04-04T12:00:00Z", "2026-04-05T12:00:00Z", ["01:45 +11"]),
        ("Antarctica/Troll", "30 1,2 * * *", "2026-03-28T12:00:00Z", "2026-03-29T12:00:00Z", ["03:00 +02"]),
        ("Asia/Beirut", "30 0 * * *", "2026-03-28T12:00:00Z", "2026-03-29T12:00:00Z", ["01:00 EEST"]),
        (
            "Asia/Beirut", "*/15 1 29 * *", "2026-03-28T12:00:00Z", "2026-03-29T12:00:00Z",
            ["01:00 EEST", "01:15 EEST", "01:30 EEST", "01:45 EEST"]
        ),
        ("America/Havana", "0 0 * * *", "2026-03-07T12:00:00Z", "2026-03-08T12:00:00Z", ["01:00 CDT"]),
        ("America/Santiago", "0 0 6 9 *", "2026-09-05T12:00:00Z", "2026-09-06T12:00:00Z", ["01:00 -03"]),
        ("America/Sao_Paulo", "0 0 * * *", "2018-11-03T12:00:00Z", "2018-11-04T12:00:00Z", ["01:00 -02"]),
        (
            "Pacific/Apia", "0 12 * * *", "2011-12-29T12:00:00Z", "2011-12-31T12:00:00Z",
            ["12:00 -10", "12:00 +14"]
        ),
        ("Asia/Pyongyang", "45 23 4 5 *", "2018-05-04T00:00:00Z", "2018-05-05T00:00:00Z", ["00:00 KST"]),
        ("Africa/Casablanca", "30 2 * * *", "2026-02-14T12:00:00Z", "2026-02-15T12:00:00Z", ["02:30 +01"]),
        ("Africa/Casablanca", "30 2 * * *", "2026-03-21T12:00:00Z", "2026-03-22T12:00:00Z", ["03:00 +01"]),
        ("Antarctica/Casey", "30 0 5 3 *", "2010-03-04T00:00:00Z", "2010-03-05T12:00:00Z", ["00:30 +11"]),
    ])
    func s3OddZones(name: String, text: String, from: String, to: String, expected: [String]) throws {
        let zone = try zone(name)
        #expect(try shown(ticks(text, zone, from: at(from), to: at(to)), zone) == expected)
    }

    @Test func onceEveryLocalDay() throws {
        // Others lose or double a day where midnight does not exist.
        for name in [
            "America/New_York", "Europe/Berlin", "America/Havana", "Asia/Beirut", "Australia/Lord_Howe",
        ] {
            let zone = try zone(name)
            for text in ["0 0 * * *", "30 0 * * *", "30 1 * * *", "30 2 * * *"] {
                let found = try ticks(
                    text,
                    zone,
                    from: at("2020-01-01T12:00:00Z"),
                    to: at("2026-01-01T12:00:00Z")
                )
                let days = found.map { zone.local($0).dateText }
                #expect(Set(days).count == days.count)
                #expect(days.count == 2192)
            }
        }
    }

    @Test func intervalsAreNeverMoved() throws {
        let every = try EveryInterval(parsing: "90m/15m")
        #expect(every.next(after: at("2026-03-29T00:00:00Z"))?.rfc3339() == "2026-03-29T00:15:00Z")
        #expect(every.next(after: at("2026-03-29T00:15:00Z"))?.rfc3339() == "2026-03-29T01:45:00Z")
        #expect(every.previous(before: at("2026-03-29T00:15:00Z"))?.rfc3339() == "2026-03-28T22:45:00Z")
        #expect(every.text == "1h30m/15m")
    }

    @Test(arguments: [
        ("90", "is no interval"), ("", "is no interval"), ("0s", "1 second or more"),
        ("90m/90m", "is not shorter than"),
        ("1m1h", "is no interval"), ("1.5h", "is no interval"), ("-5m", "is no interval"),
        ("5m/", "is no interval"),
        ("9999999999999d", "is no interval"),
    ])
    func unsoundIntervals(text: String, words: String) {
        let error = #expect(throws: ScheduleError.self) { try EveryInterval(parsing: text) }
        #expect(error?.message.contains(words) == true)
    }

    @Test func remarks() throws {
        let zone = try zone("Europe/Berlin")
        let table = Timetable([try TimeRule(parsing: "30 2 * * *", name: "x")], zone: zone)
        #expect(
            table.remark(on: at("2026-03-29T01:00:00Z"))?.text
                == "02:30 does not exist on this day: runs at 03:00"
        )
        #expect(table.remark(on: at("2026-10-25T00:30:00Z"))?.text == "the clocks go back: first pass (CEST)")
        #expect(table.remark(on: at("2026-10-26T01:30:00Z")) == nil)
        let often = Timetable([try TimeRule(parsing: "*/30 * * * *", name: "x")], zone: zone)
        #expect(often.remark(on: at("2026-03-29T01:00:00Z")) == nil)
        #expect(
            often.remark(on: at("2026-10-25T01:30:00Z"))?.text == "the clocks went back: second pass (CET)"
        )
    }
}
