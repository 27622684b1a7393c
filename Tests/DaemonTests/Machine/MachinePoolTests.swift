import Core
import Daemon
import Scheduling
import Testing

/// Who runs when many want to: pools, priorities, ageing, and streams that only one may read.
@Suite struct MachinePoolTests {
    private let noon = at("2026-05-04T12:00:00Z")

    // MARK: Priorities

    private func full() throws -> MachineWorld {
        var world = MachineWorld(at: noon)
        world.settings = .init(pools: ["one": 1])
        world.length = { order, _ in order.schedule == "long" ? .seconds(1200) : .seconds(5) }
        world.write(try entry("0 13 * * *", id: "long", pool: "one", priority: 100))
        return world
    }

    @Test func theGreaterPriorityGoesFirst() throws {
        var world = try full()
        for (id, priority) in [("a", 0), ("b", 2), ("c", 1), ("d", 2)] {
            world.write(try entry("1 13 * * *", id: id, pool: "one", priority: priority))
        }
        world.start()
        world.run(for: .seconds(3700))
        #expect(world.standing("a")?.waiting.first?.reason == "the pool one is full (1 of 1)")
        #expect(world.standing("a")?.state == .waiting)
        world.run(for: .seconds(1800))
        #expect(world.orders.compactMap(\.schedule) == ["long", "b", "d", "c", "a"])
    }

    /// One priority more is as good as having come a minute earlier, so that nobody waits for ever.
    @Test func whoeverHasWaitedLongerGoesBeforeAGreaterPriority() throws {
        var world = try full()
        world.write(try entry("1 13 * * *", id: "early", pool: "one", priority: 0))
        world.write(try entry("4 13 * * *", id: "three", pool: "one", priority: 2))
        world.write(try entry("6 13 * * *", id: "late", pool: "one", priority: 6))
        world.start()
        world.run(for: .seconds(5400))
        #expect(world.orders.compactMap(\.schedule) == ["long", "late", "early", "three"])
    }

    // MARK: Streams

    @Test func runsOfOneAccountShareItOnlyOverOtherStreams() throws {
        var world = MachineWorld(at: noon)
        world.length = { _, _ in .seconds(600) }
        for (id, streams) in [("a", ["x", "y"]), ("b", ["z"]), ("c", ["y"]), ("d", nil)]
            as [(String, Set<String>?)]
        {
            world.write(try entry("0 13 * * *", id: id, account: "stripe/acme", streams: streams))
        }
        world.write(try entry("0 13 * * *", id: "other", account: "stripe/else"))
        world.start()
        world.run(for: .seconds(3660))
        #expect(world.orders.compactMap(\.schedule) == ["a", "b", "other"])
        let run = world.orders[0].run
        #expect(
            world.standing("c")?.waiting.map(\.reason) == ["y of stripe/acme is being read by the run \(run)"]
        )
        #expect(world.standing("d")?.waiting.first?.reason.hasPrefix("stripe/acme is being read by") == true)
        world.run(for: .seconds(600))
        #expect(world.orders.compactMap(\.schedule) == ["a", "b", "other", "c"])
        world.run(for: .seconds(600))
        #expect(world.orders.compactMap(\.schedule) == ["a", "b", "other", "c", "d"])
    }

    /// Small runs that come again and again do not keep one out that needs all streams.
    @Test func whoWaitsForStreamsIsNotOvertakenOnThem() throws {
        var world = MachineWorld(at: noon)
        world.length = { _, _ in .seconds(90) }
        for (number, stream) in ["x", "y"].enumerated() {
            world.write(
                try entry("\(number)-59/2 * * * *", id: stream, account: "stripe/acme", streams: [stream])
            )
        }
        world.write(try entry("5 12 * * *", id: "all", account: "stripe/acme"))
        world.start()
        world.run(for: .seconds(600))
        #expect(times(world.nominals("all")) == ["12:05"])
        #expect(world.standing("all")?.waiting.isEmpty == true)
        let place = try #require(world.orders.firstIndex { $0.schedule == "all" })
        #expect(world.orderTimes[place].since(at("2026-05-04T12:05:00Z")) <= .seconds(91))
    }
}
