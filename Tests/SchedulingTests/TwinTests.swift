import Core
import Foundation
import ProcessSupport
import ScheduleSupport
import Scheduling
import Testing

/// Ten simulated years of mixed schedules against the twin; by default some weeks around the jumps of the clocks.
@Suite struct TwinTests {
    /// `SLUICE_SCHEDULE_YEARS=10` looks at every minute of ten years.
    static let years = ProcessInfo.processInfo.environment["SLUICE_SCHEDULE_YEARS"].flatMap { Int($0) }
    static let seed = UInt64(ProcessInfo.processInfo.environment["SLUICE_SEED"].flatMap { Int($0) } ?? 1)

    @Test("S17 next agrees tick by tick with a scan of every minute", arguments: Twin.zones)
    func tickByTick(name: String) throws {
        let zone = try zone(name)
        var random = SeededGenerator(seed: Self.seed &+ StableHash.of(name))
        let clocks = Self.clocks(of: zone)
        var agreed = 0
        for _ in 0..<10 {
            let twin = Twin(using: &random)
            let cron: CronExpression
            do {
                cron = try CronExpression(parsing: twin.text, name: "x")
            } catch {
                guard error.code == .neverRuns else { throw error }
                // A day that never comes: the twin must find none either.
                for clock in clocks { #expect(twin.minutes(clock).isEmpty, "\(twin.text)") }
                continue
            }
            for clock in clocks {
                let expected = twin.minutes(clock)
                let end = Int64(clock.first + clock.local.count) * 60
                var found: [Int] = []
                var last = Int64(clock.first) * 60 - 1
                while let tick = cron.next(after: Instant(seconds: last), in: zone)?.seconds, tick < end {
                    found.append(Int(tick / 60))
                    last = tick
                }
                #expect(found == expected, "\(twin.text) in \(name)")
                agreed += expected.count
            }
        }
        #expect(agreed > 0)
    }

    private static func clocks(of zone: Zone) -> [LocalMinutes] {
        if let years {
            return [LocalMinutes(zone, from: at("2020-01-01T00:00:00Z"), days: years * 365 + years / 4)]
        }
        var clocks: [LocalMinutes] = []
        var second = at("2020-01-01T00:00:00Z").seconds
        for _ in 0..<4 {
            let change = zone.transition(after: second)?.at ?? second + 100 * 86_400
            // Some hours before and after, on the full day: the daemon starts where the clock is steady.
            let start = change / 86_400 * 86_400 - 86_400
            clocks.append(LocalMinutes(zone, from: Instant(seconds: start), days: 3))
            second = change
        }
        return clocks
    }
}
