import Core
import Scheduling

/// Backfills: chunk after chunk, each a run of its own that goes behind whatever is due of its streams.
///
/// They stand in their schedule's record, so that whoever starts next goes on with them. A pause of the schedule does not
/// hold them, as it does not hold a run that is asked for: who does not want one cancels it.
extension DaemonMachine {
    // MARK: Orders

    /// Lines up the next chunk of each backfill of a schedule that goes on.
    mutating func orderChunks(of id: String) {
        guard let schedule = schedules[id], !schedule.isRemoved else { return }
        for backfill in schedule.backfills where backfill.status == .active {
            guard schedule.chunks[backfill.id] == nil else { continue }
            orderChunk(of: backfill, id)
        }
    }

    private mutating func orderChunk(of backfill: BackfillRecord, _ id: String) {
        guard let account = schedules[id]?.entry.account else { return }
        let chunk = BackfillChunk(
            schedule: id,
            backfill: backfill.id,
            number: backfill.done,
            chunks: backfill.chunks,
            from: backfill.from,
            to: backfill.to,
            end: backfill.start(ofChunk: backfill.done + 1),
            streams: backfill.streams
        )
        var run = OrderedRun(
            id: backfill.run ?? runID(now),
            account: account,
            origin: .backfill(chunk),
            pool: Settings.backfillPool,
            since: now
        )
        // A dead daemon had begun it: the same run goes on.
        run.isResumed = backfill.run != nil
        schedules[id]?.chunks[backfill.id] = run.id
        enqueue(run)
    }

    /// The streams that a chunk reads: those that were named, else those of its schedule that can be read by time.
    func streams(of chunk: BackfillChunk) -> Set<String>? {
        if let named = chunk.streams { return Set(named) }
        let entry = schedules[chunk.schedule]?.entry
        return entry?.backfills.readable ?? entry?.streams
    }

    // MARK: Ends of chunks

    /// What becomes of a chunk by the end of an attempt: retried as its schedule's runs are, whatever is due next.
    func verdict(on chunk: BackfillChunk, _ run: OrderedRun, _ end: RunEnd) -> Verdict {
        guard let schedule = schedules[chunk.schedule] else { return .close }
        let isAsked = run.stopReason.map { $0 != .drain } ?? false
        if isDraining, !isAsked, end.status == .cancelled || end.isTransient { return .leave }
        guard end.status.isFailure, end.isTransient, !isAsked, !schedule.isRemoved else { return .close }
        guard run.hasBegun else {
            let vain = Backoff.vain
            return .again(
                after: Backoff.pause(vain.first, after: run.vainAttempts + 1, longest: vain.longest)
            )
        }
        guard let retries = schedule.entry.retries, run.attempt <= retries.maximum else { return .close }
        return .again(after: Backoff.pause(retries.backoff, after: run.attempt))
    }

    /// What the last transaction of a chunk writes; nil where another attempt will follow.
    mutating func closing(_ chunk: BackfillChunk, _ run: OrderedRun, _ end: RunEnd, at now: Instant)
        -> ScheduleRecord?
    {
        guard case .close = verdict(on: run, end, at: now), var after = schedules[chunk.schedule] else {
            return nil
        }
        after.close(chunk, run, end, at: now)
        runs[run.id]?.isClosing = true
        return after.record
    }

    /// A chunk is over for good: the next one follows, or the backfill ends with it.
    mutating func close(
        _ chunk: BackfillChunk,
        _ run: OrderedRun,
        _ end: RunEnd,
        then answers: [CommandAnswer]
    ) {
        let id = chunk.schedule
        schedules[id]?.close(chunk, run, end, at: now)
        schedules[id]?.chunks[chunk.backfill] = nil
        tell(chunk.backfill, of: id)
        for answer in answers { schedules[id]?.remember(answer.command) }
        if !answers.isEmpty || !run.isClosing { keep(id, then: answers) }
        orderChunks(of: id)
        retireIfIdle(id)
    }

