import Core
import JSON

/// Runs, as the API gives them.
enum RunShapes {
    /// The words of a run's status, with that of one that has none yet.
    static let statuses = ["running"] + RunEnd.Status.allCases.map(\.rawValue)

    static let summary = Shape<RunView>("RunSummary", "A run without its streams.", summaryFields)

    static let run = Shape<RunView>(
        "Run",
        "A run with its streams.",
        summaryFields + [
            .timeOrNull("due", "When its tick might start.") { $0.start.due },
            .textOrNull("command", "The command that asked for it.") { $0.start.command },
            .flag("resumed", "Whether a daemon that died had begun it.") { $0.start.isResumed },
            .number("transactions", "The transactions that were committed.") { $0.transactions },
            .textOrNull("waiting", "What it waits for before anything is read.") { $0.waiting },
            .list("streams", stream, "Its streams.") { $0.streams },
        ]
    )

    static let stream = Shape<RunView.StreamRow>(
        "RunStream",
        "A stream of a run.",
        [
            .text("name", "The stream's name.") { $0.name },
            .text("status", "`waiting`, `running`, `success`, `unavailable`, `failed` or `cancelled`.") {
                $0.status
            },
            .textOrNull("phase", "What is being read: `list`, `feed`, `deletes` and others.") { $0.phase },
            .number("records", "Records that were committed or are about to be.") { $0.records },
            .number("deletes", "Deletes among the events.") { $0.deletes },
            .number("pages", "Pages that were read.") { $0.pages },
            .number("requests", "Requests that were sent.") { $0.requests },
            .number("dead_letters", "Records that could not be published and are dead letters.") {
                $0.deadLetters
            },
            .textOrNull("warning", "The last thing that it warned of.") { $0.warning },
            .textOrNull("error_code", "The code of the error that ended it.") { $0.errorCode },
            .textOrNull("error_message", "The error in words, with its remedy.") { $0.errorMessage },
            .any("bookmark", "How far the stream is; null where nothing says.") { $0.bookmark ?? .null },
        ]
    )

    static let list = Shape<RunPage>(
        "Runs",
        "Runs that are active, and those that ended last.",
        [
            .number("revision", "What they are as of; see /api/v1/changes.") { $0.revision },
            .time("at", "When that was, by the daemon's clock.") { $0.at },
            .number("total", "How many fit what was asked for.") { $0.total },
            .list("runs", summary, "The newest first, at most as many as asked for.") { $0.runs },
        ]
    )

    private static let summaryFields: [Field<RunView>] = [
        .text("id", "The run's id.") { $0.start.run },
        .text("account", "The account, <extractor>/<account>.") { $0.start.account.text },
        .textOrNull("schedule", "Its schedule; null for one that `sluice sync` handed over.") {
            $0.start.schedule
        },
        .text("trigger", "`schedule`, `catch_up`, `manual`, `sync` or `backfill`.") { $0.start.trigger },
        .textOrNull("backfill", "The backfill whose chunk it reads.") { $0.start.backfill },
        .timeOrNull("nominal", "The tick that it is the run of.") { $0.start.nominal },
        .textsOrNull("selected", "The streams that were asked for; null for the extractor's choice.") {
            $0.start.streams
        },
        .number("attempt", "1 for the first.") { $0.start.attempt },
        .word("status", of: statuses, "How it ended, or that it runs.") { $0.status?.rawValue ?? "running" },
        .time("started", "When it began.") { $0.started },
        .timeOrNull("ended", "When it ended; null while it runs.") { $0.ended },
        .seconds("seconds", "How long it took; null while it runs.") { run in
            run.ended.map { max(.zero, $0.since(run.started)) }
        },
        .number("events", "The records and deletes of all its streams.") { $0.events },
        .textOrNull("error_code", "The code of the error that ended it.") { $0.errorCode },
        .textOrNull("error_message", "The error in words, with its remedy.") { $0.errorMessage },
    ]
}

/// Some of the runs.
struct RunPage: Sendable {
    /// Which ones.
    struct Choice: Sendable {
        var schedule: String?
        var statuses: Set<String>
        var limit: Int
    }

    let revision: Int
    let at: Instant
    let total: Int
    let runs: [RunView]

    init(of view: DaemonView, _ choice: Choice) {
        revision = view.revision
        at = view.at
        let fitting = view.runs.filter { run in
            choice.schedule.map { $0 == run.start.schedule } ?? true
                && (choice.statuses.isEmpty
                    || choice.statuses.contains(run.status?.rawValue ?? "running"))
        }
        total = fitting.count
        runs = Array(fitting.prefix(choice.limit))
    }
}
