package import Core
package import Scheduling

/// A run that may begin now: its streams are nobody else's and it has its place in the pool.
package struct RunOrder: Hashable, Sendable {
    /// Why it runs.
    package enum Origin: Hashable, Sendable {
        case tick(Tick)
        /// `sluice sync` handed it over, as a command.
        case command(DaemonCommand)
        /// A chunk of a backfill.
        case backfill(BackfillChunk)
    }

    /// Its `RunID`; the same for every attempt, and for a run that a dead daemon had begun.
    package var run: String
    package var account: AccountName
    package var origin: Origin
    /// 1 for the first.
    package var attempt: Int
    /// Whether a dead daemon had begun it: its tick is recorded already.
    package var isResumed: Bool

    /// An order.
    package init(
        run: String,
        account: AccountName,
        origin: Origin,
        attempt: Int = 1,
        isResumed: Bool = false
    ) {
        self.run = run
        self.account = account
        self.origin = origin
        self.attempt = attempt
        self.isResumed = isResumed
    }

    /// The schedule whose tick, or whose backfill's chunk, it is.
    package var schedule: String? {
        switch origin {
        case .tick(let tick): tick.schedule
        case .backfill(let chunk): chunk.schedule
        case .command: nil
        }
    }
}

/// How an attempt at a run ended.
package struct RunEnd: Hashable, Sendable {
    /// The stable words of records, metrics and pages.
    package enum Status: String, CaseIterable, Sendable {
        case success, partial, failed
        /// Ended early: asked for, replaced by a later tick, or the daemon ended.
        case cancelled
        case timeout
        /// The tick is recorded as run already: nothing was done.
        case duplicate

        /// Whether it counts among the failed runs in a row.
        package var isFailure: Bool { self == .failed || self == .timeout || self == .partial }
    }

    package var status: Status
    /// Whether another try may go better: the API or Kafka was away, the account busy elsewhere.
    package var isTransient: Bool
    /// Why, in words; nil where it succeeded.
    package var reason: String?

    /// An end.
    package init(status: Status, isTransient: Bool = false, reason: String? = nil) {
        self.status = status
        self.isTransient = isTransient
        self.reason = reason
    }
}

/// Why a run is ended early.
package enum StopReason: Hashable, Sendable {
    /// A later tick takes its place.
    case replaced
    case timeout
    case asked(by: String)
    /// The daemon ends: the tick stays open, and whoever starts next goes on with it.
    case drain
}
