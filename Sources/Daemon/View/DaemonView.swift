package import Core
package import Events
package import Extraction
package import JSON
package import Scheduling

/// What the daemon shows of itself at one moment: what the page, the API and the metrics are made of.
package struct DaemonView: Sendable {
    package var at: Instant
    /// Grows with every change: whoever saw it need not look again before it is another.
    package var revision: Int
    package var version: String
    package var host: String
    package var started: Instant
    package var zoneRelease: String
    package var topicPrefix: String
    package var isDraining: Bool
    /// Why no run can begin (Kafka is away); nil where all is well.
    package var trouble: String?
    /// By id.
    package var schedules: [ScheduleView]
    /// Those that run now, and the last ones that ended, the newest first.
    package var runs: [RunView]
    package var pools: [PoolView]
    /// Those that go on, and those that ended last; the newest first.
    package var backfills: [BackfillView] = []
    /// Files that could not be loaded: their schedules run as they were before, if they were.
    package var faults: [FileFault]
    /// How the accounts stand with the limits of their APIs, as far as that is known.
    package var limits: [AccountName: LimitStanding]

    /// A file of the folder that is wrong.
    package struct FileFault: Hashable, Sendable {
        package var path: String
        /// Each with line, column and remedy.
        package var messages: [String]

        /// A fault.
        package init(path: String, messages: [String]) {
            self.path = path
            self.messages = messages
        }
    }

    /// A view of all parts.
    package init(
        at: Instant,
        revision: Int,
        version: String,
        host: String,
        started: Instant,
        zoneRelease: String,
        topicPrefix: String,
        isDraining: Bool = false,
        trouble: String? = nil,
        schedules: [ScheduleView] = [],
        runs: [RunView] = [],
        pools: [PoolView] = [],
        faults: [FileFault] = [],
        limits: [AccountName: LimitStanding] = [:]
    ) {
        self.at = at
        self.revision = revision
        self.version = version
        self.host = host
        self.started = started
        self.zoneRelease = zoneRelease
        self.topicPrefix = topicPrefix
        self.isDraining = isDraining
        self.trouble = trouble
        self.schedules = schedules
        self.runs = runs
        self.pools = pools
        self.faults = faults
        self.limits = limits
    }
}

/// A schedule as it is shown.
package struct ScheduleView: Sendable {
    /// The one word of its state.
    package enum State: String, CaseIterable, Sendable {
        case idle, running, waiting, paused
        /// Its last run failed.
        case failing
        /// Due, and not begun after a minute's grace.
        case late
        /// Its last success is older than `sla` allows.
        case stale
    }

    /// What waits, and for what.
    package struct Waiting: Hashable, Sendable {
        package var nominal: Instant
        package var since: Instant
        /// In words: the pool is full, a stream is read by a run, the next try comes at a time.
        package var reason: String

        /// What waits.
        package init(nominal: Instant, since: Instant, reason: String) {
            self.nominal = nominal
            self.since = since
            self.reason = reason
        }
    }

    /// A key of the file that says what becomes of ticks and runs; see `ScheduleEntry.policies`.
    package struct Policy: Hashable, Sendable {
        /// As the file has it: `catchup_window`.
        package var name: String
        package var value: String
        /// What that means, in words.
        package var meaning: String

        /// A policy.
        package init(name: String, value: String, meaning: String) {
            self.name = name
            self.value = value
            self.meaning = meaning
        }
    }

    package var id: String
    package var path: String
    package var account: AccountName
    /// Nil for the extractor's own choice.
    package var streams: [String]?
    /// When, as it is written.
    package var expression: String
    /// When, in words.
    package var words: String
    package var zone: String
    package var state: State
    package var pause: ScheduleMachine.Pause?
    package var next: [UpcomingTick]
    package var waiting: [Waiting]
    /// The run that is active.
    package var active: String?
    /// The runs that ended last, the newest first, at most 10.
    package var lastRuns: [RunView]
    package var lastSuccess: Instant?
    /// How old the last success may be.
    package var freshWithin: Duration?
    package var failures: Int
    package var pool: String
    package var priority: Int
    /// Ticks that did not run, by the code of their reason, since the daemon began.
    package var skipped: [String: Int]
    /// What the file says of ticks that cannot simply run.
    package var policies: [Policy]

    /// A view of all parts.
    package init(
        id: String,
        path: String,
        account: AccountName,
        streams: [String]? = nil,
        expression: String,
        words: String,
        zone: String,
        state: State,
        pause: ScheduleMachine.Pause? = nil,
        next: [UpcomingTick] = [],
        waiting: [Waiting] = [],
        active: String? = nil,
        lastRuns: [RunView] = [],
        lastSuccess: Instant? = nil,
        freshWithin: Duration? = nil,
        failures: Int = 0,
        pool: String = ScheduleEntry.usualPool,
        priority: Int = 0,
        skipped: [String: Int] = [:],
        policies: [Policy] = []
    ) {
        self.id = id
        self.path = path
        self.account = account
        self.streams = streams
        self.expression = expression
        self.words = words
        self.zone = zone
        self.state = state
        self.pause = pause
        self.next = next
        self.waiting = waiting
        self.active = active
        self.lastRuns = lastRuns
        self.lastSuccess = lastSuccess
        self.freshWithin = freshWithin
        self.failures = failures
        self.pool = pool
        self.priority = priority
        self.skipped = skipped
        self.policies = policies
    }
}

