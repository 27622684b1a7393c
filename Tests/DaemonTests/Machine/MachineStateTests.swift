import Core
import Daemon
import Scheduling
import Testing

/// Changes of state by hand between runs.
@Suite struct MachineStateTests {
    private let noon = at("2026-05-04T12:00:00Z")

    private func world(_ entries: ScheduleEntry...) -> MachineWorld {
        var world = MachineWorld(at: noon)
        for entry in entries { world.write(entry) }
        world.start()
        return world
    }

    private func reset(_ streams: [String]?, of name: String = "stripe/crm") throws -> DaemonCommand.Verb {
        .state(
            StateRequest(
                account: account(name),
                change: .reset(streams: try streams?.map { try StreamName($0) }, forgets: false),
                reason: "ticket 4711"
            )
        )
    }

    @Test func aChangeOfWhatNobodyReadsBeginsAtOnce() throws {
        var world = world(try entry())
        world.ask(try reset(nil), id: "c1")
        #expect(world.changes.map(\.command.id) == ["c1"])
        #expect(world.answers("c1").isEmpty)
        world.send(.changed(command: "c1", .done("charges: reset")))
        #expect(world.answers("c1").map(\.status) == [.done])
        #expect(world.answers("c1").last?.message == "charges: reset")
        // Given again, it is not done again.
        world.ask(try reset(nil), id: "c1")
        #expect(world.changes.count == 1)
    }

    @Test func whatIsErasedIsReadByNobodyMeanwhile_andItsReasonNamesNoKey() throws {
        func erase(_ reason: String) throws -> DaemonCommand.Verb {
            .state(
                StateRequest(
                    account: account("stripe/crm"),
                    change: .erase(.init(try StreamName("customers"), ["cus_1"])),
                    reason: reason
                )
            )
        }
        var world = world(try entry("0 * * * *"))
        world.length = { _, _ in .seconds(7200) }
        world.run(for: .seconds(3600))
        world.ask(try erase("request 4711"), id: "c1")
        #expect(world.changes.isEmpty && world.answers("c1").first?.status == .accepted)
        world.run(for: .seconds(7300))
        #expect(world.changes.map(\.command.id) == ["c1"])
        world.ask(try erase("erase cus_1"), id: "c2")
        #expect(world.answers("c2").last?.status == .refused)
        #expect(world.answers("c2").last?.message.contains("cus_1") == false)
    }

    @Test func I3_itWaitsForTheRunThatReadsIt_andNoRunOvertakesIt() throws {
        var world = world(
            try entry("0 * * * *"),
            try entry("30 12 * * *", id: "other", account: "stripe/crm")
        )
        world.length = { _, _ in .seconds(7200) }
        world.run(for: .seconds(3600))
        let run = try #require(world.orders.last?.run)
        world.ask(try reset(["charges"]), id: "c1")
        #expect(world.changes.isEmpty)
        let answer = try #require(world.answers("c1").first)
        #expect(answer.status == .accepted)
        #expect(answer.message.contains("read by the run \(run); sluice cancel \(run)"), "\(answer.message)")
        let before = world.orders.count
        world.length = { _, _ in .seconds(5) }
        world.run(for: .seconds(7000))
        // The run has ended, and the one that waited stays behind the change.
        #expect(world.changes.map(\.command.id) == ["c1"])
        #expect(world.orders.count == before)
        world.send(.changed(command: "c1", .done("done")))
        world.run(for: .seconds(10))
        #expect(world.orders.count == before + 1)
    }

    @Test func runsOfOtherStreamsGoOn() throws {
        var world = world(try entry("0 * * * *", streams: ["customers"]))
        world.length = { _, _ in .seconds(600) }
        world.run(for: .seconds(3660))
        #expect(world.orders.count == 1)
        world.ask(try reset(["charges"]), id: "c1")
        #expect(world.changes.count == 1)
        world.run(for: .seconds(3600))
        // Nor does the change hold up the next one.
        #expect(world.orders.count == 2)
        world.ask(try reset(["customers"]), id: "c2")
        #expect(world.changes.count == 1)
    }

