package import Core
package import Scheduling

/// What outlives the daemon of one schedule (I5): a record of the account's state, written by its fenced producer alone.
package struct ScheduleRecord: Hashable, Sendable {
    /// The format that this version writes.
    package static let format = 2
    /// So many commands are remembered as done; the topic of commands gives none again that is older.
    package static let maximumCommands = 64

    /// The run of a tick, from its first transaction on.
    package struct TickRun: Hashable, Sendable {
        package var tick: Tick
        package var run: String
        package var started: Instant
        /// Nil while it runs, and of a run that died: the same run goes on then.
        package var ended: Instant?
        /// The word of `RunEnd.Status`; nil while it runs.
        package var status: String?

        /// A run of a tick.
        package init(
            tick: Tick,
            run: String,
            started: Instant,
            ended: Instant? = nil,
            status: String? = nil
        ) {
            self.tick = tick
            self.run = run
            self.started = started
            self.ended = ended
            self.status = status
        }
    }

    package var schedule: String
    /// Every nominal time up to here ran, runs, or lies in a recorded range with its reason; nil for a new schedule.
    package var through: Instant?
    /// The last run.
    package var last: TickRun?
    package var pause: ScheduleMachine.Pause?
    /// Nominal times to leave out, and who asked for it.
    package var skips: [Instant: String]
    /// Failed runs in a row.
    package var failures: Int
    /// The ids of the commands that were done last, the newest at the end.
    package var commands: [String]
    /// In the order in which they were asked for.
    package var backfills: [BackfillRecord]

    /// A record of a schedule of which nothing is known yet.
    package init(
        schedule: String,
        through: Instant? = nil,
        last: TickRun? = nil,
        pause: ScheduleMachine.Pause? = nil,
        skips: [Instant: String] = [:],
        failures: Int = 0,
        commands: [String] = [],
        backfills: [BackfillRecord] = []
    ) {
        self.schedule = schedule
        self.through = through
        self.last = last
        self.pause = pause
        self.skips = skips
        self.failures = failures
        self.commands = commands
        self.backfills = backfills
    }
}
