import Core
import Daemon
import Scheduling
import Testing

/// Kafka is away for long.
@Suite struct KafkaAwayTests {
    private let noon = at("2026-05-04T11:59:30Z")
    @Test(
        "S15 Kafka is away for an hour: nothing begins, and what was missed is made up for after it"
    )
    func s15NothingBeginsWhileNothingCanBeRecorded() throws {
        var world = MachineWorld(at: noon)
        world.write(try entry("*/10 * * * *"))
        world.start()
        world.run(for: .seconds(10))
        world.isKafkaAway = true
        world.run(for: .seconds(3600))
        #expect(world.traces.isEmpty)
        #expect(world.standing()?.state == .late)
        world.isKafkaAway = false
        world.run(for: .seconds(1800))
        #expect(MachineChecker(world: world).faults(of: "crm").faults == [])
        #expect(!world.traces.isEmpty)
    }
}
