import Core
import Extraction
import Runs

extension BackfillChunk {
    /// What of the backfill this run reads.
    var part: BackfillPart { BackfillPart(id: backfill, begin: from, end: to, to: end) }

    /// The streams that were named, else those of the schedule that can be read by time.
    func chosen(of setup: AccountSetup) throws -> [ChosenStream] {
        if let streams { return try setup.definition.chosen(streams) }
        return setup.streams.filter { $0.definition.backfillObstacle == nil }
    }

    /// Tells the plans of a run how far the backfill has read each stream.
    func place(_ plans: inout [StreamPlan], _ account: AccountName, _ state: [[UInt8]: [UInt8]]) throws {
        for index in plans.indices {
            plans[index].backfill = try BackfillProgress(
                in: state,
                account: account,
                id: backfill,
                stream: plans[index].name
            )
        }
    }
}

extension RunOrder {
    /// The chunk of a backfill that it is.
    var chunk: BackfillChunk? {
        if case .backfill(let chunk) = origin { chunk } else { nil }
    }
}

extension ScheduleRecord {
    /// The record, and the end of what the state holds of its backfills that are done, or forgotten.
    func records(account: AccountName, in state: [[UInt8]: [UInt8]]) throws(StateError) -> [StateRecord] {
        let before = try ScheduleRecord(in: state, account: account, id: schedule)
        let known = Set(backfills.filter { $0.status != .done }.map(\.id))
        let over = Set((before?.backfills ?? []).map(\.id) + backfills.map(\.id)).subtracting(known)
        var records = [try record(account: account)]
        if !over.isEmpty { records += try BackfillProgress.removal(of: over.contains, in: state) }
        return records
    }
}
