import Core
import Foundation
import ProcessSupport
import Scheduling
import Testing

/// Virtual days of one random schedule, with sleep, set clocks, pauses, runs by hand and slow runs.
struct MachineSimulation {
    private static let environment = ProcessInfo.processInfo.environment
    static let seeds = environment["SLUICE_SEEDS"].flatMap { Int($0) } ?? 20
    static let days = environment["SLUICE_SCHEDULE_DAYS"].flatMap { Int($0) } ?? 10
    let seed: UInt64

    func run() throws {
        var random = SeededGenerator(seed: seed)
        let texts = [
            "*/5 * * * *", "0 * * * *", "30 2 * * *", "H */3 * * *", "@every 7m", "0 9-17 * * 1-5",
            "*/15 1-3 * * *",
        ]
        let zones = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC"]
        let policy = TickPolicy(
            catchUp: [.none, .latest, .all(maximum: 5)].randomElement(using: &random) ?? .latest,
            window: Int.random(in: 600...90_000, using: &random),
            overlap: TickPolicy.Overlap.allCases.randomElement(using: &random) ?? .skip,
            jitter: [0, 0, 60, 900].randomElement(using: &random) ?? 0,
            startWithin: [nil, 600].randomElement(using: &random) ?? nil
        )
        let schedule = try schedule(
            texts.randomElement(using: &random) ?? texts[0],
            id: "s\(seed)",
            zone: zone(zones.randomElement(using: &random) ?? "UTC"),
            policy: policy
        )
        let start = at("2026-03-20T00:00:00Z")
        var loop = Loop(schedule, at: start)
        var isPutBack = false
        while loop.now < start.advanced(by: .seconds(Self.days * 86_400)) {
            loop.runLength = .seconds(Int.random(in: 0...2000, using: &random))
            loop.run(for: .seconds(Int.random(in: 60...20_000, using: &random)))
            switch Int.random(in: 0..<9, using: &random) {
            case 0: loop.suspend(for: .seconds(Int.random(in: 1...40_000, using: &random)))
            case 1: loop.set(by: .seconds(Int.random(in: 1...20_000, using: &random)))
            case 2:
                isPutBack = true
                loop.set(by: .seconds(-Int.random(in: 1...20_000, using: &random)))
            case 3:
                loop.send(.pause(.init(reason: "x", by: "x", until: loop.now.advanced(by: .seconds(9000)))))
            case 4: loop.send(.skipNext(by: "x"))
            case 5: loop.send(.resume)
            case 6: loop.send(.trigger(id: "\(loop.now.nanoseconds)", insteadOfNext: false))
            default: break
            }
        }
        loop.run(for: .seconds(7200))
        try check(loop, from: start, isPutBack: isPutBack)
    }

    private func check(_ loop: Loop, from start: Instant, isPutBack: Bool) throws {
        let scheduled = loop.started.filter { if case .manual = $0.cause { false } else { true } }
        #expect(Set(loop.started.map(\.id)).count == loop.started.count, "seed \(seed): a tick ran twice")
        // A tick that was asked for and withdrawn, or waits, is no run: the rest is exactly one of both.
        var reasons: [Instant: Int] = [:]
        let table = loop.machine.schedule.timetable
        for range in loop.skipped {
            var last = range.first.advanced(by: .nanoseconds(-1))
            while let tick = table.next(after: last), tick <= range.last {
                reasons[tick, default: 0] += 1
                last = tick
            }
        }
        let withdrawn = Set(
            loop.others.compactMap { if case .withdraw(let tick) = $0 { tick.nominal } else { nil } }
        )
        let waiting = Set(loop.machine.waitingTicks.map(\.nominal))
        let ran = Set(scheduled.map(\.nominal))
        var last = start
        let end = loop.now.advanced(by: .seconds(-7200))
        while let tick = table.next(after: last), tick < end {
            last = tick
            let isAccounted = ran.contains(tick) || reasons[tick] != nil || waiting.contains(tick)
            #expect(isAccounted, "seed \(seed): \(tick.rfc3339()) is lost")
            // After the clock was put back a missed time may come again, and run.
            guard !isPutBack, !withdrawn.contains(tick) else { continue }
            #expect(
                !(ran.contains(tick) && reasons[tick] != nil),
                "seed \(seed): \(tick.rfc3339()) ran and was skipped"
            )
            #expect(reasons[tick] ?? 0 <= 1, "seed \(seed): \(tick.rfc3339()) has two reasons")
        }
    }
}
