import Core
import ProcessSupport
import ScheduleSupport
import Scheduling
import Testing

@Suite struct WordsTests {
    @Test(arguments: [
        ("* * * * *", "every minute"),
        ("*/15 * * * *", "every 15 minutes"),
        ("*/15 8-18 * * mon-fri", "every 15 minutes past hours 8 to 18, Monday to Friday"),
        ("0 * * * *", "every hour, on the hour"),
        ("5 * * * *", "at minute 5 of every hour"),
        ("5,35 * * * *", "at minutes 5 and 35 of every hour"),
        ("0 */2 * * *", "every 2 hours, on the hour"),
        ("30 */2 * * *", "at minute 30 past every 2nd hour"),
        ("30 2 * * *", "at 02:30, every day"),
        ("30 2,14 * * *", "at 02:30 and 14:30, every day"),
        ("0 8-18 * * *", "on the hour, at hours 8 to 18"),
        ("0 9-17/2 * * *", "at 09:00, 11:00, 13:00, 15:00 and 17:00, every day"),
        ("*/7 * * * *", "at minutes every 7th from 0 of every hour"),
        ("30 2 13 * 5", "at 02:30, on day 13 of the month or on Friday"),
        ("30 2 */10 * 5", "at 02:30, on days every 10th from 1 of the month, if it is Friday"),
        ("0 0 L * *", "at 00:00, on the last day of the month"),
        (
            "0 0 L-2,15W * *",
            "at 00:00, on the 2nd day before the last of the month and the weekday (Monday to Friday) nearest to day 15 of the month"
        ),
        ("0 0 LW 3-5 *", "at 00:00, on the last weekday (Monday to Friday) of the month, in March to May"),
        ("0 0 * * tue#2,5L", "at 00:00, on the 2nd Tuesday of the month and the last Friday of the month"),
        ("0 0 1 1 *", "at 00:00, on day 1 of the month, in January"),
        ("0 0 * * fri-mon", "at 00:00, Friday to Monday"),
        ("0 0 * * 1,3", "at 00:00, on Monday and Wednesday"),
        ("30 0 2 * * *", "at 02:00:30, every day"),
        ("*/10 * * * * *", "every 10 seconds"),
        ("* * * * * *", "every second"),
        ("15 */5 * * * *", "at second 15 of the minutes: every 5 minutes"),
        ("@every 90m", "every 1 hour and 30 minutes, counted in UTC"),
        ("@every 90m/15m", "every 1 hour and 30 minutes, 15 minutes after the full one, counted in UTC"),
        ("@every 1d", "every 1 day, counted in UTC"),
    ])
    func rules(text: String, words: String) throws {
        #expect(try TimeRule(parsing: text, name: "x").words == words)
    }

    @Test("S17 no description is empty, whatever the expression")
    func descriptions() throws {
        var random = SeededGenerator(seed: 17)
        for _ in 0..<500 {
            let twin = Twin(using: &random)
            do {
                let rule = try TimeRule(parsing: twin.text, name: "x")
                #expect(rule.words.count > 5, "\(twin.text)")
            } catch {
                #expect(error.code == .neverRuns, "\(twin.text)")
            }
        }
    }

