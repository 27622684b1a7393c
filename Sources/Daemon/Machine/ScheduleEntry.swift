import Configuration
package import Core
package import Scheduling

/// A schedule as the daemon knows it.
package struct ScheduleEntry: Sendable {
    /// How often a run that failed by something outside is tried again.
    package struct Retries: Hashable, Sendable {
        package var maximum: Int
        /// Before the first of them; twice as long before each further one.
        package var backoff: Duration

        /// Retries.
        package init(maximum: Int, backoff: Duration) {
            self.maximum = maximum
            self.backoff = backoff
        }
    }

    /// The pool of schedules that name none.
    package static let usualPool = DaemonSettings.usualPool

    package var schedule: Schedule
    package var account: AccountName
    /// Nil for all of the account's streams.
    package var streams: Set<String>?
    package var pool: String
    /// Of two that wait for a pool the greater goes first.
    package var priority: Int
    package var timeout: Duration?
    package var retries: Retries?
    /// The schedule's last success may be so old.
    package var freshWithin: Duration?
    /// What of it a backfill can read.
    package var backfills = BackfillChoice()

    /// An entry.
    package init(
        schedule: Schedule,
        account: AccountName,
        streams: Set<String>? = nil,
        pool: String = ScheduleEntry.usualPool,
        priority: Int = 0,
        timeout: Duration? = nil,
        retries: Retries? = nil,
        freshWithin: Duration? = nil
    ) {
        self.schedule = schedule
        self.account = account
        self.streams = streams
        self.pool = pool
        self.priority = priority
        self.timeout = timeout
        self.retries = retries
        self.freshWithin = freshWithin
    }
}
