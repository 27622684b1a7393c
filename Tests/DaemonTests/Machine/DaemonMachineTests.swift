import Core
import Daemon
import Scheduling
import Testing

/// The scenarios of the daemon's machine, on virtual clocks.
@Suite struct DaemonMachineTests {
    private let noon = at("2026-05-04T11:59:30Z")

    @Test(arguments: 1...40)
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

    @Test func s15NothingBeginsWhileNothingCanBeRecorded() throws {
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

    @Test func s7ACommandIsDoneOnceAndAnUnknownScheduleIsRefused() throws {
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

    @Test func s14ADrainLeavesTheTickOpenAndTheSameRunGoesOn() throws {
        var world = MachineWorld(at: noon)
        world.length = { _, _ in .seconds(600) }
        world.write(try entry())
        world.start()
        world.run(for: .seconds(60))
        world.drain()
        world.run(for: .seconds(10))
        #expect(world.machine?.isIdle == true)
        #expect(world.records["crm"]?.last?.ended == nil)
        world.kill()
        world.start()
        world.run(for: .seconds(900))
        #expect(Set(world.orders.map(\.run)).count == 1)
        #expect(world.orders.last?.isResumed == true)
        #expect(world.records["crm"]?.last?.status == "success")
    }

    @Test func s9APoolIsNeverOverfilled() throws {
        var world = MachineWorld(at: noon)
        world.settings = .init(pools: ["default": 3])
        for number in 1...20 { world.write(try entry(id: "s\(number)")) }
        world.start()
        world.run(for: .seconds(600))
        #expect(world.orders.count == 20)
        #expect(world.mostAtOnce == 3)
    }
}
