import Core
import Daemon
import ProcessSupport
import ScheduleSupport
import Scheduling
import Testing

/// Random schedules through the daemon's machine, held against a scan minute by minute.
@Suite struct MachineTwinTests {
    /// `SLUICE_SCHEDULE_YEARS=10` runs ten years of 200 schedules; without it, days around the jumps of the clocks.
    static let years = setting("SLUICE_SCHEDULE_YEARS")

    /// S3 and S17: what the timetable says is what the daemon runs, and what it shows as the next tick.
    @Test(arguments: Twin.zones)
    func s17EveryTickOfTheScanRunsOnce(name: String) throws {
        let zone = try zones.zone(name)
        var random = SeededGenerator(seed: UInt64(setting("SLUICE_SEED") ?? 1) &+ StableHash.of(name))
        for clock in Self.clocks(of: zone) {
            var expected: [String: [Instant]] = [:]
            var runner = TickRunner(at: Instant(seconds: Int64(clock.first) * 60 - 1))
            for number in 0..<(Self.years == nil ? 2 : 10) {
                let twin = Twin(using: &random)
                let id = "s\(number)"
                do {
                    let entry = try entry(twin.text, id: id, zone: zone)
                    runner.add(entry)
                } catch let error as ScheduleError {
                    guard error.code == .neverRuns else { throw error }
                    #expect(twin.minutes(clock).isEmpty, "\(twin.text)")
                    continue
                }
                expected[id] = twin.minutes(clock).map { Instant(seconds: Int64($0) * 60) }
            }
            let end = Instant(seconds: Int64(clock.first + clock.local.count) * 60 - 1)
            var shown: [String: Instant] = [:]
            var looks = 0
            runner.run(to: end) { runner in
                looks += 1
                guard looks % 97 == 0 else { return }
                // Nothing of what was shown a moment ago has been passed over, and all of it is to come.
                for view in runner.machine.views(at: runner.now.advanced(by: .seconds(-1)), count: 3) {
                    let next = view.next.map(\.nominal)
                    #expect(next == next.sorted() && Set(next).count == next.count)
                    if let first = next.first {
                        #expect(first >= runner.now, "\(view.id)")
                        shown[view.id] = first
                    }
                }
            }
            for (id, times) in expected {
                let found = runner.nominals[id] ?? []
                #expect(found == times, "\(id) in \(name)")
                if let next = shown[id], next <= end { #expect(found.contains(next), "\(id) in \(name)") }
            }
            #expect(runner.skipped.isEmpty)
        }
    }

    private static func clocks(of zone: Zone) -> [LocalMinutes] {
        let start = at("2026-01-01T00:00:00Z")
        if let years { return [LocalMinutes(zone, from: start, days: years * 365 + years / 4)] }
        var clocks: [LocalMinutes] = []
        var second = start.seconds
        for _ in 0..<2 {
            let change = zone.transition(after: second)?.at ?? second + 100 * 86_400
            clocks.append(
                LocalMinutes(zone, from: Instant(seconds: change / 86_400 * 86_400 - 86_400), days: 3)
            )
            second = change
        }
        return clocks
    }
}
