import Core
import Daemon
import Scheduling
import Testing

/// Attempts, timeouts, early ends, and what a command waits for.
@Suite struct MachineRunTests {
    private let noon = at("2026-05-04T12:00:00Z")
    private let away = RunEnd(status: .failed, isTransient: true, reason: "the API is away")

    private func world(_ entries: ScheduleEntry...) -> MachineWorld {
        var world = MachineWorld(at: noon)
        for entry in entries { world.write(entry) }
        world.start()
        return world
    }

    // MARK: Attempts

    @Test func aRunIsTriedAgainSoOftenAndAlwaysLater() throws {
        var world = world(try entry("0 * * * *", retries: .init(maximum: 3, backoff: .seconds(60))))
        world.outcome = { [away] _, _ in away }
        world.run(for: .seconds(3600 + 30))
        #expect(world.standing()?.state == .waiting)
        #expect(world.standing()?.waiting.first?.reason.hasSuffix(": the API is away") == true)
        world.run(for: .seconds(3500))
        #expect(world.orders.map(\.attempt) == [1, 2, 3, 4])
        #expect(Set(world.orders.map(\.run)).count == 1)
        let gaps = zip(world.orderTimes, world.orderTimes.dropFirst()).map {
            Int($1.since($0).components.seconds)
        }
        #expect(gaps == [65, 125, 245])
        // One run, one failure.
        #expect(world.others == ["finished failed"])
        #expect(world.standing()?.failures == 1)
        #expect(world.records["crm"]?.last?.status == "failed")
    }

    @Test func aRunIsNotTriedAgainPastTheNextTick() throws {
        var world = world(try entry("*/5 * * * *", retries: .init(maximum: 10, backoff: .seconds(60))))
        world.outcome = { [away] _, _ in away }
        world.run(for: .seconds(599))
        // At 65, 190 and, past the next tick, 435 seconds.
        #expect(world.orders.map(\.attempt) == [1, 2, 3])
        #expect(world.others == ["finished failed"])
    }

    @Test func whatAnotherTryDoesNotMendIsNotTriedAgain() throws {
        var world = world(try entry("0 * * * *", retries: .init(maximum: 3, backoff: .seconds(60))))
        world.outcome = { _, _ in RunEnd(status: .failed, reason: "the key is wrong") }
        world.run(for: .seconds(7000))
        #expect(world.orders.count == 1)
    }

    @Test func aRestartGoesOnWithTheAttempts() throws {
        var world = world(try entry("0 * * * *", retries: .init(maximum: 3, backoff: .seconds(600))))
        world.outcome = { [away] _, _ in away }
        world.run(for: .seconds(3700))
        world.kill()
        world.outcome = { _, _ in RunEnd(status: .success) }
        world.start()
        world.run(for: .seconds(60))
        #expect(Set(world.orders.map(\.run)).count == 1)
        #expect(world.orders.last?.isResumed == true)
        #expect(world.records["crm"]?.last?.status == "success")
    }

    @Test func failuresInARowPauseIt() throws {
        var world = world(try entry("0 * * * *", policy: .init(pauseAfterFailures: 3)))
        world.outcome = { _, _ in RunEnd(status: .failed, reason: "the key is wrong") }
        world.run(for: .seconds(2 * 3600 + 60))
        world.restart()
        #expect(world.standing()?.failures == 2)
        world.run(for: .seconds(4 * 3600))
        #expect(times(world.nominals()) == ["13:00", "14:00", "15:00"])
        #expect(world.others.last == "paused crm: 3 failed runs in a row")
        world.restart()
        #expect(world.standing()?.state == .paused)
        world.outcome = { _, _ in RunEnd(status: .success) }
        world.ask(.resume(schedule: "crm"))
        world.run(for: .seconds(3600))
        #expect(world.standing()?.failures == 0)
        #expect(world.standing()?.state == .idle)
    }

    // MARK: Early ends

    @Test func aTimeoutEndsTheRunAndIsAFailure() throws {
        var world = world(
            try entry("0 * * * *", timeout: .seconds(600), retries: .init(maximum: 3, backoff: .seconds(1)))
        )
        world.length = { _, _ in .seconds(3000) }
        world.run(for: .seconds(3600 + 599))
        #expect(world.stops.isEmpty)
        world.run(for: .seconds(60))
        #expect(world.stops.map(\.reason) == [.timeout])
        #expect(world.records["crm"]?.last?.status == "timeout")
        #expect(world.standing()?.failures == 1)
        // It is not tried again: it would take as long.
        world.run(for: .seconds(600))
        #expect(world.orders.count == 1)
    }

    @Test func aRunThatSucceedsWhileItsTimeoutEndsItIsASuccess() throws {
        var world = world(try entry("0 * * * *", timeout: .seconds(600)))
        world.length = { _, _ in .seconds(3000) }
        world.run(for: .seconds(3600 + 600))
        let run = try #require(world.orders.first?.run)
        world.send(.ended(run: run, RunEnd(status: .success)))
        #expect(world.others == ["finished success"])
    }

