package import Core

/// What somebody asks of the daemon, as it stands in the topic of commands; never a secret.
package struct DaemonCommand: Hashable, Sendable {
    /// The format that this version writes.
    package static let format = 1

    /// What is asked.
    package enum Verb: Hashable, Sendable {
        /// Run now; `insteadOfNext` leaves out the next tick.
        case trigger(schedule: String, insteadOfNext: Bool)
        case pause(schedule: String, reason: String, until: Instant?)
        case resume(schedule: String)
        case skipNext(schedule: String)
        case undoSkips(schedule: String)
        /// End a run after its page, or a backfill after the page of its chunk.
        case cancel(run: String)
        case backfill(BackfillRequest)
        /// Go on with a backfill that was cancelled or has failed.
        case resumeBackfill(id: String)
        /// A run of an account as `sluice sync` wants it; whoever asked follows it.
        case sync(SyncRequest)
        /// Somebody changes an account's state by hand.
        case state(StateRequest)
    }

    /// What `sluice sync` hands over; the account's settings are the daemon's own.
    package struct SyncRequest: Hashable, Sendable {
        package var account: AccountName
        /// Nil for the extractor's own choice.
        package var streams: [String]?
        package var limit: Int?
        package var since: Instant?
        package var isResync: Bool
        package var acceptsLoss: Bool

        /// A request.
        package init(
            account: AccountName,
            streams: [String]? = nil,
            limit: Int? = nil,
            since: Instant? = nil,
            isResync: Bool = false,
            acceptsLoss: Bool = false
        ) {
            self.account = account
            self.streams = streams
            self.limit = limit
            self.since = since
            self.isResync = isResync
            self.acceptsLoss = acceptsLoss
        }
    }

    /// Unique: a command is done once, however often it is read.
    package var id: String
    /// Who asks: a user and host, a token's name.
    package var by: String
    package var at: Instant
    /// Not accepted by then, it is refused; nil where it does not matter when.
    package var expires: Instant?
    package var verb: Verb

    /// A command.
    package init(id: String, by: String, at: Instant, expires: Instant? = nil, verb: Verb) {
        self.id = id
        self.by = by
        self.at = at
        self.expires = expires
        self.verb = verb
    }
}

/// What became of a command, as a line of the topic of runs.
package struct CommandAnswer: Hashable, Sendable {
    /// How far it is.
    package enum Status: String, CaseIterable, Sendable {
        /// Taken: a run will come of it.
        case accepted
        /// Done, and durable.
        case done
        case refused
    }

    package var command: String
    package var status: Status
    /// The run, or the backfill, that comes of it.
    package var run: String?
    /// The code of an error (`daemon.unknown_schedule`); nil where it is not refused.
    package var code: String?
    /// In words: what was done, or why not and what to do.
    package var message: String

    /// An answer.
    package init(
        command: String,
        status: Status,
        run: String? = nil,
        code: String? = nil,
        message: String
    ) {
        self.command = command
        self.status = status
        self.run = run
        self.code = code
        self.message = message
    }
}
