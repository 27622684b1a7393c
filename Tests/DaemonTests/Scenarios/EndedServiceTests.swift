import Core
import ProcessSupport
import Runs
import Scheduling
import Telemetry
import Testing

@testable import Daemon

/// The daemon is asked to end, while it does this or that, and what its manager hears of it.
@Suite struct EndedServiceTests {
    private let noon = at("2026-05-04T11:59:30Z")

    @Test(
        "S14 SIGTERM in each step of a run: the tick runs once, by the next daemon at the latest",
        arguments: MemoryKafka.Step.allCases
    )
    func s14InEachStep(step: MemoryKafka.Step) async throws {
        let stop = Watched(StopSignal?.none)
        let world = ServiceWorld(at: noon) { at in
            guard at == step else { return }
            stop.read { $0 }?.give(StopSignal.ended)
        }
        world.write("crm", "when: \"*/10 * * * *\"")
        try await world.live { service, signal in
            stop.change { $0 = signal }
            // It is due at 12:00.
            await service.drained.wait()
            #expect(await service.unreadiness().contains("the daemon ends"))
        }
        #expect(world.now.since(noon) < .seconds(45), "nothing of its budget was needed")
        stop.change { $0 = nil }
        try await world.live { _, _ in try await world.pass(.seconds(400)) }
        #expect(world.ticks() == ["12:00"])
        #expect(world.skips() == [])
        #expect(world.kafka.read { $0.records["crm"]?.record.last?.status } == "success")
        // Told once, whoever told it.
        let ends = world.kafka.read(\.log).filter { if case .ended = $0.event { true } else { false } }
        #expect(ends.count == 1)
    }

    @Test("S14 a run that does not end in time is cut off, and the next daemon goes on with it")
    func s14TheBudgetIsExceeded() async throws {
        let world = ServiceWorld(at: noon)
        world.write("crm", "when: \"*/10 * * * *\"")
        world.kafka.change { contents in
            contents.length = .seconds(3600)
            contents.isDeaf = true
        }
        let asked = Watched(Duration.zero)
        try await world.live { _, _ in
            try await world.pass(.seconds(60))
            let now = world.time.elapsed
            asked.change { $0 = now }
        }
        let took = world.time.elapsed - asked.read { $0 }
        #expect(took >= ServiceWorld.drainBudget)
        #expect(took < ServiceWorld.drainBudget + .seconds(1))
        #expect(world.logged.text.contains("the budget for ending is over"))
        #expect(world.kafka.read { $0.records["crm"]?.record.last?.ended } == nil)
        world.kafka.change { contents in
            contents.length = .seconds(5)
            contents.isDeaf = false
        }
        try await world.live { _, _ in try await world.pass(.seconds(60)) }
        #expect(world.ticks() == ["12:00"])
        #expect(world.kafka.read(\.begun).map(\.order.isResumed) == [false, true])
    }

    @Test("S14 a Kafka that is away does not keep the daemon from ending")
    func s14WhileKafkaIsAway() async throws {
        let world = ServiceWorld(at: noon)
        world.write("crm", "when: \"*/10 * * * *\"")
        let asked = Watched(Duration.zero)
        try await world.live { _, _ in
            try await world.pass(.seconds(32))
            world.kafka.change { $0.manner = .away }
            let now = world.time.elapsed
            asked.change { $0 = now }
        }
        #expect(world.time.elapsed - asked.read { $0 } < ServiceWorld.drainBudget + .seconds(10))
    }

    @Test("S14 the watchdog hears nothing any more when the loop hangs, and health says so")
    func s14TheLoopHangs() async throws {
        let world = ServiceWorld(at: noon)
        world.write("crm", "when: \"*/10 * * * *\"")
        let manager = try ManagerSocket(isAbstract: true)
        let notifier = ServiceNotifier(
            environment: ["NOTIFY_SOCKET": manager.name, "WATCHDOG_USEC": "30000000"]
        )
        // Its own loop does not run here: the test looks at the clock in its place.
        let (service, end) = try world.service()
        let (signs, isAlive) = await world.time.run { () async -> (signs: [Int], isAlive: [Bool]) in
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await notifier.follow(service, world.clocks.monotonic) }
                var (signs, isAlive): ([Int], [Bool]) = ([], [])
                for isLooking in [true, false, false] {
                    var count = 0
                    for _ in 0..<20 {
                        if isLooking { service.look() }
                        try? await world.pass(.seconds(15))
                        while let message = manager.message() { count += message == "WATCHDOG=1" ? 1 : 0 }
                    }
                    signs.append(count)
                    isAlive.append(await service.isAlive())
                }
                #expect(await service.unreadiness() == ["the scheduler's loop hangs"])
                group.cancelAll()
                return (signs, isAlive)
            }
        }
        await end()
        #expect(isAlive == [true, false, false])
        // Every 15 s while it looks, for the minute in which nobody can know, and then never again.
        #expect(signs[0] >= 19)
        #expect(signs[1] <= 4)
        #expect(signs[2] == 0)
    }
}