/// A run as it is shown.
package struct RunView: Sendable {
    /// One stream of it.
    package struct StreamRow: Sendable {
        package var name: String
        /// `waiting`, `running`, or the word of `StreamOutcome.Status`.
        package var status: String
        /// What it reads: the word of `RunPhase`.
        package var phase: String?
        package var records: Int
        package var deletes: Int
        package var pages: Int
        package var requests: Int
        /// The last thing that it warned of.
        package var warning: String?
        package var errorCode: String?
        package var errorMessage: String?
        package var bookmark: JSONValue?
        /// How its records differed from its schema.
        package var drift: [SchemaDrift] = []
        /// The records that could not be published and are dead letters.
        package var deadLetters = 0
        /// How many of these no run had met before.
        package var newDrift = 0
        /// In how many ways its records are known to differ, in this run or earlier.
        package var openDrift = 0

        /// A row.
        package init(
            name: String,
            status: String,
            phase: String? = nil,
            records: Int = 0,
            deletes: Int = 0,
            pages: Int = 0,
            requests: Int = 0,
            warning: String? = nil,
            errorCode: String? = nil,
            errorMessage: String? = nil,
            bookmark: JSONValue? = nil
        ) {
            self.name = name
            self.status = status
            self.phase = phase
            self.records = records
            self.deletes = deletes
            self.pages = pages
            self.requests = requests
            self.warning = warning
            self.errorCode = errorCode
            self.errorMessage = errorMessage
            self.bookmark = bookmark
        }
    }

    package var start: RunStart
    package var started: Instant
    package var ended: Instant?
    /// Nil while it runs.
    package var status: RunEnd.Status?
    package var streams: [StreamRow]
    package var transactions: Int
    package var errorCode: String?
    package var errorMessage: String?
    /// What it waits for before anything is read: the session, another host's lease.
    package var waiting: String?

    /// A run.
    package init(
        start: RunStart,
        started: Instant,
        ended: Instant? = nil,
        status: RunEnd.Status? = nil,
        streams: [StreamRow] = [],
        transactions: Int = 0,
        errorCode: String? = nil,
        errorMessage: String? = nil,
        waiting: String? = nil
    ) {
        self.start = start
        self.started = started
        self.ended = ended
        self.status = status
        self.streams = streams
        self.transactions = transactions
        self.errorCode = errorCode
        self.errorMessage = errorMessage
        self.waiting = waiting
    }

    /// The records and deletes of all streams.
    package var events: Int { streams.reduce(0) { $0 + $1.records + $1.deletes } }
}

/// A pool as it is shown.
package struct PoolView: Hashable, Sendable {
    package var name: String
    package var slots: Int
    package var used: Int
    package var waiting: Int

    /// A pool.
    package init(name: String, slots: Int, used: Int, waiting: Int) {
        self.name = name
        self.slots = slots
        self.used = used
        self.waiting = waiting
    }
}
