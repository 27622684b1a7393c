import Core
import Daemon
import Scheduling
import Testing

/// What ten thousand schedules cost; prints, and is no test: `scripts/bench --looks`.
@Suite(.enabled(if: setting("SLUICE_MACHINE_BENCH") != nil)) struct MachineBench {
    private let noon = at("2026-05-04T12:00:00Z")
    private let count = 10_000

    private func machine(_ text: String, slots: Int = 16) throws -> DaemonMachine {
        let counter = Counter()
        var machine = DaemonMachine(settings: .init(usualSlots: slots)) { _ in "run-\(counter.next())" }
        let reading = ClockReading(wall: noon, monotonic: .zero)
        for number in 0..<count {
            _ = machine.handle(.add(try entry(text, id: "s\(number)"), nil, skipped: []), at: reading)
        }
        return machine
    }

    private func show(_ name: String, _ times: [Duration]) {
        let sorted = times.sorted()
        func text(_ share: Double) -> String {
            let place = sorted[min(sorted.count - 1, Int(Double(sorted.count) * share))]
            return "\(Int(place / .nanoseconds(1)))"
        }
        print(
            "{\"figure\":\"\(name)\",\"p50_ns\":\(text(0.5)),\"p99_ns\":\(text(0.99)),\"max_ns\":\(text(1))}"
        )
    }

    @Test func anIdleLook() throws {
        var machine = try machine("H H * * *")
        let clock = ContinuousClock()
        var times: [Duration] = []
        for number in 0..<2000 {
            // Within one second: nothing is due.
            let passed = Duration.microseconds(number)
            let reading = ClockReading(wall: noon.advanced(by: passed), monotonic: passed)
            times.append(clock.measure { #expect(machine.handle(.look, at: reading).isEmpty) })
        }
        show("idle_look_of_10000", times)
    }

    /// From when they are due until each start is decided: one look decides on all.
    @Test(arguments: [16, 10_000]) func tenThousandAtOnce(slots: Int) throws {
        let clock = ContinuousClock()
        var times: [Duration] = []
        var machine = try machine("0 * * * *", slots: slots)
        let start = noon
        for round in 1...5 {
            let passed = Duration.seconds(3600 * round)
            let reading = ClockReading(wall: start.advanced(by: passed), monotonic: passed)
            var pending: [String] = []
            let due = clock.now
            func take(_ actions: [DaemonMachine.Action]) {
                for action in actions {
                    guard case .start(let order) = action else { continue }
                    times.append(due.duration(to: clock.now))
                    pending.append(order.run)
                }
            }
            take(machine.handle(.look, at: reading))
            while let run = pending.popLast() {
                _ = machine.handle(.began(run: run), at: reading)
                take(machine.handle(.ended(run: run, RunEnd(status: .success)), at: reading))
            }
        }
        #expect(times.count == 5 * count)
        show("start_of_10000_at_once_in_\(slots)_places", times)
    }
}
