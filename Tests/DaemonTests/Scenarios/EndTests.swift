import Core
import Daemon
import Scheduling
import Testing

/// The daemon is asked to end.
@Suite struct EndTests {
    private let noon = at("2026-05-04T11:59:30Z")
    @Test("S14 an end leaves the tick open, and the same run goes on")
    func s14ADrainLeavesTheTickOpenAndTheSameRunGoesOn() throws {
        var world = MachineWorld(at: noon)
        world.length = { _, _ in .seconds(600) }
        world.write(try entry())
        world.start()
        world.run(for: .seconds(60))
        world.drain()
        world.run(for: .seconds(10))
        #expect(world.machine?.isIdle == true)
        #expect(world.records["crm"]?.last?.ended == nil)
        world.restart()
        world.run(for: .seconds(900))
        #expect(Set(world.orders.map(\.run)).count == 1)
        #expect(world.orders.last?.isResumed == true)
        #expect(world.records["crm"]?.last?.status == "success")
    }

    @Test(
        "S14 asked to end at any step, each tick runs once, by the next daemon at the latest",
        arguments: 1...40
    )
    func s14AtAnyStep(steps: Int) throws {
        for overlap in TickPolicy.Overlap.allCases {
            var world = MachineWorld(at: noon)
            world.length = { _, _ in .seconds(700) }
            world.write(try entry("*/10 * * * *", policy: .init(overlap: overlap)))
            world.start()
            world.isAskedToEnd = true
            world.stepsLeft = steps
            world.run(for: .seconds(3600))
            // What ran has ended after its page.
            #expect(world.machine?.isIdle == true)
            #expect(world.flights.isEmpty)
            world.restart()
            world.run(for: .seconds(3600))
            let (faults, ticks) = MachineChecker(world: world).faults(of: "crm")
            #expect(faults == [])
            #expect(ticks >= 6)
        }
    }
}
