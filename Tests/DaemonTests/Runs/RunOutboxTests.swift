import Core
import Scheduling
import Testing

@testable import Daemon

/// What waits for the log of runs while Kafka is away grows with the schedules, and not with the time (I7).
@Suite
struct RunOutboxTests {
    private let timetable: Timetable

    init() throws { timetable = Timetable([.every(try EveryInterval(seconds: 60))], zone: .utc) }

    private func skipped(_ minute: Int, of schedule: String = "a", _ reason: SkipReason = .overlap) -> RunLine
    {
        let tick = Instant(seconds: Int64(minute * 60))
        return RunLine(
            at: tick,
            host: "h",
            event: .skipped(
                schedule: schedule,
                SkippedTicks(first: tick, last: tick, count: 1, reason: reason)
            )
        )
    }

    private func counts(_ outbox: RunOutbox) -> [Int] {
        outbox.lines.compactMap { line in
            if case .skipped(_, let ticks) = line.event { ticks.count } else { nil }
        }
    }

    @Test
    func ticksThatFollowEachOtherAreOneRange() {
        var outbox = RunOutbox()
        for minute in 0..<10_000 {
            outbox.append(skipped(minute), in: timetable)
            outbox.append(skipped(minute, of: "b"), in: timetable)
        }
        #expect(counts(outbox) == [10_000, 10_000])
    }

    @Test
    func anotherReasonOrATickBetweenBeginsAnother() {
        var outbox = RunOutbox()
        outbox.append(skipped(1), in: timetable)
        outbox.append(skipped(3), in: timetable)
        outbox.append(skipped(4, .paused("")), in: timetable)
        outbox.append(skipped(5, .paused("")), in: timetable)
        #expect(counts(outbox) == [1, 1, 2])
    }

    @Test
    func whatIsGivenBackStandsFirst() {
        var outbox = RunOutbox()
        outbox.append(skipped(1), in: timetable)
        let earlier = outbox.lines
        outbox = RunOutbox()
        outbox.append(skipped(5), in: timetable)
        outbox.giveBack(earlier)
        outbox.append(skipped(6), in: timetable)
        #expect(counts(outbox) == [1, 2])
        #expect(outbox.lines.first == earlier.first)
    }
}
