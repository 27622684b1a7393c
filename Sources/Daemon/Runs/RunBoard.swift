import Core
import JSON
import Runs
import Synchronization

/// What is known of the runs: those that go on, and the last ones that ended.
final class RunBoard: Sendable {
    /// How many runs that ended are kept in all, and of each schedule (I7).
    static let kept = 500
    static let keptOfSchedule = 10

    private struct Known {
        var active: [String: (view: RunView, log: LogTail)] = [:]
        /// The oldest first.
        var ended: [RunView] = []
        var logs: [String: String] = [:]
        var bySchedule: [String: [RunView]] = [:]
        var lastSuccess: [String: Instant] = [:]
        var revision = 0
    }

    private let known = Locked(Known())
    private let onChange: @Sendable () -> Void

    /// A board without runs; `onChange` is called after each change, without any lock.
    init(onChange: @escaping @Sendable () -> Void = {}) { self.onChange = onChange }

    /// Grows with every change.
    var revision: Int { known.withLock { $0.revision } }

    private func change(_ body: (inout Known) -> Void) {
        known.withLock { known in
            body(&known)
            known.revision += 1
        }
        onChange()
    }

    /// A run was asked for and has its place; what it waits for until it begins.
    func begin(_ start: RunStart, at now: Instant, waiting: String?) {
        change { known in
            let log = known.active[start.run]?.log ?? LogTail()
            known.active[start.run] = (RunView(start: start, started: now, waiting: waiting), log)
        }
    }

    /// What a run waits for has changed; nil where it reads.
    func wait(_ run: String, for reason: String?) {
        change { $0.active[run]?.view.waiting = reason }
    }

    /// Takes in what a run tells.
    func observe(_ run: String, _ event: RunEvent) {
        change { known in
            guard var view = known.active[run]?.view else { return }
            view.note(event)
            known.active[run]?.view = view
        }
    }

    /// How the reading of a run ended, all of it.
    func take(_ run: String, _ outcome: RunOutcome, redact: (String) -> String) {
        change { $0.active[run]?.view.take(outcome, redact: redact) }
    }

    /// A line of a run's log, with its line end.
    func log(_ run: String, _ line: String) { change { $0.active[run]?.log.append(line) } }

    /// The run is over, or was when the daemon began.
    func end(_ view: RunView, log: String? = nil) {
        change { known in
            let run = view.start.run
            let tail = log ?? known.active[run]?.log.text
            known.active[run] = nil
            guard !known.ended.contains(where: { $0.start.run == run }) else { return }
            known.ended.append(view)
            known.logs[run] = tail
            if known.ended.count > Self.kept {
                known.logs[known.ended.removeFirst().start.run] = nil
            }
            // What a backfill reads again says nothing of how the schedule's ticks go, nor of how fresh it is.
            guard let schedule = view.start.schedule, view.start.backfill == nil else { return }
            var views = known.bySchedule[schedule] ?? []
            views.insert(view, at: 0)
            known.bySchedule[schedule] = Array(views.prefix(Self.keptOfSchedule))
            guard view.status == .success, let ended = view.ended else { return }
            known.lastSuccess[schedule] = max(ended, known.lastSuccess[schedule] ?? ended)
        }
    }

    /// An attempt is over, and another one will come.
    func forget(_ run: String) { change { $0.active[run] = nil } }

    /// Takes keys out of what is shown of runs: out of their logs and errors.
    func erase(_ eraser: KeyEraser) {
        change { known in
            for run in known.active.keys {
                known.active[run]?.log.erase(eraser)
                known.active[run]?.view.erase(eraser)
            }
            for index in known.ended.indices { known.ended[index].erase(eraser) }
            known.logs = known.logs.mapValues { eraser.erased($0) ?? $0 }
            for (schedule, views) in known.bySchedule {
                known.bySchedule[schedule] = views.map { $0.erased(by: eraser) }
            }
        }
    }

    /// A run that goes on, or ended lately.
    func view(_ run: String) -> RunView? {
        known.withLock { known in
            known.active[run]?.view ?? known.ended.last { $0.start.run == run }
        }
    }

    func log(of run: String) -> String? {
        known.withLock { $0.active[run]?.log.text ?? $0.logs[run] }
    }

    /// Those that go on, then those that ended, the newest first.
    func recent(_ count: Int) -> [RunView] {
        known.withLock { known in
            let active = known.active.values.map(\.view).sorted { $0.started > $1.started }
            return Array((active + known.ended.reversed()).prefix(count))
        }
    }

    /// The last runs of a schedule that ended, the newest first.
    func ended(of schedule: String) -> [RunView] { known.withLock { $0.bySchedule[schedule] ?? [] } }

    func lastSuccess(of schedule: String) -> Instant? { known.withLock { $0.lastSuccess[schedule] } }
}

extension RunView {
    /// Takes in what the run told.
    mutating func note(_ event: RunEvent) {
        switch event {
        case .started(let stream, _): row(stream) { $0.status = "running" }
        case .reading(let stream, let phase):
            row(stream) { row in
                row.status = "running"
                row.phase = phase.rawValue
            }
        case .deadLetters(let stream, let letters): row(stream) { $0.deadLetters += letters.count }
        case .read, .drifted: break
        case .committed(let stream, let records, let deletes, let pages):
            row(stream) { row in
                row.records = records
                row.deletes = deletes
                row.pages = pages
            }
        case .warned(let stream, let text): row(stream) { $0.warning = text }
        case .ended(let stream, let outcome): row(stream) { $0.take(outcome) }
        }
    }

    /// Takes in how all of it ended.
    mutating func take(_ outcome: RunOutcome, redact: (String) -> String) {
        for (name, stream) in outcome.streams {
            row(name) { row in
                row.take(stream)
                row.errorMessage = row.errorMessage.map(redact)
            }
        }
        transactions = outcome.transactions
        let error = outcome.error ?? outcome.streams.lazy.compactMap(\.outcome.error).first
        errorCode = error?.codeText
        errorMessage = error.map { redact($0.message) }
    }

    private mutating func row(_ name: String, _ change: (inout StreamRow) -> Void) {
        if let index = streams.firstIndex(where: { $0.name == name }) { return change(&streams[index]) }
        var row = StreamRow(name: name, status: "waiting")
        change(&row)
        streams.append(row)
    }
}

extension RunView {
    fileprivate mutating func erase(_ eraser: KeyEraser) {
        func erase(_ text: inout String?) { text = text.map { eraser.erased($0) ?? $0 } }
        erase(&errorMessage)
        erase(&waiting)
        for index in streams.indices {
            erase(&streams[index].errorMessage)
            erase(&streams[index].warning)
        }
    }

    fileprivate func erased(by eraser: KeyEraser) -> RunView {
        var view = self
        view.erase(eraser)
        return view
    }
}

extension RunView.StreamRow {
    fileprivate mutating func take(_ outcome: StreamOutcome) {
        status = outcome.status.rawValue
        records = outcome.records
        deletes = outcome.deletes
        pages = outcome.pages
        requests = outcome.requests
        deadLetters = outcome.deadLetters
        bookmark = outcome.bookmark
        errorCode = outcome.error?.codeText
        errorMessage = outcome.error?.message
        if let note = outcome.note { warning = note }
        drift = outcome.drift
        newDrift = outcome.newDrift
        openDrift = outcome.openDrift
    }
}
