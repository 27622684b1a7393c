import Core
import Daemon
import Scheduling
import Testing

/// The machine sleeps, or the daemon is down: what is made up for of the ticks between.
@Suite struct SleepTests {
    private let noon = at("2026-05-04T12:00:00Z")

    @Test(
        "S1 asleep or down for six hours: none, the latest or all within the window are made up for, and counted",
        arguments: [
            (TickPolicy.CatchUp.none, [], ["missed": 6]),
            (.latest, ["18:00"], ["missed": 4, "coalesced": 1]),
            (.all(maximum: 10), ["17:00", "18:00"], ["missed": 4]),
            (.all(maximum: 1), ["18:00"], ["missed": 5]),
        ]
    )
    func s1AsleepForSixHours(catchUp: TickPolicy.CatchUp, starts: [String], skipped: [String: Int])
        throws
    {
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
}
