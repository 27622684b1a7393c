import Core
import Scheduling
import Testing

@testable import Daemon

@Suite struct PolicyTests {
    private func entry(
        _ policy: TickPolicy = TickPolicy(),
        _ exclusions: Exclusions = .none,
        change: (inout ScheduleEntry) -> Void = { _ in }
    ) throws -> ScheduleEntry {
        let rule = try TimeRule(parsing: "0 * * * *", name: "x")
        var entry = ScheduleEntry(
            schedule: Schedule(
                id: "x",
                timetable: Timetable([rule], zone: .utc),
                exclusions: exclusions,
                policy: policy
            ),
            account: Scene.account
        )
        change(&entry)
        return entry
    }

    private func lines(_ entry: ScheduleEntry) -> [String] {
        entry.policies.map { "\($0.name): \($0.value)" }
    }

    @Test func whatTheFileDoesNotSayIsShownToo() throws {
        #expect(
            lines(try entry()) == ["overlap: skip", "catchup: latest", "catchup_window: 1d", "pool: default"]
        )
    }

    @Test func everyKeyHasItsLine() throws {
        let calendars = Exclusions(
            excluded: [NamedCalendar("holidays", []), NamedCalendar("night", [])],
            included: [NamedCalendar("office", [])],
            action: .defer
        )
        let policy = TickPolicy(
            catchUp: .all(maximum: 3),
            window: 5400,
            overlap: .replace,
            jitter: 90,
            startWithin: 1800,
            pauseAfterFailures: 5
        )
        let entry = try entry(policy, calendars) { entry in
            entry.timeout = .seconds(7200)
            entry.retries = .init(maximum: 3, backoff: .seconds(60))
            entry.pool = "hubspot"
            entry.priority = -2
            entry.freshWithin = .seconds(93_600)
        }
        #expect(
            lines(entry) == [
                "overlap: replace", "catchup: all", "catchup_window: 1h30m", "jitter: 1m30s",
                "start_within: 30m",
                "pause_after_failures: 5", "exclude: holidays, night", "include: office", "timeout: 2h",
                "retries: 3", "pool: hubspot", "priority: -2", "sla.fresh_within: 1d2h",
            ]
        )
        #expect(entry.policies.first { $0.name == "catchup" }?.meaning.contains("the last 3") == true)
        #expect(entry.policies.allSatisfy { !$0.meaning.isEmpty })
    }

    @Test func aWindowIsOfNoUseWhereNothingIsMadeUpFor() throws {
        #expect(!lines(try entry(TickPolicy(catchUp: .none))).contains { $0.hasPrefix("catchup_window") })
    }
}