    @Test func aStreamOfAFamilyIsTheFamilys() throws {
        var world = world(try entry("0 * * * *", streams: ["objects"]))
        world.length = { _, _ in .seconds(600) }
        world.run(for: .seconds(3660))
        world.ask(try reset(["objects_orders"]), id: "c1")
        #expect(world.changes.isEmpty)
        world.run(for: .seconds(900))
        #expect(world.changes.count == 1)
    }

    @Test func twoOfTheSameStreamsWaitForEachOther() throws {
        var world = world(try entry())
        world.ask(try reset(nil), id: "c1")
        world.ask(try reset(["charges"]), id: "c2")
        #expect(world.changes.map(\.command.id) == ["c1"])
        #expect(world.answers("c2").first?.message.contains("changed by hand") == true)
        world.send(.changed(command: "c1", .refused(code: "state.bad_place", message: "no")))
        #expect(world.answers("c1").last?.code == "state.bad_place")
        #expect(world.changes.map(\.command.id) == ["c1", "c2"])
    }

    @Test func whatTheDaemonDoesNotReadIsRefused() throws {
        var world = world(try entry())
        world.ask(try reset(nil, of: "stripe/crn"), id: "c1")
        #expect(world.answers("c1").map(\.code) == ["daemon.unknown_account"])
        #expect(world.answers("c1")[0].message.contains("did you mean stripe/crm?"))
    }

    @Test func anAccountThatASchedule_readsIsNotRemoved() throws {
        var world = world(try entry())
        world.ask(
            .state(StateRequest(account: account("stripe/crm"), change: .remove, reason: "x")),
            id: "c1"
        )
        #expect(world.answers("c1").map(\.code) == ["daemon.account_in_use"])
        #expect(world.changes.isEmpty)
    }

    @Test func theCommandIsDoneOnceOverARestart() throws {
        var world = world(try entry())
        world.ask(try reset(nil), id: "c1")
        // Its transaction has committed, and the daemon dies before it could tell.
        let record = world.commitChange("c1", of: account("stripe/crm"))
        #expect(record?.commands == ["c1"])
        world.restart()
        #expect(world.answers("c1").map(\.status) == [.done])
        #expect(world.answers("c1")[0].message.contains("before the daemon's restart"))
        #expect(world.changes.count == 1)
    }

    @Test func whatWasNotDoneIsDoneByTheNextDaemon() throws {
        var world = world(try entry("0 * * * *"))
        world.length = { _, _ in .seconds(1200) }
        world.run(for: .seconds(3660))
        world.ask(try reset(nil), id: "c1")
        #expect(world.answers("c1").map(\.status) == [.accepted])
        world.drain()
        world.run(for: .seconds(60))
        #expect(world.changes.isEmpty)
        world.restart()
        world.run(for: .seconds(60))
        // A run that a drain ended goes on first, or after it: never beside it.
        let isThere = world.changes.map(\.command.id) == ["c1"]
        #expect(isThere || world.answers("c1").last?.status == .accepted)
        world.run(for: .seconds(1800))
        #expect(world.changes.map(\.command.id) == ["c1"])
    }

    @Test func aDaemonThatEndsWaitsForTheChangeThatIsBeingMade() throws {
        var world = world(try entry())
        world.ask(try reset(nil), id: "c1")
        world.drain()
        #expect(world.machine?.isIdle == false)
        world.send(.changed(command: "c1", .done("done")))
        #expect(world.machine?.isIdle == true)
    }

    @Test func theLastScheduleTakesWaitingChangesWithIt() throws {
        var world = world(try entry("0 * * * *"))
        world.length = { _, _ in .seconds(600) }
        world.run(for: .seconds(3660))
        world.ask(try reset(nil), id: "c1")
        world.delete("crm")
        world.run(for: .seconds(1200))
        #expect(world.answers("c1").last?.code == "daemon.unknown_account")
        #expect(world.changes.isEmpty)
    }
}
