import Core
import Daemon
import Scheduling
import Testing

/// Files that change, pauses, and what is left out, through the daemon's machine and over its restarts.
@Suite struct MachineChangeTests {
    private let noon = at("2026-05-04T12:00:00Z")
    /// 12:59:30, and what is due at 13:00 waits for its jitter.
    private let jitter = TickPolicy(jitter: 1800)

    private func world(_ text: String = "0 * * * *", policy: TickPolicy = TickPolicy()) throws -> MachineWorld
    {
        var world = MachineWorld(at: noon)
        world.write(try entry(text, policy: policy))
        world.start()
        world.run(for: .seconds(60))
        return world
    }

    private func restart(_ world: inout MachineWorld) {
        world.kill()
        world.start()
    }

    // MARK: Files

    @Test func s6AnEditWhileItWaitsForTheNextTickIsNotRetroactive() throws {
        var world = try world("0 18 * * *")
        world.run(for: .seconds(3600))
        world.write(try entry("30 12 * * *"))
        world.run(for: .seconds(60))
        restart(&world)
        world.run(for: .seconds(86_400))
        #expect(world.nominals() == [at("2026-05-05T12:30:00Z")])
        #expect(world.skips() == [])
    }

    @Test func s6AnEditBetweenNominalAndJitteredTimeLosesNothing() throws {
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

    @Test func s6AnEditWhileItWaitsForAPlaceKeepsTheTick() throws {
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

    @Test func s6AnEditWhileItRunsLetsItRun() throws {
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

    @Test func s6AnEditWhileItIsPausedDoesNotEndThePause() throws {
        var world = try world()
        world.ask(.pause(schedule: "crm", reason: "quota", until: nil))
        world.run(for: .seconds(60))
        world.write(try entry("30 * * * *"))
        world.run(for: .seconds(3600))
        restart(&world)
        world.run(for: .seconds(7200))
        #expect(world.orders.isEmpty)
        #expect(world.standing()?.state == .paused)
        #expect(world.standing()?.pause?.reason == "quota")
        // What comes next is none of what passed.
        #expect(world.standing()?.next.allSatisfy { $0.nominal > world.wall } == true)
    }

    @Test func s6OneThatIsDeletedAndComesBackOwesNothing() throws {
        var world = try world()
        world.run(for: .seconds(3600))
        world.delete("crm")
        #expect(world.standing() == nil)
        world.run(for: .seconds(3 * 3600))
        world.write(try entry("0 * * * *"))
        world.run(for: .seconds(3600))
        restart(&world)
        world.run(for: .seconds(60))
        #expect(times(world.nominals()) == ["13:00", "17:00"])
        #expect(world.skips() == [])
    }

    @Test func s6OneThatIsDeletedWhileItRunsRunsToItsEnd() throws {
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

    @Test func s6ARenamedOneIsANewOne() throws {
        var world = try world()
        world.run(for: .seconds(3600))
        world.delete("crm")
        world.write(try entry("0 * * * *", id: "sales"))
        world.run(for: .seconds(3600))
        #expect(times(world.nominals("crm")) == ["13:00"])
        #expect(times(world.nominals("sales")) == ["14:00"])
    }

    // MARK: Pauses

    @Test func s7NothingOfAPauseIsMadeUpFor() throws {
        var world = try world(policy: .init(catchUp: .all(maximum: 10)))
        world.ask(.pause(schedule: "crm", reason: "quota", until: nil), id: "p")
        world.run(for: .seconds(3600))
        restart(&world)
        world.run(for: .seconds(2 * 3600 + 60))
        world.ask(.resume(schedule: "crm"), id: "r")
        world.ask(.resume(schedule: "crm"), id: "r")
        world.run(for: .seconds(60))
        #expect(world.orders.isEmpty)
        #expect(world.answers("p").map(\.status) == [.done])
        #expect(world.answers("r").first?.status == .done)
        #expect(world.others.filter { $0 == "resumed crm" }.count == 1)
        world.run(for: .seconds(3600))
        #expect(times(world.nominals()) == ["16:00"])
        #expect(world.skips() == ["paused 13:00", "paused 14:00-15:00 2"])
    }

    @Test func s7APauseEndsByItselfAndIsResumedOnce() throws {
        var world = try world()
        let until = at("2026-05-04T14:30:00Z")
        world.ask(.pause(schedule: "crm", reason: "", until: until))
        world.run(for: .seconds(2 * 3600))
        #expect(world.standing()?.next.map { $0.skip == nil } == [true, true, true])
        // Who resumes it in the moment of its end is told that it is not paused.
        world.freeze(for: until.since(world.wall))
        world.ask(.resume(schedule: "crm"), id: "r")
        world.run(for: .seconds(3600))
        #expect(world.others.filter { $0 == "resumed crm" }.count == 1)
        #expect(world.answers("r").map(\.message) == ["it was not paused"])
        #expect(times(world.nominals()) == ["15:00"])
    }

    @Test func s7PausedBetweenNominalAndJitteredTime() throws {
        var world = try world("0 13 * * *", policy: jitter)
        world.run(for: .seconds(3541))
        world.ask(.pause(schedule: "crm", reason: "", until: nil))
        world.run(for: .seconds(1800))
        #expect(world.orders.isEmpty)
        #expect(world.skips() == ["paused 13:00"])
    }

    @Test func s7TheNextOnesAreLeftOutAlsoAfterARestart() throws {
        var world = try world()
        world.ask(.skipNext(schedule: "crm"), id: "a")
        world.ask(.skipNext(schedule: "crm"), id: "b")
        world.run(for: .seconds(60))
        restart(&world)
        #expect(world.standing()?.next.map { $0.skip?.text } == ["skipped by ann", "skipped by ann", nil])
        world.run(for: .seconds(3 * 3600))
        #expect(times(world.nominals()) == ["15:00"])
        #expect(world.standing()?.skipped == ["skip_requested": 2])
        world.ask(.skipNext(schedule: "crm"), id: "c")
        world.ask(.undoSkips(schedule: "crm"), id: "d")
        world.run(for: .seconds(3600))
        #expect(times(world.nominals()) == ["15:00", "16:00"])
        #expect(["a", "b", "c", "d"].allSatisfy { world.answers($0).map(\.status) == [.done] })
    }

    @Test func s7ATriggerRunsInAPauseAndDoesNotMoveTheSchedule() throws {
        var world = try world()
        world.ask(.trigger(schedule: "crm", insteadOfNext: false), id: "a")
        world.run(for: .seconds(60))
        world.ask(.pause(schedule: "crm", reason: "", until: nil))
        world.ask(.trigger(schedule: "crm", insteadOfNext: false), id: "b")
        world.run(for: .seconds(60))
        world.ask(.resume(schedule: "crm"))
        world.run(for: .seconds(3600))
        #expect(
            world.traces.keys.sorted() == ["crm!a", "crm!b", "crm@2026-05-04T13:00:00Z"]
        )
        world.ask(.trigger(schedule: "crm", insteadOfNext: true), id: "c")
        world.run(for: .seconds(7200))
        #expect(world.traces["crm@2026-05-04T14:00:00Z"] == nil)
        #expect(world.skips() == ["skip_requested 14:00"])
        #expect(world.answers("c").map(\.status) == [.accepted])
    }

    @Test(arguments: [
        (TickPolicy.Overlap.skip, [CommandAnswer.Status.refused], 1),
        (.queue, [.accepted], 2), (.replace, [.accepted], 2),
    ])
    func s7ATriggerWhileARunIsActive(
        overlap: TickPolicy.Overlap,
        answers: [CommandAnswer.Status],
        runs: Int
    ) throws {
        var world = MachineWorld(at: noon)
        world.length = { _, _ in .seconds(1200) }
        world.write(try entry("0 * * * *", policy: .init(overlap: overlap)))
        world.start()
        world.run(for: .seconds(3660))
        world.ask(.trigger(schedule: "crm", insteadOfNext: false), id: "a")
        world.run(for: .seconds(3000))
        #expect(world.answers("a").map(\.status) == answers)
        #expect(world.orders.count == runs)
        #expect(world.stops.count == (overlap == .replace ? 1 : 0))
        #expect(world.mostAtOnce == 1)
    }

    // MARK: Long runs

    @Test(arguments: [
        (TickPolicy.Overlap.skip, ["12:10", "12:40"], ["overlap 12:20", "overlap 12:30"], 0),
        (.queue, ["12:10", "12:20"], ["overlap 12:30"], 0),
        (.replace, ["12:10", "12:20", "12:30", "12:40"], [], 3),
    ])
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
