package import Core

/// A moment at which a schedule runs, or would.
package struct Tick: Hashable, Sendable {
    /// Why it comes.
    package enum Cause: Hashable, Sendable {
        case schedule
        /// It was missed when it was due.
        case catchUp
        /// Somebody asked for it, by an id of its own.
        case manual(id: String)
    }

    package var schedule: String
    /// The time by the timetable; of a manual one, when it was asked for.
    package var nominal: Instant
    /// When it may start: the nominal time and its jitter.
    package var due: Instant
    package var cause: Cause
    /// Not started by then, it is missed.
    package var deadline: Instant?

    /// A tick of a schedule.
    package init(
        schedule: String,
        nominal: Instant,
        due: Instant,
        cause: Cause = .schedule,
        deadline: Instant? = nil
    ) {
        self.schedule = schedule
        self.nominal = nominal
        self.due = due
        self.cause = cause
        self.deadline = deadline
    }

    /// What it is recorded under: one nominal time is one id, whether it is in time or made up for (I5).
    package var id: String {
        switch cause {
        case .schedule, .catchUp: "\(schedule)@\(nominal.rfc3339())"
        case .manual(let id): "\(schedule)!\(id)"
        }
    }

    /// Whether somebody asked for it; its nominal time is none of the timetable's.
    package var isManual: Bool {
        if case .manual = cause { true } else { false }
    }
}

/// Why a tick did not run.
package enum SkipReason: Hashable, Sendable {
    case paused(String)
    /// Another run of the schedule was active.
    case overlap
    case excluded(calendar: String)
    /// One run was enough for several: the one of this time.
    case coalesced(into: Instant)
    /// Missed, and nothing is made up for.
    case notCaughtUp
    /// Missed longer ago than is made up for.
    case outsideWindow
    /// Missed, and more than are made up for.
    case overLimit
    /// The clock was put forward over it, and it is one of many.
    case clockStep
    /// It could not start in time.
    case startDeadline
    case skipRequested(by: String)
    /// A later tick took its place while it waited.
    case replaced(by: Instant)

    /// The word for records and metrics.
    package var code: String {
        switch self {
        case .paused: "paused"
        case .overlap: "overlap"
        case .excluded: "excluded"
        case .coalesced: "coalesced"
        case .notCaughtUp, .outsideWindow, .overLimit: "missed"
        case .clockStep: "clock_step"
        case .startDeadline: "start_deadline"
        case .skipRequested: "skip_requested"
        case .replaced: "replaced"
        }
    }

    /// In words.
    package var text: String {
        switch self {
        case .paused(let reason): reason.isEmpty ? "paused" : "paused: \(reason)"
        case .overlap: "a run was still active"
        case .excluded(let calendar): "calendar: \(calendar)"
        case .coalesced(let nominal): "one run for all, that of \(nominal.rfc3339())"
        case .notCaughtUp: "missed, and catchup is none"
        case .outsideWindow: "missed longer ago than catchup_window"
        case .overLimit: "missed, and more than catchup_max"
        case .clockStep: "the clock was put forward over it"
        case .startDeadline: "could not start in time"
        case .skipRequested(let by): "skipped by \(by)"
        case .replaced(let nominal): "replaced by the tick of \(nominal.rfc3339())"
        }
    }
}

/// Ticks that did not run, one after another, for one reason.
package struct SkippedTicks: Hashable, Sendable {
    package var first: Instant
    package var last: Instant
    package var count: Int
    /// False where there were too many to count one by one.
    package var isCountExact = true
    package var reason: SkipReason

    /// Ticks from the first to the last.
    package init(first: Instant, last: Instant, count: Int, isCountExact: Bool = true, reason: SkipReason) {
        self.first = first
        self.last = last
        self.count = count
        self.isCountExact = isCountExact
        self.reason = reason
    }

    /// Both ranges as one; nil where they have two reasons, or a tick lies between them.
    package func joined(with next: SkippedTicks, in timetable: Timetable) -> SkippedTicks? {
        guard reason == next.reason, isCountExact, next.isCountExact,
            timetable.next(after: last) == next.first
        else { return nil }
        return SkippedTicks(first: first, last: next.last, count: count + next.count, reason: reason)
    }
}
