import Core
import Daemon
import Scheduling
import Testing

/// The daemon is killed.
@Suite struct DeathTests {
    private let noon = at("2026-05-04T11:59:30Z")
    @Test("S4 killed at any step, a tick runs once", arguments: 1...40)
    func s4KilledAtAnyStepATickRunsOnce(steps: Int) throws {
        var world = MachineWorld(at: noon)
        world.write(try entry("*/10 * * * *"))
        world.start()
        world.run(for: .seconds(20))
        world.stepsLeft = steps
        world.run(for: .seconds(3600))
        world.stepsLeft = nil
        world.start()
        world.run(for: .seconds(3600))
        let (faults, ticks) = MachineChecker(world: world).faults(of: "crm")
        #expect(faults == [])
        #expect(ticks == 12)
    }
}
