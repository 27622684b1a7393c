import Core

/// What is recorded of a schedule whose file is gone.
struct RetiredSchedule: Sendable {
    var account: AccountName
    var record: ScheduleRecord

    /// Its record when its file is there again: it owes nothing for the time between, and a pause is still one.
    ///
    /// A run that died goes on, unless the file now names another account: what it had begun is not there.
    func comingBack(to account: AccountName, at now: Instant) -> ScheduleRecord {
        var record = record
        record.through = max(now, record.through ?? now)
        if record.last?.ended == nil, account != self.account { record.last = nil }
        return record
    }
}
