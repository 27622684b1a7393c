import Core
import Daemon
import ProcessSupport
import Scheduling

/// The daemon's machine on virtual clocks, with a performer that runs, fails and dies, and a Kafka that keeps what was committed.
///
/// A run takes a moment to open (its first transaction), reads for as long as it is told, and takes a moment to close. The log of
/// runs is durable as far as it was flushed: of the rest a death keeps a part.
struct MachineWorld {
    /// Where an order stands.
    struct Flight {
        enum Stage {
            case opening
            case reading
            case closing(RunEnd)
        }

        var order: RunOrder
        var stage = Stage.opening
        /// When the stage is over, on the monotonic clock.
        var until: Duration
        var stop: StopReason?
        var isWithdrawn = false
    }

    /// A line of the log of runs.
    struct Line {
        enum Event {
            case skipped(schedule: String, SkippedTicks)
            case answer(CommandAnswer)
            case finished(run: String, RunEnd)
        }

        var event: Event
        /// How often the clock had been put back when it was written.
        var putBacks: Int
        /// How often the daemon had started.
        var starts: Int
    }

    /// What happened to a tick, by the committed transactions.
    struct Trace {
        var runs: Set<String> = []
        var attempts = 0
        var ends: [RunEnd.Status] = []
        /// It was opened after it had ended.
        var isRepeated = false
    }

    private struct Keep {
        var schedule: String
        var answers: [CommandAnswer]
        var at: Duration
    }

    /// The process was killed.
    private struct Killed: Error {}
    /// A transaction of a process whose place another one has.
    private struct Fenced: Error {}

    /// A process that stands still, with all that it has in memory.
    private struct Frozen {
        var machine: DaemonMachine?
        var flights: [String: Flight]
        var keeps: [Keep]
        var unflushed: [Line]
    }

    // The clocks.
    private(set) var wall: Instant
    private(set) var monotonic: Duration = .zero
    private(set) var suspended: Duration = .zero
    /// From where to where the clock was put back.
    private(set) var putBacks: [(from: Instant, to: Instant)] = []
    /// When the daemon started.
    private(set) var starts: [Instant] = []

    // Kafka, and the folder of schedules.
    private(set) var records: [String: ScheduleRecord] = [:]
    private(set) var log: [Line] = []
    private(set) var unflushed: [Line] = []
    private(set) var files: [String: ScheduleEntry] = [:]
    private(set) var commands: [DaemonCommand] = []
    private(set) var finishedCommands: Set<String> = []

    // The daemon.
    var settings = DaemonMachine.Settings()
    private(set) var machine: DaemonMachine?
    private(set) var flights: [String: Flight] = [:]
    private var keeps: [Keep] = []
    private(set) var looks = 0
    private(set) var orders: [RunOrder] = []
    /// When each order was given, by the wall.
    private(set) var orderTimes: [Instant] = []
    private(set) var stops: [(run: String, reason: StopReason)] = []
    private(set) var withdrawn: [String] = []
    private(set) var others: [String] = []
    /// What was told of backfills.
    private(set) var notes: [BackfillNote] = []
    /// Changes of state that are to be made, which a test ends.
    private(set) var changes: [(command: DaemonCommand, request: StateRequest)] = []
    private(set) var traces: [String: Trace] = [:]
    private(set) var births: [String: Instant] = [:]
    private(set) var mostAtOnce = 0

    // What is done to it.
    var random: SeededGenerator
    /// How long a run reads, and how it ends.
    var length: (RunOrder, inout SeededGenerator) -> Duration = { _, _ in .seconds(5) }
    var outcome: (RunOrder, inout SeededGenerator) -> RunEnd = { _, _ in RunEnd(status: .success) }
    /// How long a transaction takes.
    var commitTime: Duration = .milliseconds(10)
    /// No transaction commits, and no line is flushed.
    var isKafkaAway = false
    /// After so many steps the process is killed, or asked to end.
    var stepsLeft: Int?
    var isAskedToEnd = false
    /// A daemon that stands still, while another one has its place.
    private var frozen: Frozen?
    private var isFenced = false
    /// Until then the loop sleeps, whatever the wall shows.
    private var unseen: Duration?
    private var isEnding = false
    /// How many of its transactions were refused.
    private(set) var fenced = 0
    private(set) var kills = 0

    init(at wall: Instant, seed: UInt64 = 1) {
        self.wall = wall
        random = SeededGenerator(seed: seed)
    }

    var reading: ClockReading { ClockReading(wall: wall, monotonic: monotonic, suspended: suspended) }

