import Core
import Daemon
import Scheduling
import Testing

/// Whether what was read is recent enough.
@Suite struct FreshnessTests {
    private let noon = at("2026-05-04T12:00:00Z")

    @Test("S18 whoever finds nothing new is fresh, and whoever fails is stale")
    func s18WhoFindsNothingNewIsFreshAndWhoFailsIsStale() throws {
        var world = MachineWorld.following(
            try entry("*/10 * * * *", id: "quiet", freshWithin: .seconds(1800)),
            try entry("*/10 * * * *", id: "broken", freshWithin: .seconds(1800)),
            from: noon
        )
        world.outcome = { order, _ in
            order.schedule == "quiet"
                ? RunEnd(status: .success) : RunEnd(status: .failed, reason: "refused")
        }
        world.run(for: .seconds(1790))
        #expect(world.standing("broken")?.state == .failing)
        world.run(for: .seconds(1800))
        #expect(world.standing("quiet")?.state == .idle)
        #expect(
            world.standing("quiet")?.lastSuccess.map { world.wall.since($0) < .seconds(600) } == true
        )
        #expect(world.standing("broken")?.state == .stale)
        #expect(world.standing("broken")?.lastSuccess == nil)
        // What it knows of its last success outlives it.
        world.kill()
        world.freeze(for: .seconds(1200))
        world.start()
        #expect(world.standing("quiet")?.lastSuccess != nil)
        // Whoever never ran is given the time.
        world.write(try entry("0 0 1 1 *", id: "new", freshWithin: .seconds(600)))
        #expect(world.standing("new")?.state == .idle)
        world.run(for: .seconds(700))
        #expect(world.standing("new")?.state == .stale)
    }
}
