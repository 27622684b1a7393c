import Core
import Daemon
import Kafka
import Scheduling

/// What the log of runs says became of each tick of one schedule, checked against its timetable (I5).
struct TickLedger {
    private(set) var runs: [Instant: Set<String>] = [:]
    private(set) var skipped: [Instant: Int] = [:]
    /// How often each run was told to have ended.
    private(set) var ends: [String: Int] = [:]
    private var started: Set<String> = []

    /// What the log of an installation says of a schedule.
    static func read(
        _ schedules: [String: Timetable],
        prefix: String,
        at broker: KafkaSettings? = nil
    )
        async throws -> [String: TickLedger]
    {
        var ledgers: [String: TickLedger] = [:]
        for line in try await lines(prefix, broker) {
            guard let schedule = line.event.schedule, let timetable = schedules[schedule] else { continue }
            ledgers[schedule, default: TickLedger()].take(line.event, timetable)
        }
        return ledgers
    }

    /// Why each run began, in the order in which they did.
    static func triggers(prefix: String) async throws -> [String] {
        try await lines(prefix, nil).compactMap { line in
            if case .started(let start) = line.event { start.trigger } else { nil }
        }
    }

    /// The whole log of runs of an installation, of this process's broker or another.
    static func lines(_ prefix: String, _ broker: KafkaSettings? = nil) async throws -> [RunLine] {
        try await LogTopic.with(.runs, broker ?? TestBroker.settings, prefix: try TopicPrefix(prefix)) {
            log in
            var lines: [RunLine] = []
            _ = try await log.read(from: .beginning) { record in
                if let line = try? RunLine(record.value ?? []) { lines.append(line) }
            }
            return lines
        }
    }

    /// Up to where the state says that the ticks of each schedule are decided.
    static func decided(prefix: String, locks: String, at broker: KafkaSettings? = nil) async throws
        -> [String: Instant]
    {
        let installation = Installation(
            kafka: try broker ?? TestBroker.settings,
            prefix: try TopicPrefix(prefix),
            lockFolder: try LockFolder(path: locks)
        )
        var decided: [String: Instant] = [:]
        for found in try await ScheduleScan(installation).run() {
            decided[found.id] = try ScheduleRecord(found.value, account: found.account, id: found.id).through
        }
        return decided
    }

    private mutating func take(_ event: RunLine.Event, _ timetable: Timetable) {
        switch event {
        case .started(let start):
            guard let nominal = start.nominal, start.trigger != "manual" else { return }
            runs[nominal, default: []].insert(start.run)
            started.insert(start.run)
        case .ended(let finish): ends[finish.run, default: 0] += 1
        case .skipped(_, let ticks):
            var tick: Instant? = ticks.first
            while let current = tick, current <= ticks.last {
                skipped[current, default: 0] += 1
                tick = timetable.next(after: current)
            }
        default: return
        }
    }

    /// What is wrong: a tick that ran twice, ran and was skipped, was recorded twice, or of which nothing is known.
    ///
    /// A tick behind `through` may be open: it waited when the daemon was asked to end, and the next one decides on it.
    func faults(_ timetable: Timetable, through: Instant) -> [String] {
        var faults: [String] = []
        let all = Set(runs.keys).union(skipped.keys)
        guard var tick = all.min(), let last = all.max() else { return ["nothing ran"] }
        while tick <= last {
            let ran = runs[tick]?.count ?? 0
            let left = skipped[tick] ?? 0
            let isOpen = ran + left == 0 && tick > through
            if ran + left != 1, !isOpen {
                faults.append("\(tick.rfc3339()): \(ran) runs, \(left) times skipped")
            }
            guard let next = timetable.next(after: tick) else { break }
            tick = next
        }
        for (run, count) in ends where count > 1 { faults.append("\(run): ended \(count) times") }
        // The last one may have been left open when the daemon was asked to end.
        let open = started.filter { ends[$0] == nil }
        let newest = runs.max { $0.key < $1.key }?.value ?? []
        for run in open.subtracting(newest) { faults.append("\(run): never ended") }
        return faults
    }
}
