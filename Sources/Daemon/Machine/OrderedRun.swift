import Core
import Scheduling

/// A run from its order to its end, over all attempts.
struct OrderedRun: Sendable {
    /// How far it is.
    enum Stage: Hashable, Sendable {
        /// For a place in its pool, and for its streams.
        case waiting
        /// An attempt was started and has not ended.
        case running
        /// Until its next attempt.
        case resting(until: Duration)
        /// A drain ended it, and it is open.
        case left
    }

    let id: String
    let account: AccountName
    let origin: RunOrder.Origin
    var pool: String
    var stage = Stage.waiting
    /// Since when it waits, by the wall.
    var since: Instant
    var attempt = 1
    /// Attempts that ended before the run had begun.
    var vainAttempts = 0
    var isResumed = false
    /// When its record was first about to be written; from here on it may be recorded as begun.
    var opened: Instant?
    /// Its first transaction has committed.
    var hasBegun = false
    var stopReason: StopReason?
    /// Its tick was given up before it began: nothing comes of its end.
    var isWithdrawn = false
    /// Its record was given as that of a closed tick.
    var isClosing = false
    /// Why the last attempt failed.
    var failure: String?
    /// Commands that asked for its end and wait for it.
    var cancels: [String] = []

    /// The schedule whose tick it is.
    var tick: Tick? {
        if case .tick(let tick) = origin { tick } else { nil }
    }

    /// The chunk of a backfill that it is.
    var chunk: BackfillChunk? {
        if case .backfill(let chunk) = origin { chunk } else { nil }
    }

    /// The order of its attempt.
    var order: RunOrder {
        RunOrder(run: id, account: account, origin: origin, attempt: attempt, isResumed: isResumed)
    }

    /// The end of an attempt as it counts: what was stopped for being late ended by its timeout.
    func judged(_ end: RunEnd) -> RunEnd {
        guard stopReason == .timeout, end.status != .success else { return end }
        return RunEnd(status: .timeout, reason: end.reason ?? "it took longer than its timeout")
    }
}
