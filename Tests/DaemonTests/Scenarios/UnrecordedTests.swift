import Core
import Scheduling
import Testing

@testable import Daemon

/// Kafka is slow, refuses or is away when a tick is to be recorded.
@Suite struct UnrecordedTests {
    private let noon = at("2026-05-04T11:59:30Z")

    private func world(_ keys: String = "when: \"*/10 * * * *\"") -> ServiceWorld {
        let world = ServiceWorld(at: noon)
        world.write("crm", keys)
        return world
    }

    @Test("S13 Kafka is away or refuses: nothing begins, readiness says why, and then it goes on")
    func s13AwayOrRefusing() async throws {
        for manner in [MemoryKafka.Manner.away, .refusing] {
            let world = world()
            try await world.live { service, _ in
                try await world.pass(.seconds(20))
                #expect(await service.unreadiness() == [])
                world.kafka.change { $0.manner = manner }
                // Due at 12:00, 12:10 and 12:20, and at none of them a run begins.
                try await world.pass(.seconds(1500))
                #expect(world.kafka.read(\.begun.count) == 0)
                #expect(world.kafka.read { $0.records["crm"]?.record.last } == nil)
                let reasons = await service.unreadiness()
                #expect(reasons.count == 1)
                #expect(reasons.first?.contains("no run") == true, "\(reasons)")
                let view = try #require(await service.schedule("crm"))
                #expect(view.state == .late)
                #expect(view.waiting.count == 1)
                #expect(view.lastRuns.isEmpty)
                world.kafka.change { $0.manner = .well }
                // At the latest when the try after the last one comes.
                try await world.pass(.seconds(330))
                #expect(await service.unreadiness() == [])
                #expect(await service.schedule("crm")?.state == .idle)
            }
            #expect(world.ticks() == ["12:00", "12:30"])
            #expect(world.skips() == ["overlap 12:10", "overlap 12:20"])
            #expect(world.kafka.read { $0.records["crm"]?.record.last?.status } == "success")
        }
    }

    @Test("S13 Kafka is slow: the run begins when its tick is recorded, and not before")
    func s13Slow() async throws {
        let world = world()
        try await world.live { service, _ in
            try await world.pass(.seconds(20))
            world.kafka.change { $0.manner = .slow(.seconds(40)) }
            // Its session's start, the log and the transaction take two minutes.
            try await world.pass(.seconds(10 + 110))
            #expect(world.kafka.read(\.begun.count) == 0)
            #expect(await service.schedule("crm")?.waiting.count == 1)
            try await world.pass(.seconds(20))
            #expect(world.ticks() == ["12:00"])
            #expect(await service.schedule("crm")?.waiting.isEmpty == true)
            world.kafka.change { $0.manner = .well }
            try await world.pass(.seconds(600))
        }
        #expect(world.ticks() == ["12:00", "12:10"])
        #expect(world.skips() == [])
    }

    @Test(
        "S13 a tick whose end cannot be recorded stays open, and the next daemon goes on with the same run"
    )
    func s13TheEndIsNotRecorded() async throws {
        let world = world()
        try await world.live { _, _ in
            try await world.pass(.seconds(32))
            #expect(world.ticks() == ["12:00"])
            world.kafka.change { $0.manner = .away }
            try await world.pass(.seconds(10))
        }
        #expect(world.kafka.read { $0.records["crm"]?.record.last?.ended } == nil)
        world.kafka.change { $0.manner = .well }
        try await world.live { _, _ in try await world.pass(.seconds(60)) }
        #expect(world.ticks() == ["12:00"])
        #expect(world.kafka.read(\.begun).map(\.order.isResumed) == [false, true])
        #expect(world.kafka.read { $0.records["crm"]?.record.last?.status } == "success")
    }

    @Test("S15 Kafka is away for an hour: bookmarks stay, and the latest tick is made up for")
    func s15AwayForAnHour() async throws {
        let world = world("when: \"*/10 * * * *\"\noverlap: queue\n")
        try await world.live { service, _ in
            try await world.pass(.seconds(50))
            #expect(world.ticks() == ["12:00"])
            let before = world.kafka.read { $0.records["crm"]?.record.through }
            world.kafka.change { $0.manner = .away }
            try await world.pass(.seconds(3600))
            #expect(world.kafka.read { $0.records["crm"]?.record.through } == before)
            #expect(await service.unreadiness().isEmpty == false)
            world.kafka.change { $0.manner = .well }
            try await world.pass(.seconds(540))
            #expect(await service.unreadiness() == [])
        }
        // The one that waited, and the one behind it; all others have their reason.
        #expect(world.ticks() == ["12:00", "12:10", "12:20"])
        #expect(world.skips() == ["12:30", "12:40", "12:50", "13:00"].map { "overlap \($0)" })
    }
}
