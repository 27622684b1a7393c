import Core
import Scheduling

extension DaemonView {
    /// So many schedules are named (I7).
    private static let named = 5

    /// Which schedules of an account need its API before a time, in words.
    func waiting(for account: AccountName, until end: Instant) -> String {
        let needing = schedules.filter { $0.account == account }.compactMap { schedule -> String? in
            if schedule.active != nil { return "\(schedule.id) (reads now)" }
            if let first = schedule.waiting.min(by: { $0.since < $1.since }) {
                return "\(schedule.id) (due since \(first.since.rfc3339()))"
            }
            guard schedule.pause == nil, let next = schedule.next.first(where: \.runs), next.due < end else {
                return nil
            }
            return "\(schedule.id) (due at \(next.due.rfc3339()))"
        }
        guard !needing.isEmpty else { return "no schedule needs them before" }
        let more = needing.count > Self.named ? " and \(needing.count - Self.named) more" : ""
        return "before, they are needed by \(needing.prefix(Self.named).joined(separator: ", "))\(more)"
    }
}

extension UpcomingTick {
    /// Whether it will run when it is due.
    var runs: Bool { skip == nil && deferral == nil }
}
