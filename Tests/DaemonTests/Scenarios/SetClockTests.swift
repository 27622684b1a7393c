import Core
import Daemon
import Scheduling
import Testing

/// Somebody sets the clock.
@Suite struct SetClockTests {
    private let noon = at("2026-05-04T12:00:00Z")

    @Test(
        "S2 the clock is set by minutes, an hour or a day: no burst, nothing twice, no stall",
        arguments: [300, 3600, 86_400, -300, -3600, -86_400]
    )
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

    @Test("S2 a clock that was a day ahead and is put right stops nothing")
    func s2AClockThatWasADayAheadStopsNothing() throws {
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
    @Test("S2 started again behind the time that is recorded, it waits until the clock is there")
    func s2AfterARestartItWaitsForWhereTheClockWas() throws {
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

    @Test("S2 what was recorded by a clock that ran ahead comes when its time does")
    func s2ALineOfWhatIsToComeLeavesItOpen() throws {
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
    @Test("S2 of thousands of ticks that are decided already none is recorded again")
    func s2WhatIsRecordedIsNotRecordedAgain() throws {
        var world = try world("*/5 * * * *", policy: .init(overlap: .skip), at: noon)
        world.run(for: .seconds(200))
        // The first run can never begin: its tick stays open, and all behind it are left out.
        world.isKafkaAway = true
        world.run(for: .seconds(16 * 86_400))
        world.isKafkaAway = false
        world.ask(.skipNext(schedule: "crm"))
        world.run(for: .seconds(20))
        world.restart()
        world.run(for: .seconds(3600))
        let (faults, ticks) = MachineChecker(world: world).faults(of: "crm")
        #expect(faults == [])
        #expect(ticks > 4000)
    }

    @Test(
        "S2 a set clock is seen when the loop looks again, within half a minute",
        arguments: [300, 3600, 86_400, -300, -3600, -86_400]
    )
    func s2TheLoopFindsOut(seconds: Int) throws {
        // A tick a day: the loop sleeps for as long as it may.
        var world = try world("0 13 * * *", at: noon)
        let target = at("2026-05-06T13:00:00Z")
        // To ten seconds before the tick, which has run already where the clock goes back.
        let jump = Duration.seconds(seconds)
        world.run(for: target.since(world.wall) - .seconds(10) - jump)
        let before = world.nominals()
        world.set(by: jump, isSeen: false)
        var next = world.wall
        repeat {
            next = try #require(world.files["crm"]?.schedule.timetable.next(after: next))
        } while before.contains(next)
        world.run(for: next.since(world.wall) + ClockWatch.longestSleep + .seconds(1))
        let starts = zip(world.nominals(), world.orderTimes).filter { $0.0 == next }
        #expect(starts.count == 1, "\(next.rfc3339())")
        #expect(starts.allSatisfy { $0.1.since(next) <= ClockWatch.longestSleep })
        #expect(Set(world.nominals()).count == world.nominals().count)
        #expect(MachineChecker(world: world).faults(of: "crm").faults == [])
    }
}
