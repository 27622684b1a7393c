import Core
import Daemon
import Scheduling
import Testing

/// A daemon stands still for so long that another one takes its place, and then it wakes behind its successor.
@Suite struct SuccessorTests {
    private let noon = at("2026-05-04T11:59:30Z")
    /// As long as the group and the sessions wait for a sign of life.
    private let silence = Duration.seconds(15)

    /// Frozen so long after the start, and woken later.
    private func world(
        _ policy: TickPolicy,
        frozenAfter: Duration,
        wokenAfter: Duration,
        length: Duration = .seconds(5)
    ) throws -> MachineWorld {
        var world = MachineWorld.following(try entry("*/10 * * * *", policy: policy), from: noon)
        world.length = { _, _ in length }
        world.run(for: frozenAfter)
        world.replace(after: silence)
        world.run(for: wokenAfter)
        world.wakeFrozen()
        world.run(for: .seconds(3600))
        return world
    }

    @Test(
        "S5 whoever wakes behind its successor starts nothing and commits nothing",
        arguments: 1...40
    )
    func s5FrozenAtAnyMoment(step: Int) throws {
        for overlap in TickPolicy.Overlap.allCases {
            let policy = TickPolicy(
                catchUp: .all(maximum: 10),
                overlap: overlap,
                jitter: step % 2 == 0 ? 0 : 120
            )
            // Around a tick, in a run, and long after it.
            let world = try world(
                policy,
                frozenAfter: .seconds(27 + step * 7),
                wokenAfter: .seconds(step % 3 == 0 ? 5 : 2000),
                length: .seconds(100)
            )
            let (faults, ticks) = MachineChecker(world: world).faults(of: "crm")
            #expect(faults == [])
            #expect(ticks >= 6)
            #expect(world.traces.values.allSatisfy { $0.runs.count == 1 })
        }
    }

    @Test(
        "S5 what the frozen one finds to do when it wakes is refused, and its run is its successor's"
    )
    func s5ItsTransactionsAreFenced() throws {
        // It reads when it freezes, and two ticks pass meanwhile.
        let world = try world(
            TickPolicy(overlap: .queue),
            frozenAfter: .seconds(40),
            wokenAfter: .seconds(1500),
            length: .seconds(60)
        )
        #expect(world.fenced > 0)
        let first = try #require(world.orders.first)
        #expect(world.orders.filter { $0.run == first.run }.map(\.isResumed) == [false, true])
        #expect(world.traces["crm@2026-05-04T12:00:00Z"]?.ends == [.success])
        #expect(
            times(Set(world.nominals())).sorted().prefix(4) == ["12:00", "12:10", "12:20", "12:30"]
        )
        #expect(world.skips() == [])
    }
}