    // MARK: The daemon's life

    /// Starts the daemon with what is recorded.
    mutating func start() {
        guard machine == nil else { return }
        attempt { world in
            world.starts.append(world.wall)
            let life = world.starts.count
            let counter = Counter()
            world.machine = DaemonMachine(settings: world.settings) { _ in "run-\(life)-\(counter.next())" }
            try world.tell(.accepted(commands: world.accepted))
            for id in world.files.keys.sorted() {
                guard let entry = world.files[id] else { continue }
                try world.tell(.add(entry, world.records[id], skipped: world.skipped(id)))
            }
            for command in world.commands where !world.finishedCommands.contains(command.id) {
                try world.tell(.command(command))
            }
        }
    }

    /// The commands that the log calls accepted, and nothing else.
    private var accepted: Set<String> {
        var accepted: Set<String> = []
        for line in log {
            guard case .answer(let answer) = line.event else { continue }
            if answer.status == .accepted {
                accepted.insert(answer.command)
            } else {
                accepted.remove(answer.command)
            }
        }
        return accepted
    }

    /// What the log says of a schedule from the earliest time on that any needs.
    private func skipped(_ id: String) -> [SkippedTicks] {
        log.compactMap {
            if case .skipped(id, let range) = $0.event { range } else { nil }
        }
    }

    /// Kills the process: of the lines that were not flushed, some first ones are there all the same.
    mutating func kill() {
        guard machine != nil else { return }
        kills += 1
        log += unflushed.prefix(Int.random(in: 0...unflushed.count, using: &random))
        unflushed = []
        machine = nil
        flights = [:]
        keeps = []
    }

    /// The process stands still for so long that another daemon takes its place, after `silence`.
    mutating func replace(after silence: Duration) {
        guard machine != nil, frozen == nil else { return }
        frozen = Frozen(machine: machine, flights: flights, keeps: keeps, unflushed: unflushed)
        (machine, flights, keeps, unflushed) = (nil, [:], [], [])
        wall = wall.advanced(by: silence)
        monotonic += silence
        start()
    }

    /// The one that stood still wakes behind its successor: it does what it finds to do, hears that it has lost its
    /// place, and ends.
    ///
    /// Its transactions are fenced, and its lines wait for a place that it has no more.
    mutating func wakeFrozen() {
        guard let woken = frozen else { return }
        frozen = nil
        let successor = Frozen(machine: machine, flights: flights, keeps: keeps, unflushed: unflushed)
        (machine, flights, keeps, unflushed) = (
            woken.machine, woken.flights, woken.keeps, woken.unflushed
        )
        let steps = stepsLeft
        (stepsLeft, isFenced) = (nil, true)
        for _ in 0..<3 {
            attempt { world in
                try world.tell(.look)
                for run in world.flights.keys { world.flights[run]?.until = world.monotonic }
                for index in world.keeps.indices { world.keeps[index].at = world.monotonic }
                try world.progress()
            }
        }
        attempt { try $0.tell(.drain) }
        (stepsLeft, isFenced) = (steps, false)
        (machine, flights, keeps, unflushed) =
            (successor.machine, successor.flights, successor.keeps, successor.unflushed)
    }

    /// Does something in the process; it may die of it.
    private mutating func attempt(_ body: (inout MachineWorld) throws -> Void) {
        do {
            try body(&self)
        } catch {
            if !isFenced { kill() }
        }
    }

    /// A moment at which the process may die.
    private mutating func step() throws {
        guard let left = stepsLeft else { return }
        stepsLeft = left > 1 ? left - 1 : nil
        guard left <= 1 else { return }
        guard isAskedToEnd else { throw Killed() }
        // The signal waits for its turn, as any event.
        isAskedToEnd = false
        isEnding = true
    }

    // MARK: What others do

    /// A schedule's file is written, or written anew.
    mutating func write(_ entry: ScheduleEntry) {
        let id = entry.schedule.id
        let isNew = files[id] == nil
        files[id] = entry
        if births[id] == nil { births[id] = wall }
        guard machine != nil else { return }
        attempt { try $0.tell(isNew ? .add(entry, nil, skipped: []) : .edit(entry)) }
    }

    mutating func delete(_ id: String) {
        files[id] = nil
        attempt { try $0.tell(.remove(id: id)) }
    }

    mutating func ask(_ verb: DaemonCommand.Verb, id: String? = nil, expires: Instant? = nil) {
        let command = DaemonCommand(
            id: id ?? "c\(commands.count)",
            by: "ann",
            at: wall,
            expires: expires,
            verb: verb
        )
        commands.append(command)
        attempt { try $0.tell(.command(command)) }
    }