    @Test func aTickThatCannotStartInTimeIsMissed() throws {
        var world = MachineWorld(at: noon)
        world.settings = .init(usualSlots: 1)
        world.length = { _, _ in .seconds(1500) }
        world.write(try entry("0 13 * * *", id: "a", priority: 1))
        world.write(try entry("0 * * * *", id: "b", policy: .init(startWithin: 600)))
        world.start()
        world.run(for: .seconds(3600 + 599))
        #expect(world.skips("b") == [])
        world.run(for: .seconds(10))
        #expect(world.skips("b") == ["start_deadline 13:00"])
        world.run(for: .seconds(3600))
        #expect(times(world.nominals("b")) == ["14:00"])
        #expect(MachineChecker(world: world).faults(of: "b").faults == [])
    }

    @Test func aRunThatWaitsOrRunsIsCancelled() throws {
        var world = MachineWorld(at: noon)
        world.settings = .init(usualSlots: 1)
        world.length = { _, _ in .seconds(1500) }
        world.write(try entry("0 13 * * *", id: "a", priority: 1))
        world.write(try entry("0 13 * * *", id: "b"))
        world.start()
        world.ask(.cancel(run: "run-9-9"), id: "no")
        world.run(for: .seconds(3660))
        #expect(world.answers("no").map(\.code) == ["daemon.unknown_run"])
        let waiting = try #require(world.standing("b")?.active)
        world.ask(.cancel(run: waiting), id: "w")
        world.run(for: .seconds(60))
        #expect(world.answers("w").map(\.status) == [.done])
        #expect(world.skips("b") == ["skip_requested 13:00"])
        let running = try #require(world.standing("a")?.active)
        world.ask(.cancel(run: running), id: "r")
        world.ask(.cancel(run: running), id: "r2")
        world.run(for: .seconds(60))
        #expect(world.stops.map(\.reason) == [.asked(by: "ann")])
        #expect(world.answers("r").map(\.status) == [.accepted, .done])
        #expect(world.answers("r2").map(\.status) == [.accepted, .done])
        #expect(world.records["a"]?.last?.status == "cancelled")
        #expect(world.standing("a")?.failures == 0)
    }

    @Test func aRunBetweenTwoAttemptsIsCancelled() throws {
        var world = world(try entry("0 * * * *", retries: .init(maximum: 3, backoff: .seconds(600))))
        world.outcome = { [away] _, _ in away }
        world.run(for: .seconds(3700))
        world.ask(.cancel(run: world.orders[0].run), id: "c")
        world.run(for: .seconds(1200))
        #expect(world.answers("c").last?.status == .done)
        #expect(world.orders.count == 1)
        #expect(world.records["crm"]?.last?.status == "cancelled")
    }

    // MARK: What somebody asked for

    private func busy() throws -> MachineWorld {
        var world = MachineWorld(at: noon)
        world.length = { _, _ in .seconds(3000) }
        world.write(try entry("0 13 * * *", account: "stripe/acme", policy: .init(overlap: .queue)))
        world.start()
        world.run(for: .seconds(3660))
        return world
    }

    @Test func aCommandThatComesTooLateIsRefused() throws {
        var world = try busy()
        let sync = DaemonCommand.Verb.sync(.init(account: account()))
        world.ask(.trigger(schedule: "crm", insteadOfNext: false), id: "t", expires: world.wall)
        world.ask(sync, id: "s", expires: world.wall)
        #expect(world.answers("t").map(\.code) == ["daemon.expired"])
        #expect(world.answers("s").map(\.code) == ["daemon.expired"])
        world.ask(.sync(.init(account: account("stripe/acmee"))), id: "u")
        #expect(world.answers("u").map(\.code) == ["daemon.unknown_account"])
        #expect(world.answers("u").first?.message.contains("did you mean stripe/acme?") == true)
    }

    /// What was accepted waits as long as it takes, also for the daemon after this one.
    @Test(arguments: [false, true]) func whatWasAcceptedDoesNotExpire(isSync: Bool) throws {
        for isKilled in [false, true] {
            var world = try busy()
            let expires = world.wall.advanced(by: .seconds(30))
            let verb: DaemonCommand.Verb =
                isSync
                ? .sync(.init(account: account())) : .trigger(schedule: "crm", insteadOfNext: false)
            world.ask(verb, id: "x", expires: expires)
            #expect(world.answers("x").map(\.status) == [.accepted])
            // Something is committed, and the log with it.
            world.ask(.skipNext(schedule: "crm"))
            world.run(for: .seconds(600))
            #expect(world.orders.count == 1)
            if isKilled {
                world.restart()
            }
            world.run(for: .seconds(9000))
            #expect(world.traces[isSync ? "x" : "crm!x"]?.runs.count == 1)
            #expect(world.finishedCommands.contains("x"))
            #expect(world.answers("x").allSatisfy { $0.status == .accepted })
        }
    }

    @Test func aSyncIsDoneOnceAlsoWhenItIsGivenAgain() throws {
        var world = world(try entry())
        let sync = DaemonCommand.Verb.sync(.init(account: account("stripe/crm")))
        world.ask(sync, id: "s")
        world.ask(sync, id: "s")
        world.run(for: .seconds(2))
        world.restart()
        world.run(for: .seconds(60))
        #expect(world.orders.count == 1)
        // Its run died: whoever waits for it must not wait for ever.
        #expect(world.answers("s").last?.code == "daemon.interrupted")
    }

    // MARK: Freshness
}
