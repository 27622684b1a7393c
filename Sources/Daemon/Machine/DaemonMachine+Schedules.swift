import Core
import Scheduling

extension DaemonMachine {
    /// So many schedules whose files are gone are remembered.
    private static let maximumRetired = 10_000

    mutating func add(_ entry: ScheduleEntry, _ record: ScheduleRecord?, _ skipped: [SkippedTicks]) {
        let id = entry.schedule.id
        if let known = schedules[id] {
            guard known.isRemoved else { return edit(entry) }
            return bringBack(entry)
        }
        // One that comes back in this life owes nothing for the time between.
        let known = record ?? retired.removeValue(forKey: id)?.comingBack(to: entry.account, at: now)
        retired[id] = nil
        let schedule = FollowedSchedule(entry, known, skipped, at: now)
        schedules[id] = schedule
        accounts[entry.account, default: []].insert(id)
        // Without a record, nobody would know after a restart what was due before it.
        if known?.through == nil || record != known { keep(id) }
        if let last = known?.last, last.ended == nil { resume(last, of: id) }
        orderChunks(of: id)
        guard !isDraining else { return }
        tell(id, .wake(.started))
    }

    /// The run of a dead daemon goes on, under the same id.
    private mutating func resume(_ last: ScheduleRecord.TickRun, of id: String) {
        guard let entry = schedules[id]?.entry else { return }
        var run = OrderedRun(
            id: last.run,
            account: entry.account,
            origin: .tick(last.tick),
            pool: entry.pool,
            since: now
        )
        run.isResumed = true
        run.hasBegun = true
        run.opened = last.started
        schedules[id]?.runs[last.tick.id] = run.id
        enqueue(run)
    }

    /// Of several records of one id, which were of several accounts, the latest counts.
    mutating func remember(_ record: ScheduleRecord, of account: AccountName) {
        let id = record.schedule
        if let known = retired[id]?.record.through, known >= record.through ?? known { return }
        guard schedules[id] == nil, retired[id] != nil || retired.count < Self.maximumRetired else {
            return
        }
        retired[id] = RetiredSchedule(account: account, record: record)
    }

    /// The file of a schedule is there again while a run of it goes on.
    private mutating func bringBack(_ entry: ScheduleEntry) {
        let id = entry.schedule.id
        guard var known = schedules[id] else { return }
        let retired = RetiredSchedule(account: known.entry.account, record: known.record)
        let record = retired.comingBack(to: known.entry.account, at: now)
        var schedule = FollowedSchedule(entry, record, [], at: now)
        swap(&schedule.runs, &known.runs)
        swap(&schedule.chunks, &known.chunks)
        schedule.skipped = known.skipped
        schedule.lastSuccess = known.lastSuccess
        schedule.since = known.since
        schedules[id] = schedule
        accounts[entry.account, default: []].insert(id)
        keep(id)
        plan(id)
    }

    mutating func edit(_ entry: ScheduleEntry) {
        let id = entry.schedule.id
        guard let before = schedules[id], !before.isRemoved else { return add(entry, nil, []) }
        tell(id, .edit(entry.schedule))
        schedules[id]?.entry = entry
        endBackfills(changedBy: entry, of: id)
        if before.entry.account != entry.account {
            accounts[entry.account, default: []].insert(id)
            forget(id, of: before.entry.account)
        }
        // What was due before is decided: whoever starts next must not judge it by the new words.
        keep(id)
        mayStart = true
    }

    mutating func remove(_ id: String) {
        guard let schedule = schedules[id], !schedule.isRemoved else { return }
        // What was due before it was removed is decided.
        tell(id, .wake(.steady))
        schedules[id]?.isRemoved = true
        for tick in waitingTicks(of: id).reversed() {
            tell(id, .abandon(tick, .skipRequested(by: "the removal of its file")))
        }
        wakes.set(id, nil)
        endBackfills(removing: id)
        retireIfIdle(id)
    }

    /// The ticks of a schedule that were asked for and have not begun, the next one first.
    private func waitingTicks(of id: String) -> [Tick] {
        guard let machine = schedules[id]?.machine else { return [] }
        return [machine.activeTick].compactMap { $0 } + machine.waitingTicks
    }

    /// Forgets a removed schedule once no run of it is left.
    mutating func retireIfIdle(_ id: String) {
        guard let schedule = schedules[id], schedule.isRemoved else { return }
        let open = Array(schedule.runs.values) + Array(schedule.chunks.values)
        guard !open.contains(where: { runs[$0] != nil }) else { return }
        if retired.count >= Self.maximumRetired { retired = [:] }
        retired[id] = RetiredSchedule(account: schedule.entry.account, record: schedule.record)
        schedules[id] = nil
        forget(id, of: schedule.entry.account)
    }

    private mutating func forget(_ id: String, of account: AccountName) {
        accounts[account]?.remove(id)
        guard accounts[account]?.isEmpty == true else { return }
        accounts[account] = nil
        refuseSyncs(of: account)
        refuseEdits(of: account)
    }
}