    /// Commits a change of state with the record that says that its command is done; nothing is told of it.
    mutating func commitChange(_ id: String, of account: AccountName) -> ScheduleRecord? {
        guard let command = changes.last(where: { $0.command.id == id })?.command,
            let record = machine?.changing(command, of: account)
        else { return nil }
        records[record.schedule] = record
        return record
    }

    mutating func drain() { attempt { try $0.tell(.drain) } }

    /// Tells the machine of something else.
    mutating func send(_ event: DaemonMachine.Event) { attempt { try $0.tell(event) } }

    /// The answers to a command, in their order.
    func answers(_ command: String) -> [CommandAnswer] {
        (log + unflushed).compactMap {
            if case .answer(let answer) = $0.event, answer.command == command { answer } else { nil }
        }
    }

    // MARK: Time

    /// Somebody sets the clock; the loop sees it at once, or when it wakes from the sleep that it is in.
    mutating func set(by step: Duration, isSeen: Bool = true) {
        let asleep = machine.map { ClockWatch.wait(at: wall, until: $0.wake) }
        if step < .zero { putBacks.append((wall, wall.advanced(by: step))) }
        wall = wall.advanced(by: step)
        if isSeen { return send(.look) }
        unseen = asleep.map { monotonic + $0 }
    }

    /// The machine sleeps.
    mutating func suspend(for length: Duration) {
        wall = wall.advanced(by: length)
        suspended += length
        send(.look)
    }

    /// The process stands still (SIGSTOP), and the time does not.
    mutating func freeze(for length: Duration) {
        wall = wall.advanced(by: length)
        monotonic += length
        send(.look)
    }

    /// The time runs on.
    mutating func run(for length: Duration) {
        let end = monotonic + length
        while monotonic < end {
            var next = end
            if let machine {
                next = min(next, unseen ?? monotonic + ClockWatch.wait(at: wall, until: machine.wake))
                for flight in flights.values { next = min(next, flight.until) }
                if !isKafkaAway { for keep in keeps { next = min(next, keep.at) } }
            }
            let step = max(next - monotonic, .milliseconds(1))
            monotonic += step
            wall = wall.advanced(by: step)
            guard machine != nil else { continue }
            attempt { world in
                try world.progress()
                if let unseen = world.unseen {
                    guard world.monotonic >= unseen else { return }
                    world.unseen = nil
                }
                if let wake = world.machine?.wake, wake <= world.wall { try world.tell(.look) }
            }
        }
        attempt { try $0.tell(.look) }
    }

    private mutating func progress() throws {
        for (run, flight) in flights.filter({ $0.value.until <= monotonic }).sorted(by: { $0.key < $1.key }) {
            try advance(run, flight)
        }
        guard !isKafkaAway else { return }
        let due = keeps.filter { $0.at <= monotonic }
        keeps.removeAll { $0.at <= monotonic }
        for keep in due {
            if let record = machine?.record(of: keep.schedule) {
                do { try commit(record) } catch is Fenced { continue }
            }
            for answer in keep.answers {
                unflushed.append(line(.answer(answer)))
                finishedCommands.insert(answer.command)
            }
            try step()
        }
    }

    // MARK: The machine

    private mutating func tell(_ event: DaemonMachine.Event) throws {
        guard machine != nil else { return }
        looks += 1
        let now = reading
        let actions = machine?.handle(event, at: now) ?? []
        for action in actions { try perform(action) }
        guard isEnding else { return }
        isEnding = false
        try tell(.drain)
    }

    private func line(_ event: Line.Event) -> Line {
        Line(event: event, putBacks: putBacks.count, starts: starts.count)
    }