    mutating func tell(_ backfill: String, of id: String) {
        guard let schedule = schedules[id],
            let record = schedule.backfills.first(where: { $0.id == backfill })
        else { return }
        actions.append(
            .tell(BackfillNote(schedule: id, account: schedule.entry.account, backfill: record))
        )
    }

    // MARK: Early ends

    /// Ends a backfill: its chunk after its page, or at once where none runs.
    mutating func end(
        _ backfill: String,
        of id: String,
        by: String,
        as status: BackfillRecord.Status,
        _ reason: String
    ) {
        if let run = schedules[id]?.chunks[backfill].flatMap({ runs[$0] }) {
            guard run.stage != .running else { return stop(run.id, .asked(by: by)) }
            unqueue(run)
            runs[run.id] = nil
            actions.append(.finished(run: run.id, RunEnd(status: .cancelled, reason: reason)))
        }
        schedules[id]?.chunks[backfill] = nil
        schedules[id]?.change(backfill) { $0.end(as: status, reason, at: now) }
        tell(backfill, of: id)
    }

    /// The file of a schedule is gone.
    mutating func endBackfills(removing id: String) {
        let active = schedules[id]?.backfills.filter { $0.status == .active } ?? []
        guard !active.isEmpty else { return }
        for backfill in active {
            end(
                backfill.id,
                of: id,
                by: FollowedSchedule.removal,
                as: .failed,
                "the file of its schedule was removed"
            )
        }
        keep(id)
    }

    /// A schedule reads another account now, or not all of the streams any more.
    mutating func endBackfills(changedBy entry: ScheduleEntry, of id: String) {
        guard let schedule = schedules[id] else { return }
        for backfill in schedule.backfills where backfill.status == .active {
            let reason: String
            if entry.account != schedule.entry.account {
                reason = "its schedule reads \(entry.account) now, no more \(schedule.entry.account)"
            } else if let named = backfill.streams, let known = entry.streams,
                let gone = named.first(where: { !known.contains($0) })
            {
                reason = "its schedule does not read the stream \(gone) any more"
            } else {
                continue
            }
            end(backfill.id, of: id, by: FollowedSchedule.change, as: .failed, reason)
        }
    }
}

extension FollowedSchedule {
    /// Who ends what a schedule's file no longer asks for.
    static let removal = "the removal of its schedule's file"
    static let change = "the change of its schedule's file"

    mutating func change(_ backfill: String, _ body: (inout BackfillRecord) -> Void) {
        guard let index = backfills.firstIndex(where: { $0.id == backfill }) else { return }
        body(&backfills[index])
    }

    /// Notes the end of a chunk.
    mutating func close(_ chunk: BackfillChunk, _ run: OrderedRun, _ end: RunEnd, at now: Instant) {
        for command in run.cancels { remember(command) }
        change(chunk.backfill) { backfill in
            guard backfill.status == .active, backfill.done == chunk.number else { return }
            backfill.run = nil
            if end.status == .success {
                backfill.done += 1
                if backfill.done >= backfill.chunks { return backfill.end(as: .done, nil, at: now) }
            }
            if case .asked(let by)? = run.stopReason {
                let isCancelled = by != Self.removal && by != Self.change
                return backfill.end(as: isCancelled ? .cancelled : .failed, "ended by \(by)", at: now)
            }
            guard end.status != .success else { return }
            let reason = end.reason ?? "the run ended as \(end.status.rawValue)"
            backfill.end(as: .failed, "chunk \(chunk.number + 1): \(reason)", at: now)
        }
    }

    /// Adds a backfill; of those that ended the oldest are forgotten.
    mutating func add(_ backfill: BackfillRecord) {
        backfills.append(backfill)
        let ended = backfills.filter { $0.status != .active }
        for old in ended.dropLast(BackfillRecord.maximumEnded) {
            backfills.removeAll { $0.id == old.id }
        }
    }
}

extension BackfillRecord {
    fileprivate mutating func end(as status: Status, _ reason: String?, at now: Instant) {
        self.status = status
        self.reason = reason.map { String($0.prefix(1000)) }
        run = nil
        ended = now
    }
}
