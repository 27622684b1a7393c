import Core
import Extraction
package import Kafka
import Runs
import Scheduling
import Synchronization
package import Telemetry

/// The daemon: asks its machine what to do and does it, for as long as it lives.
///
/// One loop looks at the clock; whatever else happens (a run ends, a command comes, a file changes) is told to the same
/// machine, under one lock, and performed after it.
package final class DaemonService: Sendable {
    /// What the service needs to know.
    package struct Settings: Sendable {
        package var place: RunPlace
        package var folder: ScheduleFolder
        package var machine: DaemonMachine.Settings
        /// Makes the sources of an account from its file: secrets are read again at each run.
        package var sources: @Sendable (LoadedSchedule) -> AccountSources
        /// So long runs may go on once the daemon is asked to end.
        package var drainBudget: Duration
        package var version: String
        /// The release of the time zone database.
        package var zoneRelease: String?
        /// The folders that are watched beside the schedules': that of the time zones.
        package var watched: [String]

        /// Settings.
        package init(
            place: RunPlace,
            folder: ScheduleFolder,
            machine: DaemonMachine.Settings = .init(),
            sources: @escaping @Sendable (LoadedSchedule) -> AccountSources,
            drainBudget: Duration = .seconds(25),
            version: String,
            zoneRelease: String? = nil,
            watched: [String] = []
        ) {
            self.place = place
            self.folder = folder
            self.machine = machine
            self.sources = sources
            self.drainBudget = drainBudget
            self.version = version
            self.zoneRelease = zoneRelease
            self.watched = watched
        }
    }

    /// A run between its order and its end.
    struct Active: Sendable {
        var order: RunOrder
        var stop = StopSignal()
        var reason: StopReason?
        /// Nobody wants it any more, and it had not begun.
        var isWithdrawn = false
        var result: RunResult?
    }

    struct Shared: Sendable {
        var machine: DaemonMachine
        var schedules: [String: LoadedSchedule] = [:]
        var faults: [DaemonView.FileFault] = []
        var active: [String: Active] = [:]
        /// What was decided and is not in the log of runs yet, in order.
        var outbox = RunOutbox()
        /// The schedules whose records are to be written.
        var keeps = KeepQueue()
        var lastLook: Duration = .zero
        /// Since when lines wait for Kafka, by the monotonic clock; nil where none does.
        var backlogSince: Duration?
    }

    let settings: Settings
    let shared: Locked<Shared>
    let board: RunBoard
    let performer: any RunPerforming
    let records: any RunRecords
    let logger: Logger
    let clocks: DaemonClocks
    let bell = Bell()
    /// Rings when something waits for the log of runs.
    let outbox = Bell()
    /// Rings when a record is to be written.
    let keepers = Bell()
    let delivery = Turn()
    let reloading = Turn()
    let changes: Revision
    let answers = AnswerDesk()
    /// By schedule; of one whose file has changed there is none.
    let captions = Locked<[String: ScheduleCaption]>([:])
    let numbers: DaemonMetrics
    /// Whom alerts and pings are left to.
    let watch: AlertWatch?
    /// For whoever looks at topics.
    let reader: TopicReader
    let started: Instant
    /// Given when nothing is waited for any more.
    let drained = StopSignal()
    private let jobs: AsyncStream<@Sendable () async -> Void>
    private let job: AsyncStream<@Sendable () async -> Void>.Continuation

    /// A daemon that has not begun.
    package convenience init(
        settings: Settings,
        records: any RunRecords,
        reader: TopicReader,
        metrics: DaemonMetrics = DaemonMetrics(),
        watch: AlertWatch? = nil,
        logger: Logger,
        clocks: DaemonClocks = .system
    ) {
        self.init(
            settings: settings,
            records: records,
            reader: reader,
            metrics: metrics,
            watch: watch,
            logger: logger,
            clocks: clocks
        ) { board in
            RunPerformer(
                place: settings.place,
                board: board,
                metrics: metrics,
                logger: logger,
                now: clocks.wall
            )
        }
    }

    /// A daemon whose runs somebody else performs.
    init(
        settings: Settings,
        records: any RunRecords,
        reader: TopicReader,
        metrics: DaemonMetrics = DaemonMetrics(),
        watch: AlertWatch? = nil,
        logger: Logger,
        clocks: DaemonClocks,
        performer: (RunBoard) -> any RunPerforming
    ) {
        self.reader = reader
        numbers = metrics
        self.watch = watch
        self.settings = settings
        self.records = records
        self.logger = logger
        self.clocks = clocks
        let changes = Revision()
        self.changes = changes
        let board = RunBoard { changes.bump() }
        self.board = board
        self.performer = performer(board)
        shared = Locked(
            Shared(machine: DaemonMachine(settings: settings.machine) { RunID(at: $0).text })
        )
        started = clocks.wall()
        (jobs, job) = AsyncStream.makeStream()
    }

    /// Does it in a task of the service's own.
    func later(_ body: @escaping @Sendable () async -> Void) { job.yield(body) }

    /// Does what is given to `later`, until it is finished.
    func work() async {
        await withDiscardingTaskGroup { group in
            for await job in jobs { group.addTask { await job() } }
        }
    }

    /// Nothing more is done later.
    func finishWork() { job.finish() }
}