    private mutating func perform(_ action: DaemonMachine.Action) throws {
        try step()
        switch action {
        case .start(let order):
            orders.append(order)
            orderTimes.append(wall)
            flights[order.run] = Flight(order: order, until: monotonic + commitTime)
            mostAtOnce = max(mostAtOnce, flights.count)
        case .stop(let run, let reason):
            stops.append((run, reason))
            flights[run]?.stop = reason
            if case .reading? = flights[run]?.stage {
                // It ends after its page.
                let end = min(flights[run]?.until ?? monotonic, monotonic + .seconds(1))
                flights[run]?.until = end
            }
        case .withdraw(let run):
            withdrawn.append(run)
            flights[run]?.isWithdrawn = true
            let end = monotonic + commitTime
            flights[run]?.until = end
        case .record(let schedule, let range): unflushed.append(line(.skipped(schedule: schedule, range)))
        case .keep(let schedule, let answers):
            keeps.append(Keep(schedule: schedule, answers: answers, at: monotonic + commitTime))
        case .answer(let answer):
            unflushed.append(line(.answer(answer)))
            if answer.status != .accepted, !isFenced { finishedCommands.insert(answer.command) }
        case .finished(let run, let end):
            unflushed.append(line(.finished(run: run, end)))
            others.append("finished \(end.status.rawValue)")
        case .audit(let entry): others.append("audit \(entry.what)")
        case .change(let command, let request): changes.append((command, request))
        case .paused(let schedule, let pause): others.append("paused \(schedule): \(pause.reason)")
        case .resumed(let schedule): others.append("resumed \(schedule)")
        case .tell(let note): notes.append(note)
        case .clockChanged(let change): others.append("clock \(change)")
        }
    }

    // MARK: Runs

    private static let lost = RunEnd(
        status: .failed,
        reason: "another session has taken the account over"
    )

    private mutating func advance(_ run: String, _ flight: Flight) throws {
        let order = flight.order
        if flight.isWithdrawn { return try end(run, RunEnd(status: .cancelled)) }
        switch flight.stage {
        case .opening:
            if isKafkaAway {
                return try end(run, RunEnd(status: .failed, isTransient: true, reason: "Kafka is away"))
            }
            if flight.stop != nil { return try end(run, RunEnd(status: .cancelled)) }
            guard try open(order) else { return }
            let end = monotonic + length(order, &random)
            flights[run]?.stage = .reading
            flights[run]?.until = end
            try tell(.began(run: run))
            try step()
        case .reading:
            var result = outcome(order, &random)
            if flight.stop != nil, result.status == .success { result = RunEnd(status: .cancelled) }
            let end = monotonic + commitTime
            flights[run]?.stage = .closing(result)
            flights[run]?.until = end
        case .closing(let result):
            if isKafkaAway {
                return try end(run, RunEnd(status: .failed, isTransient: true, reason: "Kafka is away"))
            }
            let now = reading
            if let record = machine?.closing(order, result, at: now) {
                do { try commit(record) } catch is Fenced { return try end(run, Self.lost) }
                if case .tick(let tick) = order.origin {
                    traces[tick.id, default: Trace()].ends.append(result.status)
                }
                try step()
            }
            try end(run, result)
        }
    }

    /// The first transaction of a run; false where it must not begin.
    private mutating func open(_ order: RunOrder) throws -> Bool {
        if case .tick(let tick) = order.origin, let last = records[tick.schedule]?.last,
            last.tick.id == tick.id,
            last.ended != nil
        {
            try end(order.run, RunEnd(status: .duplicate))
            return false
        }
        let now = wall
        guard let record = machine?.opening(order, at: now) else {
            try end(order.run, RunEnd(status: .cancelled))
            return false
        }
        do {
            try commit(record)
        } catch is Fenced {
            try end(order.run, Self.lost)
            return false
        }
        let key: String =
            switch order.origin {
            case .tick(let tick): tick.id
            case .command(let command): command.id
            case .backfill(let chunk): "\(chunk.backfill) \(chunk.number)"
            }
        var trace = traces[key] ?? Trace()
        trace.isRepeated = trace.isRepeated || !trace.ends.isEmpty
        trace.runs.insert(order.run)
        trace.attempts += 1
        traces[key] = trace
        try step()
        return true
    }

    private mutating func end(_ run: String, _ result: RunEnd) throws {
        let command: String? =
            switch flights.removeValue(forKey: run)?.order.origin {
            case .command(let command)?: command.id
            case .tick(let tick)?: if case .manual(let id) = tick.cause { id } else { nil }
            case .backfill?, nil: nil
            }
        let before = unflushed.count
        try tell(.ended(run: run, result))
        // A run of a command is over: the command need not be read again.
        let isFinished = unflushed.dropFirst(before).contains {
            if case .finished(run, _) = $0.event { true } else { false }
        }
        if let command, isFinished, !isFenced { finishedCommands.insert(command) }
        try step()
    }

    /// What was decided is flushed before a record says so.
    private mutating func commit(_ record: ScheduleRecord) throws {
        if isFenced {
            fenced += 1
            throw Fenced()
        }
        log += unflushed
        unflushed = []
        try step()
        records[record.schedule] = record
    }
}
