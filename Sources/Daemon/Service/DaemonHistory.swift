import Core
import JSON
import Scheduling

/// What the log of runs says of the time before the daemon began.
struct DaemonHistory: Sendable {
    /// The page shows the runs of so long.
    static let shown = Duration.seconds(86_400)
    /// Older than the log keeps its lines.
    static let kept = Duration.seconds(90 * 86_400)

    private(set) var skipped: [String: [SkippedTicks]] = [:]
    /// Commands that were accepted, and of which nothing else is said.
    private(set) var accepted: Set<String> = []
    private var runs: [String: RunView] = [:]
    private var logs: [String: String] = [:]
    /// The runs that ended, in the order of their ends.
    private var order: [String] = []
    /// Commands of which more is said than that they were accepted.
    private var finished: Set<String> = []
    /// Whether a run's end was written again, behind others.
    private var isReordered = false

    /// From where the log must be read: the first time that a schedule did not decide for certain, or what is shown.
    static func start(_ schedules: [LoadedSchedule], _ records: [String: ScheduleRecord], at now: Instant)
        -> Instant
    {
        var start = now.advanced(by: .zero - shown)
        for loaded in schedules {
            guard let through = records[loaded.id]?.through,
                let open = loaded.entry.schedule.timetable.next(after: through), open < start
            else { continue }
            start = open
        }
        return max(start, now.advanced(by: .zero - kept))
    }

    /// Takes in a line; in their order, but for those that were written again without a key: the same line, whether its first
    /// form is there still or not.
    mutating func take(_ line: RunLine) {
        let isAgain = line.erased != nil
        switch line.event {
        case .skipped(let schedule, let ticks):
            let before = skipped[schedule]?.firstIndex { $0.first == ticks.first && $0.last == ticks.last }
            guard isAgain, let before else {
                skipped[schedule, default: []].append(ticks)
                return
            }
            skipped[schedule]?[before] = ticks
        case .started(let start):
            guard !isAgain || runs[start.run] == nil else { return }
            runs[start.run] = RunView(start: start, started: line.at)
        case .log(let run, let text): logs[run] = text
        case .ended(let finish):
            var view =
                runs[finish.run]
                ?? RunView(
                    start: RunStart(
                        run: finish.run,
                        account: finish.account,
                        schedule: finish.schedule,
                        trigger: "schedule"
                    ),
                    started: finish.started
                )
            view.started = finish.started
            view.take(finish, at: line.at)
            runs[finish.run] = view
            guard !isAgain || !order.contains(finish.run) else { return }
            order.append(finish.run)
            isReordered = isReordered || isAgain
        case .answer(let answer):
            if answer.status != .accepted {
                accepted.remove(answer.command)
                finished.insert(answer.command)
            } else if !isAgain || !finished.contains(answer.command) {
                accepted.insert(answer.command)
            }
        case .progress, .audit, .backfill: break
        }
    }

    /// The runs that ended, the oldest first, with the ends of their logs.
    var ended: [(view: RunView, log: String?)] {
        let ended = order.compactMap { run in runs[run].map { (view: $0, log: logs[run]) } }
        guard isReordered else { return ended }
        return ended.sorted { ($0.view.ended ?? $0.view.started) < ($1.view.ended ?? $1.view.started) }
    }

    /// Runs that a state's record calls ended, and the log does not: who wrote that died before it could tell.
    func untold(_ records: [String: ScheduleRecord], _ schedules: [LoadedSchedule]) -> [RunFinish] {
        let told = Set(order)
        return schedules.compactMap { loaded in
            guard let last = records[loaded.id]?.last, last.ended != nil, !told.contains(last.run),
                let start = runs[last.run]?.start
            else { return nil }
            return RunFinish(
                run: last.run,
                schedule: loaded.id,
                account: loaded.account,
                status: last.status.flatMap { RunEnd.Status(rawValue: $0) } ?? .failed,
                exitCode: 0,
                outcome: .null,
                errorMessage:
                    "the daemon died when the run had ended: what it read is in the topics, its counts are lost",
                attempts: start.attempt,
                started: last.started
            )
        }
    }
}

extension RunView {
    /// Takes in the end as the log of runs has it.
    fileprivate mutating func take(_ finish: RunFinish, at time: Instant) {
        ended = time
        status = finish.status
        errorCode = finish.errorCode
        errorMessage = finish.errorMessage
        transactions = finish.outcome["transactions"]?.int ?? 0
        streams = []
        for member in finish.outcome["streams"]?.members ?? [] {
            let value = member.value
            streams.append(
                StreamRow(
                    name: member.name,
                    status: value["status"]?.text ?? "failed",
                    records: value["records"]?.int ?? 0,
                    deletes: value["deletes"]?.int ?? 0,
                    pages: value["pages"]?.int ?? 0,
                    requests: value["requests"]?.int ?? 0,
                    errorCode: value["error"]?["code"]?.text,
                    errorMessage: value["error"]?["message"]?.text,
                    bookmark: value["bookmark"]
                )
            )
        }
    }
}
