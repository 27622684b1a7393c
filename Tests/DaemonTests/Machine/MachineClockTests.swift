import Core
import Daemon
import ScheduleSupport
import Scheduling
import Testing

/// Sleep, set clocks, and the clocks' own jumps, through the daemon's machine.
@Suite struct MachineClockTests {
    private let noon = at("2026-05-04T12:00:00Z")

    private func world(_ text: String, zone: Zone = .utc, policy: TickPolicy = TickPolicy(), at now: Instant)
        throws -> MachineWorld
    {
        var world = MachineWorld(at: now)
        world.write(try entry(text, zone: zone, policy: policy))
        world.start()
        return world
    }

    @Test(arguments: [
        (TickPolicy.CatchUp.none, [], ["missed": 6]),
        (.latest, ["18:00"], ["missed": 4, "coalesced": 1]),
        (.all(maximum: 10), ["17:00", "18:00"], ["missed": 4]),
        (.all(maximum: 1), ["18:00"], ["missed": 5]),
    ])
    func s1AsleepForSixHours(catchUp: TickPolicy.CatchUp, starts: [String], skipped: [String: Int]) throws {
        for isDown in [false, true] {
            var world = try world("0 * * * *", policy: .init(catchUp: catchUp, window: 7200), at: noon)
            // Its record is written.
            world.run(for: .seconds(60))
            let length: Duration = .seconds(6 * 3600 + 1740)
            if isDown {
                world.kill()
                world.freeze(for: length)
                world.start()
            } else {
                world.suspend(for: length)
            }
            world.run(for: .seconds(60))
            #expect(times(world.nominals()) == starts)
            #expect(world.standing()?.skipped == skipped)
            // And then as ever.
            world.run(for: .seconds(3600))
            #expect(times(world.nominals()) == starts + ["19:00"])
            #expect(MachineChecker(world: world).faults(of: "crm").faults == [])
        }
    }

    @Test(arguments: [300, 3600, 86_400, -300, -3600, -86_400])
    func s2ASetClockNeitherDoublesNorBursts(seconds: Int) throws {
        for text in ["*/10 * * * *", "30 14 * * *", "H * * * *"] {
            var world = try world(text, at: noon)
            world.run(for: .seconds(86_400))
            let before = world.orders.count
            world.set(by: .seconds(seconds))
            world.run(for: .seconds(60))
            // One run for all that the clock went over.
            #expect(world.orders.count <= before + 1)
            world.run(for: .seconds(abs(seconds) + 86_400))
            #expect(Set(world.nominals()).count == world.nominals().count)
            #expect(MachineChecker(world: world).faults(of: "crm").faults == [])
            #expect(world.wall.since(world.nominals().last ?? noon) <= .seconds(86_400))
        }
    }

    @Test func s2AClockThatWasADayAheadStopsNothing() throws {
        var world = try world("0 * * * *", at: noon)
        world.run(for: .seconds(3660))
        world.set(by: .seconds(86_400))
        world.run(for: .seconds(60))
        world.set(by: .seconds(-86_400))
        world.run(for: .seconds(7200))
        #expect(times(world.nominals()) == ["13:00", "13:00", "14:00", "15:00"])
        #expect(Set(world.nominals()).count == 4)
    }

    /// What ran up to there is not known one by one: nothing of it comes again (I5).
    @Test func s2AfterARestartItWaitsForWhereTheClockWas() throws {
        var world = try world("0 * * * *", at: noon)
        world.run(for: .seconds(3 * 3600 + 60))
        world.kill()
        world.set(by: .seconds(-7200))
        world.start()
        world.run(for: .seconds(7200 - 120))
        #expect(times(world.nominals()) == ["13:00", "14:00", "15:00"])
        #expect(times(world.standing()?.next.map(\.nominal) ?? []) == ["16:00", "17:00", "18:00"])
        world.run(for: .seconds(3700))
        #expect(times(world.nominals()).last == "16:00")
    }

