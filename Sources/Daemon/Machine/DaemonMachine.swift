package import Core
package import Scheduling

/// Decides what the daemon does; performs nothing, waits for nothing, and knows the time only as it is told.
///
/// Many schedules, each with its `ScheduleMachine`, share pools, accounts and one clock. What is decided comes out as actions, to
/// be performed in their order; before a record of a schedule commits, every range given by `record` must be durable.
package struct DaemonMachine: Sendable {
    /// What it is set up with.
    package struct Settings: Sendable {
        /// How many runs a pool has room for.
        package var pools: [String: Int]
        /// The same for a pool that is not among them, but for that of backfills, which then has room for one.
        package var usualSlots: Int

        /// Settings; without a word, 16 runs in each pool.
        package init(pools: [String: Int] = [:], usualSlots: Int = 16) {
            self.pools = pools
            self.usualSlots = usualSlots
        }

        /// The pool that the chunks of all backfills share.
        package static let backfillPool = "backfill"

        func slots(of pool: String) -> Int {
            pools[pool] ?? (pool == Self.backfillPool ? 1 : usualSlots)
        }
    }

    /// What happens.
    package enum Event: Sendable {
        /// The loop woke: its time had come, or anything else happened.
        case look
        /// A schedule at the start, or a new one, with what is recorded of it.
        case add(ScheduleEntry, ScheduleRecord?, skipped: [SkippedTicks])
        /// What is recorded of a schedule whose file is not there: it may come back; told before any is added.
        case remember(ScheduleRecord, account: AccountName)
        /// Its file or the rules of its time zone changed; not retroactive.
        case edit(ScheduleEntry)
        /// Its file is gone: no new ticks, and what runs goes on to its end.
        case remove(id: String)
        /// The first transaction of a run has committed.
        case began(run: String)
        /// An attempt at a run is over.
        case ended(run: String, RunEnd)
        case command(DaemonCommand)
        /// A change of state by hand is committed, or refused.
        case changed(command: String, StateEdit.End)
        /// A daemon before this one accepted commands; told before they are given again.
        case accepted(commands: Set<String>)
        /// Nothing starts any more, and what runs ends after its page.
        case drain
    }

    /// What is to be done about it.
    package enum Action: Sendable {
        case start(RunOrder)
        case stop(run: String, StopReason)
        /// What `start` asked for is not wanted any more, and has not begun: its end is awaited all the same.
        case withdraw(run: String)
        /// Ticks that do not run, for the log of runs.
        case record(schedule: String, SkippedTicks)
        /// What outlives the daemon changed: write `record(of:)`, then give these answers.
        case keep(schedule: String, then: [CommandAnswer])
        case answer(CommandAnswer)
        /// An account's state is to be changed by hand; nobody reads its streams until the end is told.
        case change(DaemonCommand, StateRequest)
        case audit(AuditEntry)
        /// A run is over for good: its tick is closed.
        case finished(run: String, RunEnd)
        /// A backfill was begun, has done a chunk, or is over: for the log of runs.
        case tell(BackfillNote)
        case paused(schedule: String, ScheduleMachine.Pause)
        case resumed(schedule: String)
        /// The clock was set, or the machine slept.
        case clockChanged(ClockChange)
    }

    let settings: Settings
    let runID: @Sendable (Instant) -> String
    var schedules = ScheduleTable()
    /// The schedules of each account: the daemon knows no other.
    var accounts: [AccountName: Set<String>] = [:]
    /// What is known of schedules whose files are gone: the same id may come back.
    var retired: [String: RetiredSchedule] = [:]
    /// Those that wait for a place, run, or rest until their next attempt.
    var runs: [String: OrderedRun] = [:]
    var queues: [String: PoolQueue] = [:]
    var claims = StreamClaims()
    /// Changes of state by hand, in the order in which they were asked for.
    var edits: [StateEdit] = []
    var memory = CommandMemory()
    var wakes = WakeQueue<String>()
    var timers = RunTimers()
    var isDraining = false
    /// Whether anything changed because of which a run that waits may begin.
    var mayStart = false
    var actions: [Action] = []
    private(set) var reading = ClockReading(wall: Instant(nanoseconds: 0), monotonic: .zero)
    private(set) var now = Instant(nanoseconds: 0)
    private var watch = ClockWatch()

    /// A machine without schedules; `runID` makes the id of a run that begins at a time.
    package init(settings: Settings = Settings(), runID: @escaping @Sendable (Instant) -> String) {
        self.settings = settings
        self.runID = runID
    }

    /// Takes in what happened and says what to do.
    package mutating func handle(_ event: Event, at reading: ClockReading) -> [Action] {
        look(reading)
        switch event {
        case .look: break
        case .add(let entry, let record, let skipped): add(entry, record, skipped)
        case .remember(let record, let account): remember(record, of: account)
        case .edit(let entry): edit(entry)
        case .remove(let id): remove(id)
        case .began(let run): began(run)
        case .ended(let run, let end): ended(run, end)
        case .command(let command): take(command)
        case .changed(let command, let end): changed(command, end)
        case .accepted(let commands): memory.accept(commands)
        case .drain: drain()
        }
        startEdits()
        startWaiting()
        defer { actions = [] }
        return actions
    }

    /// When to look again; nil where nothing will come by itself.
    package var wake: Instant? {
        let timer = timers.next.map { reading.wall.advanced(by: $0 - reading.monotonic) }
        return [timer, isDraining ? nil : wakes.next].compactMap { $0 }.min()
    }

    /// Whether nothing runs.
    package var isIdle: Bool {
        !runs.values.contains { $0.stage == .running } && !edits.contains(where: \.isUnderWay)
    }

    /// Sees what the clocks did, and what is due since the last look.
    private mutating func look(_ reading: ClockReading) {
        self.reading = reading
        now = reading.wall
        let change = watch.read(reading)
        note(change)
        while let run = timers.popDue(reading.monotonic) { expire(run) }
        // A drain leaves what comes due to whoever starts next.
        guard !isDraining else { return }
        guard change == .steady else {
            // Times that were passed may come again; and who waits for nothing must not take a jump for time that ran on.
            for id in schedules.ids.sorted() { tell(id, .wake(change)) }
            return
        }
        var due: [String] = []
        while let id = wakes.popDue(reading.wall) { due.append(id) }
        for id in due { tell(id, .wake(change)) }
    }

    private mutating func note(_ change: ClockChange) {
        switch change {
        case .started, .steady: break
        case .forward, .backward, .suspended: actions.append(.clockChanged(change))
        }
    }

    /// Tells the machine of a schedule, and does what that says.
    mutating func tell(_ id: String, _ event: ScheduleMachine.Event) {
        guard let said = schedules[id]?.machine.handle(event, at: now) else { return }
        for action in said { perform(action, of: id) }
        plan(id)
    }

    /// Says when a schedule wants to be woken.
    mutating func plan(_ id: String) {
        guard let schedule = schedules[id], !schedule.isRemoved else { return wakes.set(id, nil) }
        // What has just been looked at is not due again at once.
        let soonest = now.advanced(by: .milliseconds(1))
        wakes.set(id, schedule.machine.wakeTime().map { max($0, soonest) })
    }

    private mutating func perform(_ action: ScheduleMachine.Action, of id: String) {
        switch action {
        case .start(let tick): order(tick, of: id)
        case .stop(let tick): if let run = schedules[id]?.runs[tick.id] { stop(run, .replaced) }
        case .withdraw(let tick): withdraw(tick, of: id)
        case .skip(let skipped): record(skipped, of: id)
        case .refuse(let tick, let reason): refuse(tick, reason, of: id)
        case .paused(let pause):
            actions.append(.paused(schedule: id, pause))
        case .resumed:
            actions.append(.resumed(schedule: id))
        }
    }

    private mutating func record(_ skipped: SkippedTicks, of id: String) {
        schedules[id]?.skipped[skipped.reason.code, default: 0] += skipped.count
        actions.append(.record(schedule: id, skipped))
        // Whoever starts next reads the log of runs from here on, be there a run or not.
        guard let kept = schedules[id]?.kept, now.since(kept) >= FollowedSchedule.keepInterval else { return }
        keep(id)
    }

    /// Asks for a schedule's record to be written.
    mutating func keep(_ id: String, then answers: [CommandAnswer] = []) {
        schedules[id]?.kept = now
        actions.append(.keep(schedule: id, then: answers))
    }
}
