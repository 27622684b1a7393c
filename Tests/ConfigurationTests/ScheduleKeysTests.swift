import Configuration
import Core
import Scheduling
import Testing

struct ScheduleKeysTests {
    private func keys(_ text: String) throws -> ScheduleKeys? {
        try AccountFile.parse(Array("extractor: stripe\n\(text)".utf8), path: "schedules/crm.yaml").schedule
    }

    @Test func readsEverything() throws {
        let keys = try #require(
            try keys(
                """
                when:
                  - H 8-18 * * mon-fri
                  - {every: 90m, phase: 15m}
                  - {days: 13, weekdays: fri, at: ["02:30", "14:00"]}
                time_zone: Europe/Berlin
                dst: both
                start: 2026-12-01
                end: 2027-06-01T00:00:00Z
                catchup: all
                catchup_max: 5
                catchup_window: 2d
                overlap: queue
                jitter: 5m
                start_within: 30m
                pause_after_failures: 3
                timeout: 2h
                retries: {max: 5, backoff: 30s}
                pool: crm
                priority: -3
                exclude:
                  - {name: holidays, dates: [12-25, 2026-12-31..2027-01-02]}
                  - {name: night, weekly: {weekdays: mon-fri, from: "22:00", to: "06:00"}}
                include:
                  - {name: weekdays, weekly: [{weekdays: mon-fri}]}
                exclude_action: defer
                sla: {fresh_within: 2h}
                ping:
                  start: https://hc.example.com/ping/b1946ac9/start
                  success: env:HC_SUCCESS
                """
            )
        )
        #expect(keys.rules.count == 3)
        #expect(keys.rules[0] == .cron(try CronExpression(parsing: "H 8-18 * * mon-fri", name: "crm")))
        #expect(keys.rules[1] == .every(try EveryInterval(parsing: "90m/15m")))
        #expect(keys.timeZone?.text == "Europe/Berlin")
        #expect(keys.daylight == .both)
        #expect(
            keys.policy
                == TickPolicy(
                    catchUp: .all(maximum: 5),
                    window: 172_800,
                    overlap: .queue,
                    jitter: 300,
                    startWithin: 1800,
                    pauseAfterFailures: 3
                )
        )
        #expect((keys.timeout, keys.retries?.maximum, keys.retries?.backoff) == (7200, 5, 30))
        #expect((keys.pool?.text, keys.priority) == ("crm", -3))
        #expect(keys.exclusions.excluded.map(\.name) == ["holidays", "night"])
        #expect(keys.exclusions.excluded[0].parts[0] == .yearly(month: 12, day: 25))
        #expect(keys.exclusions.included.map(\.name) == ["weekdays"])
        #expect(keys.exclusions.action == .defer)
        #expect(keys.freshWithin == 7200)
        let pings = try #require(keys.ping).addresses(
            folder: ".",
            reader: SecretReader(environment: ["HC_SUCCESS": "http://hc.example.com/ping/92eb5ffe"])
        )
        #expect(pings.start?.revealed == "https://hc.example.com/ping/b1946ac9/start")
        #expect(pings.success?.revealed == "http://hc.example.com/ping/92eb5ffe")
        #expect(pings.failure == nil)
        #expect(pings.secrets.count == 2)
        let schedule = try keys.schedule(id: "crm", zones: ZoneDatabase())
        // A day begins in the schedule's own zone.
        #expect(schedule.timetable.start?.rfc3339() == "2026-11-30T23:00:00Z")
        #expect(schedule.timetable.end?.rfc3339() == "2027-06-01T00:00:00Z")
    }

    @Test func whatIsLeftOutHasAMeaning() throws {
        #expect(try keys("") == nil)
        let keys = try #require(try keys("when: 30 2 * * *"))
        #expect(keys.policy == TickPolicy())
        #expect(keys.daylight == .cron)
        #expect(keys.exclusions.isEmpty)
        #expect(
            try keys.schedule(id: "crm", zones: ZoneDatabase(folder: "/nowhere")).timetable.zone.name == "UTC"
        )
    }

    @Test func aZoneThatIsNotThereIsNamedWithItsPlace() throws {
        let keys = try #require(try keys("when: 30 2 * * *\ntime_zone: Europe/Belrin"))
        let error = #expect(throws: PlacedError.self) { try keys.schedule(id: "crm", zones: ZoneDatabase()) }
        #expect(error?.message.hasPrefix("schedules/crm.yaml:3:12: no time zone \"Europe/Belrin\"") == true)
        #expect(error?.codeText == "schedule.unknown_zone")
    }

    @Test(arguments: [
        ("when: 0 25 * * *", "2:7: \"0 25 * * *\", column 3: the hour 25 is not in 0 to 23"),
        ("when: [\"@daily\", \"0 0 31 2 *\"]", "2:18: \"0 0 31 2 *\" names a day that never comes"),
        ("when: []", "2:7: when names no time"),
        ("when: {every: 5}", "2:15: 5 is no length of time here; write a number with s, m, h or d behind it"),
        ("when: {day: 5}", "2:8: unknown key day; did you mean days?"),
        ("when: {at: \"25:00\"}", "2:7: \"25:00\" is no time of a day"),
        (
            "jitter: 5m",
            "2:1: jitter says how a schedule runs, and nothing says when; add when: \"0 * * * *\", or remove it"
        ),
        ("when: \"@daily\"\ncatchup: some", "3:10: catchup is latest, none or all, not some"),
        ("when: \"@daily\"\ncatchup_max: 5", "3:14: catchup_max is for catchup: all"),
        ("when: \"@daily\"\ncatchup: all\ncatchup_max: 5000", "4:14: 5000 is not in 1 to 1000"),
        ("when: \"@daily\"\noverlap: allow", "3:10: allow is none of skip, queue, replace"),
        ("when: \"@daily\"\ndst: never", "3:6: never is none of cron, skip, both"),
        ("when: \"@daily\"\njitter: soon", "3:9: soon is no length of time here"),
        ("when: \"@daily\"\nexclude: [{name: x}]", "3:11: a calendar has a name and dates or weekly hours"),
        ("when: \"@daily\"\nexclude: [{name: x, dates: [2026-02-30]}]", "3:29: \"2026-02-30\" is no date"),
        (
            "when: \"@daily\"\nexclude: [{name: x, weekly: {weekdays: 9}}]",
            "3:29: \"9\", column 1: the day of the week 9"
        ),
        ("when: \"@daily\"\ncatch_up: all", "3:1: unknown key catch_up; write catchup"),
        ("when: \"@daily\"\ntimeout: 0s", "3:10: 0s is no length of time here"),
        ("when: \"@daily\"\nsla: {}", "3:6: sla promises nothing; add fresh_within: 2h, or remove it"),
        ("when: \"@daily\"\nsla: 2h", "3:6: a mapping (key: value) is needed here, not a text"),
        ("when: \"@daily\"\nsla: {fresh: 2h}", "3:7: unknown key fresh; known here: fresh_within"),
        ("when: \"@daily\"\nsla: {fresh_within: 30s}", "3:21: 30s is no length of time here"),
        (
            "when: \"@daily\"\nfresh_within: 2h",
            "3:1: unknown key fresh_within; write sla: {fresh_within: 2h}"
        ),
        ("when: \"@daily\"\nping: {}", "3:7: ping names no address; add success: https://HOST/PATH"),
        (
            "when: \"@daily\"\nping: {sucess: \"https://a/b\"}",
            "3:8: unknown key sucess; did you mean success?"
        ),
        (
            "when: \"@daily\"\nping: {start: \"ftp://u:hunter2@a/b\"}",
            "3:15: ping.start is no http or https address; write https://HOST/PATH, or env:NAME"
        ),
        ("when: \"@daily\"\nping: {failure: \"env:\"}", "3:17: ping.failure env: needs the name"),
        ("wen: \"@daily\"", "2:1: unknown key wen; did you mean when?"),
    ])
    func badKeys(text: String, message: String) {
        let error = #expect(throws: ConfigurationError.self) { try keys(text) }
        #expect(error?.message.hasPrefix("schedules/crm.yaml:\(message)") == true, "\(error?.message ?? "")")
    }

    @Test func aPingThatIsNoAddressIsNamedAndNotShown() throws {
        let keys = try #require(
            try keys(
                "when: 30 2 * * *\nping: {start: env:A, success: env:B, failure: \"https://hunter2.example/x\"}"
            )
        )
        let error = #expect(throws: ConfigurationError.self) {
            try keys.ping?.addresses(folder: ".", reader: SecretReader(environment: ["A": "hunter2"]))
        }
        let message = try #require(error?.message)
        #expect(message.contains("schedules/crm.yaml:3:15: ping.start is no http or https address"))
        #expect(
            message.contains(
                "schedules/crm.yaml:3:31: ping.success: cannot read env:B: the variable is not set"
            )
        )
        #expect(try #require(keys.ping).addresses(folder: ".", reader: .blind).start?.revealed == "")
        var dumped = ""
        dump(keys, to: &dumped)
        #expect(!(dumped + message).contains("hunter2"))
    }
}
