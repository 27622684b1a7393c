import Core
import Daemon
import Scheduling
import Testing

/// Files that change, through the daemon's machine and over its restarts.
@Suite struct EditTests {
    private let noon = at("2026-05-04T12:00:00Z")
    /// 12:59:30, and what is due at 13:00 waits for its jitter.
    private let jitter = TickPolicy(jitter: 1800)

    private func world(_ text: String = "0 * * * *", policy: TickPolicy = TickPolicy()) throws
        -> MachineWorld
    {
        var world = MachineWorld.following(try entry(text, policy: policy), from: noon)
        world.run(for: .seconds(60))
        return world
    }

    @Test("S6 an edit while it waits for the next tick is not retroactive")
    func s6AnEditWhileItWaitsForTheNextTickIsNotRetroactive() throws {
        var world = try world("0 18 * * *")
        world.run(for: .seconds(3600))
        world.write(try entry("30 12 * * *"))
        world.run(for: .seconds(60))
        world.restart()
        world.run(for: .seconds(86_400))
        #expect(world.nominals() == [at("2026-05-05T12:30:00Z")])
        #expect(world.skips() == [])
    }

    @Test("S6 an edit between nominal and jittered time loses nothing")
    func s6AnEditBetweenNominalAndJitteredTimeLosesNothing() throws {
        var world = try world("0 13 * * *", policy: jitter)
        world.run(for: .seconds(3541))
        #expect(world.orders.isEmpty)
        world.write(try entry("0 20 * * *", policy: jitter))
        // The same words again change nothing either.
        world.write(try entry("0 20 * * *", policy: jitter))
        world.run(for: .seconds(1800))
        #expect(times(world.nominals()) == ["13:00"])
        world.run(for: .seconds(8 * 3600))
        #expect(times(world.nominals()) == ["13:00", "20:00"])
    }

    @Test("S6 an edit while it waits for a place keeps the tick")
    func s6AnEditWhileItWaitsForAPlaceKeepsTheTick() throws {
        var world = MachineWorld(at: noon)
        world.settings = .init(pools: ["one": 1])
        world.length = { order, _ in order.schedule == "long" ? .seconds(1800) : .seconds(5) }
        world.write(try entry("0 * * * *", id: "long", pool: "one", priority: 9))
        world.write(try entry("0 * * * *", pool: "one"))
        world.start()
        world.run(for: .seconds(3660))
        #expect(world.nominals() == [])
        world.write(try entry("30 20 * * *", streams: ["a"], pool: "one"))
        world.run(for: .seconds(3600))
        #expect(times(world.nominals()) == ["13:00"])
    }

    @Test("S6 an edit while it runs lets it run")
    func s6AnEditWhileItRunsLetsItRun() throws {
        var world = MachineWorld(at: noon)
        world.length = { _, _ in .seconds(1200) }
        world.write(try entry("0 * * * *"))
        world.start()
        world.run(for: .seconds(3900))
        world.write(try entry("30 * * * *"))
        world.run(for: .seconds(7200))
        #expect(times(world.nominals()) == ["13:00", "13:30", "14:30"])
        #expect(world.stops.isEmpty)
        #expect(world.others.filter { $0 == "finished success" }.count == 3)
    }

    @Test("S6 an edit while it is paused does not end the pause")
    func s6AnEditWhileItIsPausedDoesNotEndThePause() throws {
        var world = try world()
        world.ask(.pause(schedule: "crm", reason: "quota", until: nil))
        world.run(for: .seconds(60))
        world.write(try entry("30 * * * *"))
        world.run(for: .seconds(3600))
        world.restart()
        world.run(for: .seconds(7200))
        #expect(world.orders.isEmpty)
        #expect(world.standing()?.state == .paused)
        #expect(world.standing()?.pause?.reason == "quota")
        // What comes next is none of what passed.
        #expect(world.standing()?.next.allSatisfy { $0.nominal > world.wall } == true)
    }

    @Test("S6 one that is deleted and comes back owes nothing")
    func s6OneThatIsDeletedAndComesBackOwesNothing() throws {
        var world = try world()
        world.run(for: .seconds(3600))
        world.delete("crm")
        #expect(world.standing() == nil)
        world.run(for: .seconds(3 * 3600))
        world.write(try entry("0 * * * *"))
        world.run(for: .seconds(3600))
        world.restart()
        world.run(for: .seconds(60))
        #expect(times(world.nominals()) == ["13:00", "17:00"])
        #expect(world.skips() == [])
    }

    @Test("S6 one that is deleted while it runs, runs to its end")
    func s6OneThatIsDeletedWhileItRunsRunsToItsEnd() throws {
        var world = MachineWorld(at: noon)
        world.length = { _, _ in .seconds(1200) }
        world.write(try entry("*/10 * * * *", policy: .init(overlap: .queue)))
        world.start()
        world.run(for: .seconds(1260))
        // One runs, the next one waits behind it.
        world.delete("crm")
        world.run(for: .seconds(60))
        #expect(world.skips() == ["skip_requested 12:20"])
        #expect(world.flights.count == 1)
        world.write(try entry("*/10 * * * *", policy: .init(overlap: .queue)))
        world.run(for: .seconds(600))
        #expect(times(world.nominals()) == ["12:10", "12:30"])
        #expect(world.records["crm"]?.last?.run == world.orders[1].run)
        #expect(world.mostAtOnce == 1)
    }

    @Test("S6 a renamed one is a new one")
    func s6ARenamedOneIsANewOne() throws {
        var world = try world()
        world.run(for: .seconds(3600))
        world.delete("crm")
        world.write(try entry("0 * * * *", id: "sales"))
        world.run(for: .seconds(3600))
        #expect(times(world.nominals("crm")) == ["13:00"])
        #expect(times(world.nominals("sales")) == ["14:00"])
    }
}
