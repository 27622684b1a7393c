import Core

@testable import Daemon

/// Backfills of each state, of one schedule.
extension Scene {
    static let asker = "ana"

    static func backfills(of account: AccountName) -> [BackfillView] {
        func view(
            _ number: Int,
            _ status: BackfillRecord.Status,
            done: Int,
            streams: [String]? = nil,
            reason: String? = nil,
            run: String? = nil,
            waiting: String? = nil
        ) -> BackfillView {
            let created = start.advanced(by: .seconds(-7200 * number))
            let record = BackfillRecord(
                id: "backfill-20260327T0\(8 - number)1500Z-1f3a09b\(number)",
                by: asker,
                created: created,
                streams: streams,
                from: start.advanced(by: .seconds(-86_400 * 90)),
                to: start.advanced(by: .seconds(-86_400 * 30)),
                chunk: 86_400,
                done: done,
                status: status,
                ended: status == .active ? nil : created.advanced(by: .seconds(1800)),
                reason: reason
            )
            return BackfillView(
                note: BackfillNote(schedule: "stripe-balance", account: account, backfill: record),
                run: run,
                waiting: waiting
            )
        }
        return [
            view(1, .active, done: 24, streams: ["balance_transactions"], run: "01JQ5RUNNING"),
            view(2, .active, done: 0, waiting: "the pool backfill is full (1 of 1)"),
            view(
                3,
                .failed,
                done: 41,
                reason:
                    "chunk 42: stripe/globex answers 503 to every request since 04:10:11: Stripe is under maintenance"
            ),
            view(4, .cancelled, done: 7, streams: ["payouts", "charges"], reason: "ended by ben"),
            view(5, .done, done: 60),
        ]
    }

    /// One that was asked for; only what would be read is told of one that is not to begin.
    static func begin(
        _ request: DaemonCommand.BackfillRequest,
        of schedule: ScheduleView,
        by: String,
        _ state: inout FakeDaemon.State,
        at now: Instant
    ) -> CommandAnswer {
        guard request.from < request.to else {
            return CommandAnswer(
                command: "c1",
                status: .refused,
                code: "daemon.bad_time",
                message: "that is no stretch of time"
            )
        }
        let record = BackfillRecord(
            id: "backfill-\(state.commands.count)",
            by: by,
            created: now,
            streams: request.streams,
            from: request.from,
            to: request.to,
            chunk: request.chunk
        )
        guard !request.isDryRun else {
            return CommandAnswer(
                command: "c1",
                status: .done,
                message: "it would read \(record.chunks) chunks"
            )
        }
        let note = BackfillNote(schedule: schedule.id, account: schedule.account, backfill: record)
        state.view.backfills.insert(
            BackfillView(note: note, waiting: "the pool backfill is full (1 of 1)"),
            at: 0
        )
        return CommandAnswer(
            command: "c1",
            status: .done,
            run: record.id,
            message: "\(record.id) is begun: \(record.chunks) chunks"
        )
    }
}
