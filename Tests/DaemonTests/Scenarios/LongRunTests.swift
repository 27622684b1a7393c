import Core
import Daemon
import Scheduling
import Testing

/// Runs longer than their interval.
@Suite struct LongRunTests {
    private let noon = at("2026-05-04T12:00:00Z")
    @Test(
        "S8 a run longer than the interval: skipped, queued or replaced, one after another",
        arguments: [
            (TickPolicy.Overlap.skip, ["12:10", "12:40"], ["overlap 12:20", "overlap 12:30"], 0),
            (.queue, ["12:10", "12:20"], ["overlap 12:30"], 0),
            (.replace, ["12:10", "12:20", "12:30", "12:40"], [], 3),
        ]
    )
    func s8ARunLongerThanTheInterval(
        overlap: TickPolicy.Overlap,
        starts: [String],
        skips: [String],
        stops: Int
    ) throws {
        var world = MachineWorld(at: noon)
        world.length = { _, _ in .seconds(1500) }
        world.write(try entry("*/10 * * * *", policy: .init(overlap: overlap)))
        world.start()
        world.run(for: .seconds(2460))
        #expect(times(world.nominals()) == starts)
        #expect(world.skips() == skips)
        #expect(world.stops.count == stops)
        #expect(world.stops.allSatisfy { $0.reason == .replaced })
        // One after another: the next begins where the one before it ended.
        #expect(world.mostAtOnce == 1)
        world.run(for: .seconds(3600))
        #expect(MachineChecker(world: world).faults(of: "crm").faults == [])
    }
}
