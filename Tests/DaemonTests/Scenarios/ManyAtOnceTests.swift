import Core
import Daemon
import Scheduling
import Testing

/// Very many schedules.
@Suite struct ManyAtOnceTests {
    private let noon = at("2026-05-04T12:00:00Z")
    @Test(
        "S9 ten thousand at once run in their order, within their pools, and wait no longer than they must"
    )
    func s9TenThousandAtOnceRunInTheirOrderWithinTheirPools() throws {
        let count = 10_000
        var world = MachineWorld(at: noon)
        world.settings = .init(pools: ["big": 100], usualSlots: 16)
        let ids = (0..<count).map { "s\(count + $0)" }
        for (number, id) in ids.enumerated() {
            world.write(try entry("0 * * * *", id: id, pool: number % 2 == 0 ? "big" : "default"))
        }
        world.start()
        let before = world.looks
        world.run(for: .seconds(3600))
        let looks = world.looks - before
        #expect(looks <= 3600 / 30 + 2)
        world.run(for: .seconds(1800))
        #expect(world.orders.count == count)
        #expect(world.mostAtOnce == 116)
        // First come, first served in each pool; both go on beside each other.
        let order = world.orders.compactMap(\.schedule)
        for pool in 0..<2 {
            let own = order.filter { Int($0.dropFirst()).map { $0 % 2 == pool } ?? false }
            #expect(own == own.sorted())
        }
        // Nobody waits longer than those before it take: runs of five seconds, and two transactions of each.
        var starts: [String: [Duration]] = [:]
        for (order, time) in zip(world.orders, world.orderTimes) {
            let pool = order.schedule.flatMap { world.files[$0]?.pool } ?? ""
            starts[pool, default: []].append(time.since(at("2026-05-04T13:00:00Z")))
        }
        for (pool, slots) in [("big", 100), ("default", 16)] {
            let delays = try #require(starts[pool])
            let isFair = delays.enumerated().allSatisfy { number, delay in
                delay <= .milliseconds(5030) * (number / slots) && delay >= .seconds(5) * (number / slots)
            }
            #expect(isFair, "\(pool)")
        }
        #expect(Set(world.nominals(ids[0])).count == 1)
    }

    /// χ² of ten thousand names over the minutes of the hour: 59 degrees of freedom, 1 in 1000 lies above 98.
    @Test("S9 H spreads ten thousand names evenly over the hour")
    func s9NamesSpreadOverTheHour() throws {
        var minutes = [Int](repeating: 0, count: 60)
        for number in 0..<10_000 {
            let rule = try TimeRule(parsing: "H * * * *", name: "tenant-\(number)")
            let next = Timetable([rule], zone: .utc).next(after: noon)
            minutes[Int(try #require(next).seconds / 60 % 60)] += 1
        }
        let mean = 10_000.0 / 60
        let deviation = minutes.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) / mean }
        #expect(deviation < 98)
        #expect(minutes.allSatisfy { $0 > 0 })
    }

    @Test("S9 jitter spreads what is due at once, and is the same after a restart")
    func jitterSpreadsWhatIsDueAtOnce() throws {
        var world = MachineWorld(at: noon)
        world.settings = .init(usualSlots: 1000)
        for number in 0..<500 {
            world.write(try entry("0 * * * *", id: "s\(number)", policy: .init(jitter: 600)))
        }
        world.start()
        world.run(for: .seconds(3600 + 700))
        #expect(world.orders.count == 500)
        var minutes = [Int](repeating: 0, count: 10)
        for time in world.orderTimes { minutes[min(9, Int(time.seconds / 60 % 60))] += 1 }
        #expect(minutes.allSatisfy { (25...80).contains($0) })
        // The same after a restart: the delay is the name's and the time's.
        let due = world.files.mapValues { $0.schedule.due(at("2026-05-04T13:00:00Z")) }
        for (order, time) in zip(world.orders, world.orderTimes) {
            #expect(order.schedule.flatMap { due[$0] } == time)
        }
    }

    @Test("S9 a pool is never overfilled")
    func s9APoolIsNeverOverfilled() throws {
        var world = MachineWorld(at: at("2026-05-04T11:59:30Z"))
        world.settings = .init(pools: ["default": 3])
        for number in 1...20 { world.write(try entry(id: "s\(number)")) }
        world.start()
        world.run(for: .seconds(600))
        #expect(world.orders.count == 20)
        #expect(world.mostAtOnce == 3)
    }

    /// χ² of ten thousand names over 60 parts of the delay: 59 degrees of freedom, 1 in 1000 lies above 98.
    @Test("S9 jitter is spread evenly over its length, and leaves ticks in their order")
    func s9JitterIsEvenAndMonotone() throws {
        let ticks = [
            at("2026-05-04T13:00:00Z"), at("2026-05-04T14:00:00Z"), at("2026-05-04T15:00:00Z"),
        ]
        var parts = [Int](repeating: 0, count: 60)
        for number in 0..<10_000 {
            let schedule = try entry("0 * * * *", id: "tenant-\(number)", policy: .init(jitter: 7200))
                .schedule
            let due = ticks.map { schedule.due($0) }
            let isInOrder = due[0] < ticks[1] && due[1] < ticks[2] && due[0] >= ticks[0]
            #expect(isInOrder, "tenant-\(number)")
            parts[min(59, Int(due[0].since(ticks[0]) / .seconds(60)))] += 1
        }
        let mean = 10_000.0 / 60
        let deviation = parts.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) / mean }
        #expect(deviation < 98)
    }

    @Test("S9 a restart among the delays changes none of them")
    func s9ARestartChangesNoDelay() throws {
        var world = MachineWorld(at: noon)
        world.settings = .init(usualSlots: 1000)
        for number in 0..<200 {
            world.write(try entry("0 * * * *", id: "s\(number)", policy: .init(jitter: 600)))
        }
        world.start()
        world.run(for: .seconds(3600 + 300))
        let before = world.orders.count
        #expect((50..<150).contains(before))
        world.restart()
        world.run(for: .seconds(400))
        #expect(Set(world.orders.compactMap(\.schedule)).count == 200)
        for (order, time) in zip(world.orders, world.orderTimes).dropFirst(before)
        where !order.isResumed {
            let due = order.schedule.flatMap { world.files[$0]?.schedule.due(at("2026-05-04T13:00:00Z")) }
            #expect(due == time)
        }
    }
}