    @Test func s2ALineOfWhatIsToComeLeavesItOpen() throws {
        var world = try world("0 * * * *", at: noon)
        world.ask(.pause(schedule: "crm", reason: "x", until: nil))
        world.run(for: .seconds(60))
        world.set(by: .seconds(2 * 86_400))
        world.ask(.resume(schedule: "crm"))
        #expect(world.skips().count > 0)
        world.set(by: .seconds(-2 * 86_400))
        world.run(for: .seconds(3600))
        #expect(times(world.nominals()) == ["13:00"])
    }

    /// More ticks wait to be decided than are looked at one by one, and most are decided already.
    @Test func s2WhatIsRecordedIsNotRecordedAgain() throws {
        var world = try world("*/5 * * * *", policy: .init(overlap: .skip), at: noon)
        world.run(for: .seconds(200))
        // The first run can never begin: its tick stays open, and all behind it are left out.
        world.isKafkaAway = true
        world.run(for: .seconds(16 * 86_400))
        world.isKafkaAway = false
        world.ask(.skipNext(schedule: "crm"))
        world.run(for: .seconds(20))
        world.kill()
        world.start()
        world.run(for: .seconds(3600))
        let (faults, ticks) = MachineChecker(world: world).faults(of: "crm")
        #expect(faults == [])
        #expect(ticks > 4000)
    }

    @Test(arguments: DaylightRow.all)
    func s3TheClocksJump(row: DaylightRow) throws {
        let zone = try zones.zone(row.zone)
        var world = try world(row.expression, zone: zone, at: row.from)
        world.run(for: row.to.since(row.from))
        let shown = world.nominals().map {
            "\(zone.local($0).timeText) \(zone.offset(at: $0.seconds).abbreviation)"
        }
        #expect(shown == row.ticks)
        #expect(world.skips() == [])
        #expect(zip(world.orderTimes, world.nominals()).allSatisfy { $0 == $1 })
    }

    @Test func s11WhereNothingIsLeftNothingSpins() throws {
        let always = NamedCalendar("always", [.weekly(weekdays: 0x7f, from: 0, to: 0)])
        var world = MachineWorld(at: noon)
        world.write(try entry("* * * * *", id: "none", exclusions: Exclusions(excluded: [always])))
        world.write(try entry("* * * * *", id: "late", exclusions: .init(excluded: [always], action: .defer)))
        let over = Timetable([try TimeRule(parsing: "* * * * *", name: "over")], zone: .utc, end: noon)
        world.write(
            ScheduleEntry(schedule: Schedule(id: "over", timetable: over), account: account("stripe/over"))
        )
        world.write(try entry("0 0 29 2 *", id: "leap"))
        world.start()
        #expect(world.machine?.wake == at("2028-02-29T00:00:00Z"))
        let before = world.looks
        world.run(for: .seconds(86_400))
        // The clock is looked at, in case somebody sets it, and nothing more.
        #expect(world.looks - before <= 86_400 / 30 + 1)
        #expect(world.orders.isEmpty)
        world.kill()
        world.start()
        world.run(for: .seconds(60))
        #expect(world.orders.isEmpty)
    }

    @Test func s12ChangedRulesOfAZoneMoveWhatIsToCome() throws {
        var world = try world("0 18 * * *", zone: zones.zone("Asia/Karachi"), at: noon)
        #expect(world.machine?.wake == at("2026-05-04T13:00:00Z"))
        world.run(for: .seconds(60))
        // As if the country had moved by an hour: today's has passed by its new rules.
        world.write(try entry("0 18 * * *", zone: zones.zone("Asia/Dhaka")))
        #expect(world.machine?.wake == at("2026-05-05T12:00:00Z"))
        world.run(for: .seconds(60))
        world.kill()
        world.start()
        world.run(for: .seconds(86_400))
        #expect(world.nominals() == [at("2026-05-05T12:00:00Z")])
        // And back: the one that comes again by the old rules has another name.
        world.write(try entry("0 18 * * *", zone: zones.zone("Asia/Karachi")))
        world.run(for: .seconds(86_400))
        #expect(world.nominals().last == at("2026-05-05T13:00:00Z"))
        #expect(world.skips() == [])
    }
}
