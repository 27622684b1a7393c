package import Core
package import JSON
package import Scheduling

/// One line of the log of runs, which any node appends to; its Kafka key is one of its own, from `newKey()`.
package struct RunLine: Hashable, Sendable {
    /// The format that this version writes.
    package static let format = 1

    /// What happened.
    package enum Event: Hashable, Sendable {
        /// A run began: its tick or command is recorded in the state.
        case started(RunStart)
        /// How far a run is that somebody follows: by stream the JSON of its counts.
        case progress(run: String, streams: JSONValue)
        /// A run is over; nobody resumes it.
        case ended(RunFinish)
        /// The end of a run's log, at most 64 KB.
        case log(run: String, text: String)
        /// Ticks that did not run, and why.
        case skipped(schedule: String, SkippedTicks)
        /// Somebody changed something; `before` and `after` in words.
        case audit(AuditEntry)
        case answer(CommandAnswer)
        /// A backfill was begun, has done a chunk, or is over.
        case backfill(BackfillNote)
    }

    package var at: Instant
    /// The host of the node that wrote it.
    package var host: String
    package var event: Event
    /// When a person's key was erased from it, so that it was written again; nil for a line as it was written first.
    package var erased: Instant?

    /// A line.
    package init(at: Instant, host: String, event: Event, erased: Instant? = nil) {
        self.at = at
        self.host = host
        self.event = event
        self.erased = erased
    }
}

/// The beginning of a run.
package struct RunStart: Hashable, Sendable {
    package var run: String
    package var account: AccountName
    /// Nil for a run that `sluice sync` handed over.
    package var schedule: String?
    /// `schedule`, `catch_up`, `manual`, `sync` or `backfill`.
    package var trigger: String
    /// The command that asked for it.
    package var command: String?
    /// The backfill whose chunk it reads.
    package var backfill: String?
    package var nominal: Instant?
    package var due: Instant?
    /// Nil for the extractor's own choice.
    package var streams: [String]?
    /// 1 for the first.
    package var attempt: Int
    /// Whether a dead daemon had begun it.
    package var isResumed: Bool

    /// A beginning.
    package init(
        run: String,
        account: AccountName,
        schedule: String?,
        trigger: String,
        command: String? = nil,
        nominal: Instant? = nil,
        due: Instant? = nil,
        streams: [String]? = nil,
        attempt: Int = 1,
        isResumed: Bool = false
    ) {
        self.run = run
        self.account = account
        self.schedule = schedule
        self.trigger = trigger
        self.command = command
        self.nominal = nominal
        self.due = due
        self.streams = streams
        self.attempt = attempt
        self.isResumed = isResumed
    }
}

/// The end of a run.
package struct RunFinish: Hashable, Sendable {
    package var run: String
    package var schedule: String?
    package var account: AccountName
    package var status: RunEnd.Status
    package var exitCode: Int
    /// As `sluice sync --output json` gives it.
    package var outcome: JSONValue
    /// The first error's code and message; nil where it succeeded.
    package var errorCode: String?
    package var errorMessage: String?
    package var attempts: Int
    package var started: Instant

    /// An end.
    package init(
        run: String,
        schedule: String?,
        account: AccountName,
        status: RunEnd.Status,
        exitCode: Int,
        outcome: JSONValue,
        errorCode: String? = nil,
        errorMessage: String? = nil,
        attempts: Int = 1,
        started: Instant
    ) {
        self.run = run
        self.schedule = schedule
        self.account = account
        self.status = status
        self.exitCode = exitCode
        self.outcome = outcome
        self.errorCode = errorCode
        self.errorMessage = errorMessage
        self.attempts = attempts
        self.started = started
    }
}

/// What somebody changed.
package struct AuditEntry: Hashable, Sendable {
    package var by: String
    package var what: String
    package var schedule: String?
    package var account: AccountName?
    package var before: String?
    package var after: String?
    package var reason: String?
    package var command: String?

    /// An entry.
    package init(
        by: String,
        what: String,
        schedule: String? = nil,
        account: AccountName? = nil,
        before: String? = nil,
        after: String? = nil,
        reason: String? = nil,
        command: String? = nil
    ) {
        self.by = by
        self.what = what
        self.schedule = schedule
        self.account = account
        self.before = before
        self.after = after
        self.reason = reason
        self.command = command
    }
}
