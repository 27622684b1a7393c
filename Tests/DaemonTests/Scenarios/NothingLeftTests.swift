import Core
import Daemon
import Scheduling
import Testing

/// Schedules of which nothing, or very little, is left to run.
@Suite struct NothingLeftTests {
    private let noon = at("2026-05-04T12:00:00Z")
    @Test("S11 where nothing is left to run nothing spins")
    func s11WhereNothingIsLeftNothingSpins() throws {
        let always = NamedCalendar("always", [.weekly(weekdays: 0x7f, from: 0, to: 0)])
        var world = MachineWorld(at: noon)
        world.write(try entry("* * * * *", id: "none", exclusions: Exclusions(excluded: [always])))
        world.write(
            try entry("* * * * *", id: "late", exclusions: .init(excluded: [always], action: .defer))
        )
        let over = Timetable([try TimeRule(parsing: "* * * * *", name: "over")], zone: .utc, end: noon)
        world.write(
            ScheduleEntry(
                schedule: Schedule(id: "over", timetable: over),
                account: account("stripe/over")
            )
        )
        world.write(try entry("0 0 29 2 *", id: "leap"))
        world.start()
        #expect(world.machine?.wake == at("2028-02-29T00:00:00Z"))
        let before = world.looks
        world.run(for: .seconds(86_400))
        // The clock is looked at, in case somebody sets it, and nothing more.
        #expect(world.looks - before <= 86_400 / 30 + 1)
        #expect(world.orders.isEmpty)
        world.restart()
        world.run(for: .seconds(60))
        #expect(world.orders.isEmpty)
    }
}
