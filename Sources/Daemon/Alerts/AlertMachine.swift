package import Core
import Events
import Extraction
import Runs
import Scheduling

/// Decides what is worth an alert: what comes to be so, what still is, and what is over, each once.
///
/// A thing that is wrong is one `Condition` under one key. What was wrong before the daemon began and is told by its
/// records (failed runs, a pause) is known from the first look on, and not said anew: only repeated when it is time.
package struct AlertMachine: Sendable {
    /// What happens.
    package enum Event: Sendable {
        /// A run is over, after its last attempt, with what it came to.
        case finished(
            schedule: String,
            account: AccountName,
            run: String,
            RunEnd,
            streams: [RunView.StreamRow] = []
        )
        /// The daemon as it is now: all schedules and files.
        case looked(DaemonView)
    }

    private struct Condition: Sendable {
        var alert: Alert
        var lastSaid: Instant
        /// Before this nothing more is said of it, nor is it over: nil where it is said again as all others are.
        var holdsUntil: Instant?
        /// What that becomes when it is said again.
        var holdsNext: Instant?
    }

    private static let day = Duration.seconds(86_400)

    private let repeatEvery: Duration
    /// In hundredths of a day's requests.
    private let quotaMargin: Int
    private var open: [String: Condition] = [:]
    /// The schedules of the last look, and since when each is known.
    private var known: [String: Instant] = [:]
    /// When the next schedule will be stale if no run succeeds.
    private var nextStale: Instant?
    private var alerts: [Alert] = []

    /// A machine that knows of nothing wrong.
    ///
    /// `quotaMargin` says how much of a day's requests must be left above the reserve, in hundredths.
    package init(repeatEvery: Duration, quotaMargin: Int) {
        self.repeatEvery = repeatEvery
        self.quotaMargin = quotaMargin
    }

    /// The alerts that an event makes.
    package mutating func handle(_ event: Event, at now: Instant) -> [Alert] {
        alerts = []
        switch event {
        case .finished(let schedule, let account, let run, let end, let streams):
            finish(schedule, account, run, end, at: now)
            for stream in streams {
                compare(stream, schedule, account, run, at: now)
                bury(stream, schedule, account, run, at: now)
            }
        case .looked(let view):
            look(at: view, now)
        }
        defer { alerts = [] }
        return alerts
    }

    /// When to look again though nothing happens; nil where that is of no use.
    package var wake: Instant? {
        let repetition = open.values.map(nextWord).min()
        return [repetition, nextStale].compactMap(\.self).min()
    }

    /// What is wrong now, oldest first.
    package var current: [Alert] {
        open.values.map(\.alert).sorted { ($0.since, $0.key) < ($1.since, $1.key) }
    }

    // MARK: Runs

    private mutating func finish(
        _ schedule: String,
        _ account: AccountName,
        _ run: String,
        _ end: RunEnd,
        at now: Instant
    ) {
        let key = "run/\(schedule)"
        if end.status.isFailure {
            let reason = end.reason.map { ": \($0)" } ?? ""
            let verb =
                switch end.status {
                case .timeout: "was ended by its timeout"
                case .partial: "failed in part"
                case .failed, .success, .cancelled, .duplicate: "failed"
                }
            hold(
                Alert(
                    kind: .runFailed,
                    status: .raised,
                    key: key,
                    at: now,
                    since: now,
                    schedule: schedule,
                    account: account,
                    run: run,
                    text: "run \(run) of \(schedule) \(verb)\(reason)"
                )
            )
        } else if end.status == .success, let was = open.removeValue(forKey: key) {
            alerts.append(
                Alert(
                    kind: .runRecovered,
                    status: .resolved,
                    key: key,
                    at: now,
                    since: was.alert.since,
                    schedule: schedule,
                    account: account,
                    run: run,
                    text: "run \(run) of \(schedule) succeeded; the last ones had failed since "
                        + was.alert.since.rfc3339()
                )
            )
        }
    }

    /// Raised when a run met what none had met before; over when nothing is left of it, be it that the schema says it
    /// by now.
    private mutating func compare(
        _ stream: RunView.StreamRow,
        _ schedule: String,
        _ account: AccountName,
        _ run: String,
        at now: Instant
    ) {
        let key = Self.driftKey(account, stream.name)
        guard stream.openDrift > 0 else {
            if stream.status == StreamOutcome.Status.success.rawValue { resolve(key, at: now) }
            return
        }
        guard !stream.drift.isEmpty else { return }
        let more = stream.openDrift - min(stream.drift.count, Self.namedDrifts)
        let alert = Alert(
            kind: .schemaDrift,
            status: .raised,
            key: key,
            at: now,
            since: now,
            schedule: schedule,
            account: account,
            run: run,
            text: "records of \(stream.name) of \(account.text) are not as their schema says: "
                + stream.drift.prefix(Self.namedDrifts).map(\.description).joined(separator: "; ")
                + (more > 0 ? "; and \(more) more" : "")
                + "; sluice schemas diff shows all"
        )
        guard stream.newDrift > 0 else {
            // What an earlier daemon told is not told anew, only again.
            if open[key] == nil { adopt(alert, at: now) } else { hold(alert) }
            return
        }
        // Further fields are worth a word although others are known already.
        if let known = open[key] {
            var news = alert
            news.since = known.alert.since
            news.status = .repeated
            open[key] = Condition(alert: news, lastSaid: now)
            alerts.append(news)
        } else {
            hold(alert)
        }
    }

    /// Raised while runs meet records that cannot be published; over with one that succeeds and met none.
    private mutating func bury(
        _ stream: RunView.StreamRow,
        _ schedule: String,
        _ account: AccountName,
        _ run: String,
        at now: Instant
    ) {
        let key = "\(Self.deadPrefix)\(account.text)/\(stream.name)"
        guard stream.deadLetters > 0 else {
            if stream.status == StreamOutcome.Status.success.rawValue { resolve(key, at: now) }
            return
        }
        let noun = stream.deadLetters == 1 ? "record" : "records"
        hold(
            Alert(
                kind: .deadLetters,
                status: .raised,
                key: key,
                at: now,
                since: now,
                schedule: schedule,
                account: account,
                run: run,
                text:
                    "\(stream.deadLetters) \(noun) of \(stream.name) of \(account.text) could not be published; sluice dead list "
                    + "shows why"
            )
        )
    }

    private static let deadPrefix = "dead/"

    /// So many of the ways in which records differ are named.
    private static let namedDrifts = 5

    private static let driftPrefix = "schema/"
    private static func driftKey(_ account: AccountName, _ stream: String) -> String {
        "\(driftPrefix)\(account.text)/\(stream)"
    }

    // MARK: The view

    private mutating func look(at view: DaemonView, _ now: Instant) {
        var wrong: Set<String> = []
        nextStale = nil
        var schedules: [String: Instant] = [:]
        for schedule in view.schedules {
            let isNew = known[schedule.id] == nil
            schedules[schedule.id] = known[schedule.id] ?? now
            if schedule.failures > 0 || open["run/\(schedule.id)"] != nil {
                wrong.insert("run/\(schedule.id)")
            }
            if isNew, schedule.failures > 0 { adopt(failing(schedule, now), at: now) }
            if let pause = schedule.pause {
                let alert = paused(schedule, pause, now)
                wrong.insert(alert.key)
                // Who begins anew has not just been paused.
                if isNew { adopt(alert, at: now) } else { hold(alert) }
            }
            if schedule.state == .late {
                let alert = late(schedule, now)
                wrong.insert(alert.key)
                hold(alert)
            }
            if let alert = stale(schedule, knownSince: schedules[schedule.id] ?? now, now) {
                wrong.insert(alert.key)
                hold(alert)
            }
        }
        known = schedules
        for account in view.limits.keys.sorted(by: { $0.text < $1.text }) {
            guard let quota = view.limits[account]?.quota, quota.isNear(margin: quotaMargin) else { continue }
            let alert = near(quota, of: account, view, now)
            wrong.insert(alert.key)
            hold(alert, until: Self.end(of: quota, now))
        }
        // A day's requests come back with the day, whatever was said of them meanwhile.
        wrong.formUnion(open.filter { $0.value.holdsUntil.map { now < $0 } ?? false }.keys)
        // Only a run tells that records are as their schema says, and can be published, or the end of its schedule.
        wrong.formUnion(
            open.filter { key, condition in
                (key.hasPrefix(Self.driftPrefix) || key.hasPrefix(Self.deadPrefix))
                    && condition.alert.schedule.map { known[$0] != nil } ?? false
            }.keys
        )
        for fault in view.faults {
            let alert = unloaded(fault, now)
            wrong.insert(alert.key)
            hold(alert)
        }
        for key in open.keys.sorted() {
            if wrong.contains(key) { repeatIfDue(key, at: now) } else { resolve(key, at: now) }
        }
    }

    /// Says what is new; of what is known only the words are brought up to date.
    private mutating func hold(_ alert: Alert, until: Instant? = nil) {
        guard var condition = open[alert.key] else {
            open[alert.key] = Condition(alert: alert, lastSaid: alert.at, holdsUntil: until)
            alerts.append(alert)
            return
        }
        condition.alert.run = alert.run
        condition.alert.text = alert.text
        condition.holdsNext = until
        open[alert.key] = condition
    }

    /// Takes what is not new as said.
    private mutating func adopt(_ alert: Alert, at now: Instant) {
        if open[alert.key] == nil { open[alert.key] = Condition(alert: alert, lastSaid: now) }
    }

    private func nextWord(_ condition: Condition) -> Instant {
        condition.holdsUntil ?? condition.lastSaid.advanced(by: repeatEvery)
    }

    private mutating func repeatIfDue(_ key: String, at now: Instant) {
        guard var condition = open[key], nextWord(condition) <= now else { return }
        condition.lastSaid = now
        condition.holdsUntil = condition.holdsNext
        open[key] = condition
        var alert = condition.alert
        alert.status = .repeated
        alert.at = now
        alerts.append(alert)
    }

    private mutating func resolve(_ key: String, at now: Instant) {
        guard let condition = open.removeValue(forKey: key) else { return }
        var alert = condition.alert
        alert.status = .resolved
        alert.at = now
        let isGone = alert.schedule.map { known[$0] == nil } ?? false
        alert.text = isGone ? "\(alert.schedule ?? "") is no schedule any more" : "over: \(alert.text)"
        alerts.append(alert)
    }

    // MARK: What is wrong

    private func alert(
        _ kind: Alert.Kind,
        _ key: String,
        _ schedule: ScheduleView?,
        since: Instant,
        at now: Instant,
        _ text: String
    ) -> Alert {
        Alert(
            kind: kind,
            status: .raised,
            key: key,
            at: now,
            since: since,
            schedule: schedule?.id,
            account: schedule?.account,
            text: text
        )
    }

    private func failing(_ schedule: ScheduleView, _ now: Instant) -> Alert {
        let last = schedule.lastRuns.first
        var alert = alert(
            .runFailed,
            "run/\(schedule.id)",
            schedule,
            since: last?.ended ?? now,
            at: now,
            "\(schedule.failures) runs of \(schedule.id) failed in a row"
                + (last?.errorMessage.map { ": \($0)" } ?? "")
        )
        alert.run = last?.start.run
        return alert
    }

    private func paused(_ schedule: ScheduleView, _ pause: ScheduleMachine.Pause, _ now: Instant) -> Alert {
        let until = pause.until.map { "until \($0.rfc3339())" } ?? "until somebody resumes it"
        let reason = pause.reason.isEmpty ? "" : ": \(pause.reason)"
        return alert(
            .paused,
            "paused/\(schedule.id)",
            schedule,
            since: now,
            at: now,
            "\(schedule.id) is paused by \(pause.by) \(until)\(reason)"
        )
    }

    private func late(_ schedule: ScheduleView, _ now: Instant) -> Alert {
        let first = schedule.waiting.min { $0.since < $1.since }
        return alert(
            .late,
            "late/\(schedule.id)",
            schedule,
            since: first?.since ?? now,
            at: now,
            "\(schedule.id) is due and has not begun"
                + (first.map { ": the run of \($0.nominal.rfc3339()) waits, \($0.reason)" } ?? "")
        )
    }

    private mutating func stale(_ schedule: ScheduleView, knownSince: Instant, _ now: Instant) -> Alert? {
        guard let promise = schedule.freshWithin else { return nil }
        // What never succeeded is as old as it is known.
        let since = (schedule.lastSuccess ?? knownSince).advanced(by: promise)
        guard since <= now else {
            nextStale = min(nextStale ?? since, since)
            return nil
        }
        let last = schedule.lastSuccess.map { "the last run that succeeded ended at \($0.rfc3339())" }
        return alert(
            .stale,
            "stale/\(schedule.id)",
            schedule,
            since: since,
            at: now,
            "\(schedule.id) is older than \(LengthText.short(Int(promise.components.seconds))): "
                + (last ?? "no run has succeeded yet")
        )
    }

    /// When the day of a quota is over; where nobody says, a day from now.
    private static func end(of quota: QuotaStanding, _ now: Instant) -> Instant {
        quota.resets.flatMap { $0 > now ? $0 : nil } ?? now.advanced(by: day)
    }

    private func near(_ quota: QuotaStanding, of account: AccountName, _ view: DaemonView, _ now: Instant)
        -> Alert
    {
        let isSpent = quota.remaining <= quota.reserve
        let renewal =
            quota.resets.map { "they are there again at \($0.rfc3339())" }
            ?? "each comes back a day after it went"
        let end = Self.end(of: quota, now)
        return Alert(
            kind: .quotaNear,
            status: .raised,
            key: "quota/\(account.text)",
            at: now,
            since: now,
            account: account,
            text: "of the day's \(quota.limit) requests of \(account.text) \(quota.remaining) are left, and"
                + " \(quota.reserve) are kept in reserve for others\(isSpent ? ", so that none may go" : "");"
                + " \(renewal); \(view.waiting(for: account, until: end))"
        )
    }

    private func unloaded(_ fault: DaemonView.FileFault, _ now: Instant) -> Alert {
        alert(
            .reloadFailed,
            "reload/\(fault.path)",
            nil,
            since: now,
            at: now,
            "\(fault.path) cannot be loaded; what it said before holds on: "
                + fault.messages.joined(separator: "; ")
        )
    }
}
