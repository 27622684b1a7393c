import Core
import Scheduling

/// A schedule with all that the daemon knows of it.
struct FollowedSchedule: Sendable {
    /// A schedule that only leaves out ticks is recorded again after so long.
    static let keepInterval: Duration = .seconds(86_400)

    var entry: ScheduleEntry
    var machine: ScheduleMachine
    var last: ScheduleRecord.TickRun?
    /// Commands that were done, the newest at the end.
    var commands: [String]
    /// By the tick's id the run of each that was asked for, or that was promised to who asked.
    var runs: [String: String] = [:]
    var lastSuccess: Instant?
    /// When it was first seen.
    var since: Instant
    /// When its record was last written, or is being written.
    var kept: Instant
    /// Ticks that did not run, by the code of their reason.
    var skipped: [String: Int] = [:]
    /// In the order in which they were asked for.
    var backfills: [BackfillRecord]
    /// The run of each backfill's chunk that was asked for, by the backfill's id.
    var chunks: [String: String] = [:]
    /// Its file is gone, and a run of it goes on.
    var isRemoved = false

    /// A schedule as its record says, or a new one.
    init(_ entry: ScheduleEntry, _ record: ScheduleRecord?, _ skipped: [SkippedTicks], at now: Instant) {
        let running = record?.last.flatMap { $0.ended == nil ? $0.tick : nil }
        self.entry = entry
        machine = ScheduleMachine(
            entry.schedule,
            at: now,
            recordedThrough: record?.through,
            recorded: skipped,
            last: record?.last?.tick,
            running: running,
            pause: record?.pause,
            skips: record?.skips ?? [:],
            failures: record?.failures ?? 0
        )
        last = record?.last
        commands = record?.commands ?? []
        backfills = record?.backfills ?? []
        if let last, last.status == RunEnd.Status.success.rawValue { lastSuccess = last.ended }
        since = now
        kept = now
    }

    /// What must be written of it now: `through` covers no tick that waits (I5).
    var record: ScheduleRecord {
        ScheduleRecord(
            schedule: entry.schedule.id,
            through: machine.recordableThrough,
            last: last,
            pause: machine.pause,
            skips: machine.skips,
            failures: machine.failures,
            commands: commands,
            backfills: backfills
        )
    }

    /// Notes that a command is done; the oldest are forgotten.
    mutating func remember(_ command: String) {
        guard !commands.contains(command) else { return }
        commands.append(command)
        commands.removeFirst(max(0, commands.count - ScheduleRecord.maximumCommands))
    }
}
