import Glibc
import Synchronization

/// A test aid: kills the process at a named place, so that a suite can prove that nothing is lost or doubled there.
///
/// `SLUICE_CRASH_AT=name` kills at the first hit of the name, `name:3` at its third; `name:3:freeze` stops the process
/// there until it gets SIGCONT. Without the variable a hit costs one branch.
package enum CrashPoint: String, CaseIterable, Sendable {
    /// The account's other sessions were looked for, and none is shut out yet.
    case beforeFence = "before_fence"
    case afterFetch = "after_fetch"
    case afterBegin = "after_begin"
    case midProduce = "mid_produce"
    case afterState = "after_state"
    case duringFlush = "during_flush"
    case afterEndTransaction = "after_end_txn"
    case afterCommit = "after_commit"
    /// The intent to ask for another token is committed, nothing asked yet.
    case afterIntent = "after_intent"
    /// The new token has come, and nobody else knows it.
    case afterToken = "after_token"
    /// The new token is committed, and not used yet.
    case afterTokenCommit = "after_token_commit"
    /// A tick is recorded as started, and nothing of its run was read.
    case afterTickStart = "after_tick_start"
    /// A tick is recorded as ended, and nobody was told.
    case afterTickEnd = "after_tick_end"
    /// State was changed by hand, and nobody was told.
    case afterStateChange = "after_state_change"
    /// Records are erased and so are the lines of logs that named them, and it is not said yet that it is done.
    case afterErasedLines = "after_erased_lines"

    /// The points that every run passes which publishes something; the others belong to tokens that are replaced.
    package static let publishing: [CrashPoint] = [
        .afterFetch, .afterBegin, .midProduce, .afterState, .duringFlush, .afterEndTransaction, .afterCommit,
    ]

    private static let plan: CrashPlan? = {
        guard let value = unsafe getenv("SLUICE_CRASH_AT") else { return nil }
        let text = unsafe String(cString: value)
        guard let plan = CrashPlan(parsing: text) else {
            let names = allCases.map(\.rawValue).joined(separator: ", ")
            fatalError(
                "SLUICE_CRASH_AT=\(text) names no crash point; write one of \(names), and :COUNT or :COUNT:freeze after it"
            )
        }
        return plan
    }()
    private static let hits = Locked(0)

    /// Whether the plan is about this point: for the one that needs a thread to die in the middle of something.
    package static func isPlanned(_ point: CrashPoint) -> Bool { plan?.point == point }

    /// Ends the process with SIGKILL where the plan says so: no destructor, no flush, as a lost machine would.
    ///
    /// Or freezes it, as a suspended one.
    @inline(__always)
    package static func hit(_ point: CrashPoint) {
        guard let plan else { return }
        hit(point, of: plan)
    }

    private static func hit(_ point: CrashPoint, of plan: CrashPlan) {
        guard plan.point == point else { return }
        let count = hits.withLock { hits in
            hits += 1
            return hits
        }
        // To this thread: one to the process may reach another first, and this one would get past the point.
        if count == plan.count { raise(plan.isFreeze ? SIGSTOP : SIGKILL) }
    }
}

/// Where a process is to die or to freeze, and at which hit.
struct CrashPlan: Equatable {
    var point: CrashPoint
    var count = 1
    var isFreeze = false

    init?(parsing text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count <= 3, let point = CrashPoint(rawValue: String(parts[0])) else { return nil }
        self.point = point
        if parts.count > 1 {
            guard let count = Int(parts[1]), count > 0 else { return nil }
            self.count = count
        }
        if parts.count > 2 {
            guard parts[2] == "freeze" else { return nil }
            isFreeze = true
        }
    }
}
