import Core
import Daemon
import Foundation
import ProcessSupport
import Scheduling
import Testing

/// Random schedules through kills, freezes, successors, sleep, set clocks, pauses, runs by hand and a Kafka that goes
/// away.
struct DaemonSimulation {
    static let seeds = setting("SLUICE_SEEDS") ?? 50
    static let days = setting("SLUICE_SCHEDULE_DAYS") ?? 1
    let seed: UInt64

    private static let texts = [
        "*/5 * * * *", "0 * * * *", "30 2 * * *", "H */3 * * *", "@every 47m", "0 9-17 * * 1-5",
        "*/15 1-3 * * *",
    ]
    private static let places = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC"]

    private static func entry(_ number: Int, using random: inout SeededGenerator) throws
        -> ScheduleEntry
    {
        let policy = TickPolicy(
            catchUp: [.none, .latest, .all(maximum: 5)].randomElement(using: &random) ?? .latest,
            window: Int.random(in: 600...90_000, using: &random),
            overlap: TickPolicy.Overlap.allCases.randomElement(using: &random) ?? .skip,
            jitter: [0, 0, 60, 900].randomElement(using: &random) ?? 0,
            startWithin: [nil, 600].randomElement(using: &random) ?? nil,
            pauseAfterFailures: [nil, 6].randomElement(using: &random) ?? nil
        )
        let night = NamedCalendar(
            "night",
            [try .init(weekdays: nil, from: "22:00", to: "05:00")]
        )
        let excluded = [[], [], [night]].randomElement(using: &random) ?? []
        return try DaemonTests.entry(
            texts.randomElement(using: &random) ?? texts[0],
            id: "s\(number)",
            account: ["stripe/one", "stripe/two"].randomElement(using: &random),
            zone: zones.zone(places.randomElement(using: &random) ?? "UTC"),
            policy: policy,
            exclusions: Exclusions(
                excluded: excluded,
                action: Bool.random(using: &random) ? .skip : .defer
            ),
            streams: [nil, ["a"], ["b"], ["a", "c"]].randomElement(using: &random) ?? nil,
            priority: Int.random(in: 0...3, using: &random),
            timeout: [nil, .seconds(1500)].randomElement(using: &random) ?? nil,
            retries: [nil, .init(maximum: 2, backoff: .seconds(30))].randomElement(using: &random) ?? nil
        )
    }

    func run() throws {
        var random = SeededGenerator(seed: seed)
        let start = at("2026-03-20T00:00:00Z")
        var world = MachineWorld(at: start, seed: seed)
        world.settings = .init(usualSlots: Int.random(in: 1...3, using: &random))
        for number in 1...3 { world.write(try Self.entry(number, using: &random)) }
        var longest = 0
        var isPeace = false
        world.length = { _, random in .seconds(Int.random(in: 0...longest, using: &random)) }
        world.outcome = { _, random in
            switch isPeace ? 7 : Int.random(in: 0..<8, using: &random) {
            case 0: RunEnd(status: .failed, isTransient: true, reason: "the API is away")
            case 1: RunEnd(status: .failed, reason: "no such field")
            default: RunEnd(status: .success)
            }
        }
        world.start()
        let end = Duration.seconds(Self.days * 86_400)
        while world.monotonic + world.suspended < end {
            longest = [1, 60, 2000].randomElement(using: &random) ?? 1
            world.run(for: .seconds(Int.random(in: 60...30_000, using: &random)))
            try disturb(&world, using: &random)
        }
        // Peace: everything that waits has its turn.
        world.stepsLeft = nil
        world.isKafkaAway = false
        longest = 1
        isPeace = true
        // One that drains begins nothing any more.
        world.restart()
        for id in world.files.keys.sorted() { world.ask(.resume(schedule: id)) }
        world.run(for: .seconds(2 * 86_400))
        check(world)
    }

    private func disturb(_ world: inout MachineWorld, using random: inout SeededGenerator) throws {
        let id = "s\(Int.random(in: 1...3, using: &random))"
        switch Int.random(in: 0..<18, using: &random) {
        case 0: world.suspend(for: .seconds(Int.random(in: 1...40_000, using: &random)))
        case 1: world.set(by: .seconds(Int.random(in: 1...20_000, using: &random)))
        case 2: world.set(by: .seconds(-Int.random(in: 1...20_000, using: &random)))
        case 3: world.freeze(for: .seconds(Int.random(in: 1...10_000, using: &random)))
        case 4:
            let until = world.wall.advanced(by: .seconds(9000))
            world.ask(.pause(schedule: id, reason: "x", until: Bool.random(using: &random) ? until : nil))
        case 5: world.ask(.skipNext(schedule: id))
        case 6, 7: world.ask(.resume(schedule: id))
        case 8: world.ask(.trigger(schedule: id, insteadOfNext: Bool.random(using: &random)))
        case 9: if let run = world.flights.keys.min() { world.ask(.cancel(run: run)) }
        case 10: world.isKafkaAway.toggle()
        case 11: world.drain()
        case 12: if let entry = world.files[id] { world.write(entry) }
        case 13: world.stepsLeft = Int.random(in: 1...60, using: &random)
        case 14:
            world.replace(after: .seconds(Int.random(in: 16...20_000, using: &random)))
            world.run(for: .seconds(Int.random(in: 1...20_000, using: &random)))
            world.wakeFrozen()
        default: world.kill()
        }
        if Bool.random(using: &random) {
            if world.machine?.isIdle == true, Bool.random(using: &random) { world.kill() }
            world.start()
        }
        if Int.random(in: 0..<4, using: &random) == 0 {
            world.restart()
        }
    }

    private func check(_ world: MachineWorld) {
        let checker = MachineChecker(world: world)
        for id in world.files.keys.sorted() {
            let (faults, ticks) = checker.faults(of: id)
            for fault in faults.prefix(5) { Issue.record("seed \(seed): \(fault)") }
            #expect(ticks > 0, "seed \(seed)")
            // Where no tick counts there is nothing to look at; one may wait for its jitter, or the end of a run.
            let through = world.machine?.record(of: id)?.through ?? world.wall
            var next = world.files[id]?.schedule.nextCounting(after: through)
            while let tick = next, world.machine?.record(of: id)?.skips[tick] != nil {
                next = world.files[id]?.schedule.nextCounting(after: tick)
            }
            let isBehind = next.map { world.wall.since($0) > .seconds(86_400) } ?? false
            #expect(!isBehind, "seed \(seed): \(id) stands still at \(through.rfc3339())")
        }
        for (id, trace) in world.traces where trace.runs.count > 1 {
            Issue.record("seed \(seed): \(id) ran as \(trace.runs.sorted())")
        }
        for command in world.commands {
            let answers = world.answers(command.id)
            #expect(
                !answers.isEmpty || world.finishedCommands.contains(command.id),
                "seed \(seed): \(command)"
            )
        }
        #expect(world.flights.count <= 1, "seed \(seed)")
    }
}
