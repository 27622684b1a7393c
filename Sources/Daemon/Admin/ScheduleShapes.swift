import Core
import Scheduling

/// Schedules, as the API gives them.
enum ScheduleShapes {
    static let pause = Shape<ScheduleMachine.Pause>(
        "Pause",
        "Why a schedule starts nothing.",
        [
            .text("reason", "Why, as it was given.") { $0.reason },
            .text("by", "Who paused it.") { $0.by },
            .timeOrNull("until", "When it ends by itself; null until somebody resumes.") { $0.until },
        ]
    )

    static let tick = Shape<UpcomingTick>(
        "Tick",
        "A tick to come.",
        [
            .time("nominal", "The time by the timetable, which is the tick's name.") { $0.nominal },
            .time("due", "When it may start: the nominal time and its jitter.") { $0.due },
            .textOrNull("remark", "What a change of the clocks does to it.") { $0.remark?.text },
            .textOrNull("skipped", "Why it will not run; null where it will.") { $0.skip?.text },
            .textOrNull("deferred", "The calendar whose end it waits for.") { $0.deferral?.calendar },
            .timeOrNull("deferred_to", "When that ends; null without an end in sight.") {
                $0.deferral?.until
            },
        ]
    )

    static let ticks = Shape<TickList>(
        "Ticks",
        "The next ticks of a schedule.",
        [
            .text("schedule", "The schedule's id.") { $0.schedule },
            .text("time_zone", "The zone that its times are written in.") { $0.zone },
            .list("next", tick, "In their order, those that will not run among them.") { $0.ticks },
        ]
    )

    static let waiting = Shape<ScheduleView.Waiting>(
        "WaitingTick",
        "A tick that is due and has not begun.",
        [
            .time("nominal", "The tick's name.") { $0.nominal },
            .time("since", "Since when it waits.") { $0.since },
            .text("reason", "What it waits for.") { $0.reason },
        ]
    )

    static let policy = Shape<ScheduleView.Policy>(
        "Policy",
        "What the schedule's file says of ticks that cannot simply run.",
        [
            .text("name", "The key in the file.") { $0.name },
            .text("value", "The value, also where the file is silent.") { $0.value },
            .text("meaning", "What that means.") { $0.meaning },
        ]
    )

    static let schedule = Shape<ScheduleView>(
        "Schedule",
        "A schedule and how it stands.",
        [
            .text("id", "Its file's name without the ending.") { $0.id },
            .text("path", "Its file.") { $0.path },
            .text("account", "The account, <extractor>/<account>.") { $0.account.text },
            .textsOrNull("streams", "The streams it reads; null for the extractor's choice.") { $0.streams },
            .text("expression", "When, as the file has it.") { $0.expression },
            .text("words", "When, in words.") { $0.words },
            .text("time_zone", "The zone that its times are written in.") { $0.zone },
            .word("state", of: ScheduleView.State.allCases.map(\.rawValue), "How it stands.") {
                $0.state.rawValue
            },
            .objectOrNull("pause", pause, "Its pause; null where it is none.") { $0.pause },
            .list("next", tick, "The next ticks; a few of them.") { $0.next },
            .list("waiting", waiting, "The ticks that wait, with their reasons.") { $0.waiting },
            .textOrNull("active_run", "The run that is active.") { $0.active },
            .list("last_runs", RunShapes.summary, "The runs that ended last, the newest first.") {
                $0.lastRuns
            },
            .timeOrNull("last_success", "When a run last ended well.") { $0.lastSuccess },
            .seconds("fresh_within", "How old the last success may be; null where nothing says.") {
                $0.freshWithin
            },
            .number("failures", "Failed runs in a row.") { $0.failures },
            .text("pool", "The pool that its runs take a place in.") { $0.pool },
            .number("priority", "Of two that wait for a pool the greater goes first.") { $0.priority },
            .counts("skipped", "Ticks that did not run since the daemon began, by the code of the reason.") {
                $0.skipped
            },
            .list("policies", policy, "What the file says of ticks that cannot simply run.") { $0.policies },
        ]
    )

    static let list = Shape<SchedulePage>(
        "Schedules",
        "Schedules by id, and how all of them stand.",
        [
            .number("revision", "What they are as of; see /api/v1/changes.") { $0.revision },
            .time("at", "When that was, by the daemon's clock.") { $0.at },
            .counts("counts", "How many are in each state, whatever was asked for.") { $0.counts },
            .number("total", "How many fit what was asked for.") { $0.total },
            .list("schedules", schedule, "At most as many as asked for.") { $0.schedules },
            .textOrNull("after", "Give it as `after` for the next ones; null after the last.") { $0.after },
        ]
    )

    /// The next ticks of a schedule, with what they need to be read.
    struct TickList: Sendable {
        var schedule: String
        var zone: String
        var ticks: [UpcomingTick]
    }
}

/// Some of the schedules.
struct SchedulePage: Sendable {
    /// Which ones.
    struct Choice: Sendable {
        var states: Set<ScheduleView.State>
        /// A part of the id, the account or the words.
        var search: String
        var after: String?
        var limit: Int
    }

    let revision: Int
    let at: Instant
    let counts: [String: Int]
    let total: Int
    let schedules: [ScheduleView]
    let after: String?

    init(of view: DaemonView, _ choice: Choice) {
        revision = view.revision
        at = view.at
        var counts = Dictionary(uniqueKeysWithValues: ScheduleView.State.allCases.map { ($0.rawValue, 0) })
        for schedule in view.schedules { counts[schedule.state.rawValue, default: 0] += 1 }
        self.counts = counts
        let search = choice.search.lowercased()
        let fitting = view.schedules.filter { schedule in
            (choice.states.isEmpty || choice.states.contains(schedule.state))
                && (search.isEmpty
                    || [schedule.id, schedule.account.text, schedule.words].contains {
                        $0.lowercased().contains(search)
                    })
        }
        total = fitting.count
        let rest = choice.after.map { after in fitting.drop { $0.id <= after } } ?? fitting[...]
        schedules = Array(rest.prefix(choice.limit))
        after = rest.count > choice.limit ? schedules.last?.id : nil
    }
}
