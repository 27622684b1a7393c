import Core
import Scheduling

/// A backfill as it is shown.
package struct BackfillView: Hashable, Sendable {
    package var note: BackfillNote
    /// The run of its chunk, where one goes on.
    package var run: String?
    /// What its next chunk waits for, in words; nil where one runs, and where it is over.
    package var waiting: String?

    /// A backfill.
    package init(note: BackfillNote, run: String? = nil, waiting: String? = nil) {
        self.note = note
        self.run = run
        self.waiting = waiting
    }
}

extension DaemonMachine {
    /// The backfills that go on, and those that ended last; the newest first.
    package var backfills: [BackfillView] {
        var views: [BackfillView] = []
        for schedule in schedules.all {
            for backfill in schedule.backfills {
                let note = BackfillNote(
                    schedule: schedule.entry.schedule.id,
                    account: schedule.entry.account,
                    backfill: backfill
                )
                let run = schedule.chunks[backfill.id].flatMap { runs[$0] }
                let isRunning = run?.stage == .running
                views.append(
                    BackfillView(
                        note: note,
                        run: isRunning ? run?.id : nil,
                        waiting: isRunning ? nil : run.map { reason(of: $0) }
                    )
                )
            }
        }
        return views.sorted {
            ($0.note.backfill.created, $0.note.backfill.id) > ($1.note.backfill.created, $1.note.backfill.id)
        }
    }
}
