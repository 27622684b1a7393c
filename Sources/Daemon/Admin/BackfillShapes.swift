import Core
import JSON

/// Backfills, as the API gives them.
enum BackfillShapes {
    static let backfill = Shape<BackfillView>(
        "Backfill",
        "A stretch of time of a schedule that is read again, chunk by chunk.",
        [
            .text("id", "Its id.") { $0.note.backfill.id },
            .text("schedule", "The schedule that it belongs to.") { $0.note.schedule },
            .text("account", "The account, <extractor>/<account>.") { $0.note.account.text },
            .word("status", of: BackfillRecord.Status.allCases.map(\.rawValue), "How it stands.") {
                $0.note.backfill.status.rawValue
            },
            .textsOrNull("streams", "The streams it reads; null for those that can be read by time.") {
                $0.note.backfill.streams
            },
            .time("from", "Its first moment.") { $0.note.backfill.from },
            .time("to", "The moment behind its last one.") { $0.note.backfill.to },
            .number("chunk_seconds", "How long a chunk is.") { $0.note.backfill.chunk },
            .number("done", "How many chunks are done.") { $0.note.backfill.done },
            .number("chunks", "How many it has in all.") { $0.note.backfill.chunks },
            .textOrNull("run", "The run of the chunk that is being read.") { $0.run },
            .textOrNull("waiting", "What the next chunk waits for.") { $0.waiting },
            .text("by", "Who asked for it.") { $0.note.backfill.by },
            .time("created", "When it was asked for.") { $0.note.backfill.created },
            .timeOrNull("ended", "When it ended; null while it goes on.") { $0.note.backfill.ended },
            .textOrNull("reason", "Why it ended, where it is not done.") { $0.note.backfill.reason },
        ]
    )

    static let list = Shape<BackfillPage>(
        "Backfills",
        "The backfills that go on, and those that ended last.",
        [
            .number("revision", "What they are as of; see /api/v1/changes.") { $0.revision },
            .time("at", "When that was, by the daemon's clock.") { $0.at },
            .list("backfills", backfill, "The newest first.") { $0.backfills },
        ]
    )
}

/// Some of the backfills.
struct BackfillPage: Sendable {
    let revision: Int
    let at: Instant
    let backfills: [BackfillView]

    init(of view: DaemonView, schedule: String?) {
        revision = view.revision
        at = view.at
        backfills = view.backfills.filter { backfill in schedule.map { $0 == backfill.note.schedule } ?? true
        }
    }
}
