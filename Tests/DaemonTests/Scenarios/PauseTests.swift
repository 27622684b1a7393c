import Core
import Daemon
import Scheduling
import Testing

/// Pauses, ticks that are left out, and runs by hand.
@Suite struct PauseTests {
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

    @Test("S7 nothing of a pause is made up for, also over a restart")
    func s7NothingOfAPauseIsMadeUpFor() throws {
        var world = try world(policy: .init(catchUp: .all(maximum: 10)))
        world.ask(.pause(schedule: "crm", reason: "quota", until: nil), id: "p")
        world.run(for: .seconds(3600))
        world.restart()
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

    @Test("S7 a pause with an end is over by itself, once")
    func s7APauseEndsByItselfAndIsResumedOnce() throws {
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

    @Test("S7 paused between nominal and jittered time, the tick does not run")
    func s7PausedBetweenNominalAndJitteredTime() throws {
        var world = try world("0 13 * * *", policy: jitter)
        world.run(for: .seconds(3541))
        world.ask(.pause(schedule: "crm", reason: "", until: nil))
        world.run(for: .seconds(1800))
        #expect(world.orders.isEmpty)
        #expect(world.skips() == ["paused 13:00"])
    }

    @Test("S7 the next ticks are left out, also after a restart, and taken back")
    func s7TheNextOnesAreLeftOutAlsoAfterARestart() throws {
        var world = try world()
        world.ask(.skipNext(schedule: "crm"), id: "a")
        world.ask(.skipNext(schedule: "crm"), id: "b")
        world.run(for: .seconds(60))
        world.restart()
        #expect(
            world.standing()?.next.map { $0.skip?.text } == ["skipped by ann", "skipped by ann", nil]
        )
        world.run(for: .seconds(3 * 3600))
        #expect(times(world.nominals()) == ["15:00"])
        #expect(world.standing()?.skipped == ["skip_requested": 2])
        world.ask(.skipNext(schedule: "crm"), id: "c")
        world.ask(.undoSkips(schedule: "crm"), id: "d")
        world.run(for: .seconds(3600))
        #expect(times(world.nominals()) == ["15:00", "16:00"])
        #expect(["a", "b", "c", "d"].allSatisfy { world.answers($0).map(\.status) == [.done] })
    }

    @Test("S7 a run by hand runs in a pause, and does not move the schedule")
    func s7ATriggerRunsInAPauseAndDoesNotMoveTheSchedule() throws {
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

    @Test(
        "S7 a run by hand while another is active follows the overlap policy",
        arguments: [
            (TickPolicy.Overlap.skip, [CommandAnswer.Status.refused], 1),
            (.queue, [.accepted], 2), (.replace, [.accepted], 2),
        ]
    )
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

    @Test("S7 a command is done once, and one to an unknown schedule is refused")
    func s7ACommandIsDoneOnceAndAnUnknownScheduleIsRefused() throws {
        var world = MachineWorld(at: noon)
        world.write(try entry())
        world.start()
        world.ask(.pause(schedule: "crn", reason: "x", until: nil), id: "a")
        world.ask(.trigger(schedule: "crm", insteadOfNext: false), id: "b")
        world.ask(.trigger(schedule: "crm", insteadOfNext: false), id: "b")
        world.run(for: .seconds(20))
        #expect(world.answers("a").first?.code == "daemon.unknown_schedule")
        #expect(world.answers("a").first?.message.contains("crm") == true)
        #expect(world.orders.count == 1)
    }
}
