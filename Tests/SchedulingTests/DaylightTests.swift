import Core
import ScheduleSupport
import Scheduling
import Testing

/// S3: what the clocks' jumps do to ticks, by the table of Debian's cron and in the zones with odd jumps.
@Suite struct DaylightTests {
    @Test("S3 the table of Debian's cron", arguments: DaylightRow.all)
    func s3TheTableOfDebian(row: DaylightRow) throws {
        let zone = try zone(row.zone)
        #expect(try shown(ticks(row.expression, zone, from: row.from, to: row.to), zone) == row.ticks)
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