    @Test func timetables() throws {
        let berlin = try zone("Europe/Berlin")
        let table = Timetable(
            [
                try TimeRule(parsing: "*/15 8-18 * * mon-fri", name: "x"),
                try TimeRule(parsing: "30 2 * * *", name: "x"),
            ],
            zone: berlin,
            end: at("2027-01-01T00:00:00Z")
        )
        #expect(
            table.words
                == "every 15 minutes past hours 8 to 18, Monday to Friday; and at 02:30, every day, Europe/Berlin, until 2027-01-01 01:00"
        )
        #expect(
            table.daylightNotes(from: at("2026-01-01T00:00:00Z")) == [
                "on 29 March 2026 02:30 does not exist: runs at 03:00",
                "on 25 October 2026 02:30 comes twice: runs once, in the first pass",
            ]
        )
        let calendar = try fridayThe13th()
        #expect(
            TimeRule.calendar(calendar).words == "at 02:30 and 14:00, on day 13 of the month, if it is Friday"
        )
    }

    private func fridayThe13th() throws -> CalendarRule {
        var texts = CalendarRule.Texts()
        texts.days = "13"
        texts.weekdays = "fri"
        texts.times = ["14:00", "02:30"]
        return try CalendarRule(texts, name: "x")
    }

    @Test func calendarsTakeDaysOnWhichAllFits() throws {
        let calendar = try fridayThe13th()
        var found: [Instant] = []
        var last = at("2026-01-01T00:00:00Z")
        while found.count < 6, let next = calendar.next(after: last, in: .utc, daylight: .cron) {
            found.append(next)
            last = next
        }
        #expect(
            texts(found) == [
                "2026-02-13T02:30:00Z", "2026-02-13T14:00:00Z", "2026-03-13T02:30:00Z",
                "2026-03-13T14:00:00Z",
                "2026-11-13T02:30:00Z", "2026-11-13T14:00:00Z",
            ]
        )
        #expect(calendar.previous(before: found[2], in: .utc, daylight: .cron) == found[1])
    }

    @Test func unsoundCalendars() {
        func error(_ change: (inout CalendarRule.Texts) -> Void) -> String? {
            var texts = CalendarRule.Texts()
            change(&texts)
            return #expect(throws: ScheduleError.self) { try CalendarRule(texts, name: "x") }?.message
        }
        #expect(
            error { $0.times = ["24:00"] }
                == "\"24:00\" is no time of a day; write 02:30, from 00:00 to 23:59"
        )
        #expect(error { $0.times = ["2:30"] }?.contains("is no time of a day") == true)
        #expect(error { ($0.times, $0.hours) = (["02:30"], "3") }?.contains("not both") == true)
        #expect(error { ($0.days, $0.months) = ("31", "feb") }?.contains("a day that never comes") == true)
        #expect(
            error { $0.weekdays = "frx" }?.hasPrefix("\"frx\", column 1: \"frx\" is no day of the week")
                == true
        )
    }

    @Test(arguments: [
        "2026-13-01", "2026-02-30", "2026-12-24..2026-12-01", "24.12.2026", "02-30", "x", "", "2026-1-1",
        "2026-12-24..",
    ])
    func unsoundDates(text: String) {
        #expect(throws: ScheduleError.self) { try NamedCalendar.Part(dates: text) }
    }

    @Test func dates() throws {
        let calendar = NamedCalendar(
            "x",
            [
                try NamedCalendar.Part(dates: "2026-12-24..2027-01-01"),
                try NamedCalendar.Part(dates: "02-29"),
                try NamedCalendar.Part(dates: "2026-05-01"),
                try NamedCalendar.Part(weekdays: "sat,sun", from: nil, to: nil),
                try NamedCalendar.Part(weekdays: "mon-fri", from: "22:00", to: "06:00"),
            ]
        )
        func contains(_ text: String) -> Bool {
            calendar.contains(LocalTime(seconds: at("\(text):00Z").seconds))
        }
        for text in [
            "2026-12-24T12:00", "2027-01-01T23:59", "2028-02-29T12:00", "2026-05-01T12:00",
            "2026-05-02T12:00", "2026-05-04T22:00", "2026-05-05T05:59", "2026-05-09T05:00",
        ] {
            #expect(contains(text), "\(text)")
        }
        for text in [
            "2026-12-23T12:00", "2027-01-04T12:00", "2026-05-04T21:59", "2026-05-05T06:00",
            "2026-05-04T05:00",
        ] {
            #expect(!contains(text), "\(text)")
        }
    }

    @Test(arguments: [
        ("30 2 * * *", "Europe/Berlin", ["clock_change", "clock_change"]),
        ("30 4 * * *", "Europe/Berlin", []),
        ("*/7 * * * *", "UTC", ["uneven_step"]),
        ("*/15 */5 * * *", "UTC", ["uneven_step"]),
        ("0 4 13 * fri", "UTC", ["either_day"]),
        ("0 4 */2 * fri", "UTC", ["both_days"]),
        ("0 4 31 * *", "UTC", ["short_month"]),
        ("0 4 29 * *", "UTC", ["short_month"]),
        ("0 4 28-31 * *", "UTC", []),
        ("0 4 31 1,3 *", "UTC", []),
        ("* 4 * * *", "UTC", ["every_minute"]),
        ("0 4 * * 1-5", "UTC", ["weekday_number"]),
        ("0\t4\t*\t*\t1-5", "UTC", ["weekday_number"]),
        ("0 4 * * mon-fri", "UTC", []),
        ("@every 7m", "UTC", []),
        ("\t@every\t7m\t", "UTC", []),
        ("@weekly", "UTC", []),
    ])
    func traps(text: String, zone name: String, codes: [String]) throws {
        let schedule = try schedule(text, zone: zone(name))
        #expect(TrapFinder(schedule, at: at("2026-01-01T00:00:00Z")).traps().map(\.code) == codes)
    }

    @Test func herds() throws {
        let many = try (0..<7).map { try schedule("0 * * * *", id: "s\($0)") }
        let spread = try (0..<7).map { try schedule("H * * * *", id: "h\($0)") }
        let traps = TrapFinder.herds(many + spread)
        #expect(
            traps.map(\.text) == [
                "7 schedules start together at 0 * * * * (s0, s1, s2, …); write H * * * *, which gives each its own minute, or a jitter"
            ]
        )
        #expect(TrapFinder.herds(Array(many.prefix(5))).isEmpty)
        // With seconds in front the minute is the second field.
        let six = try (0..<6).map { try schedule("30\t0 2 * * *", id: "s\($0)") }
        #expect(
            TrapFinder.herds(six).map(\.text) == [
                "6 schedules start together at 30 0 2 * * * (s0, s1, s2, …); write 30 H 2 * * *, which gives each its own minute, or a jitter"
            ]
        )
    }

    @Test func policies() throws {
        let calendar = NamedCalendar("holidays", [.yearly(month: 12, day: 25)])
        let policy = TickPolicy(
            catchUp: .all(maximum: 5),
            jitter: 300,
            startWithin: 1800,
            pauseAfterFailures: 3
        )
        let schedule = try schedule("0 * * * *", policy: policy, exclusions: Exclusions(excluded: [calendar]))
        #expect(
            schedule.policyWords == [
                "each tick missed in the last 1 day is made up for, up to 5 of them",
                "a tick that comes while a run is active is skipped",
                "each start is moved by up to 5 minutes, always the same for a tick",
                "a tick that cannot start within 30 minutes is missed",
                "after 3 failed runs in a row it pauses itself",
                "ticks within holidays are skipped",
            ]
        )
        #expect(TrapFinder(schedule, at: at("2026-01-01T00:00:00Z")).traps().map(\.code) == ["all_and_skip"])
    }
}
