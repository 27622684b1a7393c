package import Core
package import Scheduling

extension DaemonMachine {
    /// What must be written of a schedule now; nil where it is not known.
    ///
    /// Take it first, then flush the log of runs, then commit: what it covers may have been decided a moment ago.
    package func record(of schedule: String) -> ScheduleRecord? {
        schedules[schedule]?.record ?? retired[schedule]?.record
    }

    /// The account of a schedule that is known, or was.
    package func account(of schedule: String) -> AccountName? {
        schedules[schedule]?.entry.account ?? retired[schedule]?.account
    }

    /// What the first transaction of a run writes; nil where the run is not wanted any more, and must not begin.
    ///
    /// From here on the tick counts as begun, since nobody may learn what becomes of the transaction. The record of a run that
    /// was handed over is that of a schedule of its account: it remembers the command, which so is done once.
    package mutating func opening(_ order: RunOrder, at now: Instant) -> ScheduleRecord? {
        guard let run = runs[order.run], run.stage == .running, !run.isWithdrawn else { return nil }
        let opened = run.opened ?? now
        switch run.origin {
        case .tick(let tick):
            guard schedules[tick.schedule]?.runs[tick.id] == run.id else { return nil }
            runs[run.id]?.opened = opened
            schedules[tick.schedule]?.machine.begin(tick)
            schedules[tick.schedule]?.last = .init(tick: tick, run: run.id, started: opened)
            if case .manual(let id) = tick.cause { schedules[tick.schedule]?.remember(id) }
            return schedules[tick.schedule]?.record
        case .command(let command):
            guard let host = accounts[run.account]?.min() else { return nil }
            runs[run.id]?.opened = opened
            schedules[host]?.remember(command.id)
            return schedules[host]?.record
        case .backfill(let chunk):
            guard schedules[chunk.schedule]?.chunks[chunk.backfill] == run.id else { return nil }
            runs[run.id]?.opened = opened
            schedules[chunk.schedule]?.change(chunk.backfill) { $0.run = run.id }
            return schedules[chunk.schedule]?.record
        }
    }

    /// What the last transaction of a run writes; nil where there is none, since another attempt will follow.
    package mutating func closing(_ order: RunOrder, _ end: RunEnd, at reading: ClockReading)
        -> ScheduleRecord?
    {
        guard let run = runs[order.run], run.stage == .running, !run.isWithdrawn else { return nil }
        if let chunk = run.chunk { return closing(chunk, run, end, at: reading.wall) }
        guard let tick = run.tick,
            var after = schedules[tick.schedule]
        else { return nil }
        let end = run.judged(end)
        guard case .close = verdict(on: run, end, at: reading.wall) else { return nil }
        let through = after.machine.recordableThrough
        after.close(run, end, at: reading.wall)
        _ = after.machine.handle(.ended(tick, isFailure: end.status.isCounted), at: reading.wall)
        var record = after.record
        // What the end decides of ticks that wait is not recorded yet.
        record.through = through
        runs[run.id]?.isClosing = true
        schedules[tick.schedule]?.last = after.last
        return record
    }
}

extension FollowedSchedule {
    /// Notes the end of a run of it.
    mutating func close(_ run: OrderedRun, _ end: RunEnd, at now: Instant) {
        guard let tick = run.tick else { return }
        if end.status == .success { lastSuccess = now }
        for command in run.cancels { remember(command) }
        // What another has recorded stays as it is.
        guard end.status != .duplicate else { return }
        if case .manual(let id) = tick.cause { remember(id) }
        last = .init(
            tick: tick,
            run: run.id,
            started: run.opened ?? now,
            ended: now,
            status: end.status.rawValue
        )
    }

    /// Takes back the end of a run that goes on.
    mutating func reopen(_ run: OrderedRun) {
        guard last?.run == run.id else { return }
        last?.ended = nil
        last?.status = nil
    }
}

extension RunEnd.Status {
    /// Whether it is a failure in a row, ends such a row, or says nothing of it.
    var isCounted: Bool? {
        switch self {
        case .success: false
        case .partial, .failed, .timeout: true
        case .cancelled, .duplicate: nil
        }
    }
}
