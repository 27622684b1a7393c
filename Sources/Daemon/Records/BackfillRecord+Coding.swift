import Core
import JSON

extension BackfillRecord {
    /// The record as a part of another one.
    init(_ document: inout StateDocument) throws(StateError) {
        self.init(
            id: try document.text("backfill"),
            by: try document.text("by"),
            created: try document.time("created"),
            streams: try document.optionalTexts("streams"),
            from: try document.time("from"),
            to: try document.time("to"),
            chunk: try document.int("chunk"),
            done: try document.int("done"),
            run: try document.optionalText("run"),
            status: try document.word("status"),
            ended: try document.optionalTime("ended"),
            reason: try document.optionalText("reason")
        )
    }

    /// What `init` reads.
    var members: [JSONValue.Member] {
        [
            .init(name: "backfill", value: .string(id)),
            .init(name: "by", value: .string(by)),
            .init(name: "created", value: .time(created)),
            .init(name: "streams", value: .optional(streams)),
            .init(name: "from", value: .time(from)),
            .init(name: "to", value: .time(to)),
            .init(name: "chunk", value: .number(chunk)),
            .init(name: "done", value: .number(done)),
            .init(name: "run", value: .optional(run)),
            .init(name: "status", value: .string(status.rawValue)),
            .init(name: "ended", value: .optional(ended)),
            .init(name: "reason", value: .optional(reason)),
        ]
    }
}

extension BackfillNote {
    init(_ document: inout StateDocument) throws(StateError) {
        self.init(
            schedule: try document.text("schedule"),
            account: try document.account("account"),
            backfill: try BackfillRecord(&document)
        )
    }

    var members: [JSONValue.Member] {
        [
            .init(name: "schedule", value: .string(schedule)),
            .init(name: "account", value: .string(account.text)),
        ] + backfill.members
    }
}

extension DaemonCommand.BackfillRequest {
    init(_ document: inout StateDocument) throws(StateError) {
        self.init(
            schedule: try document.text("schedule"),
            streams: try document.optionalTexts("streams"),
            from: try document.time("from"),
            to: try document.time("to"),
            chunk: try document.int("chunk"),
            isDryRun: try document.bool("dry_run")
        )
    }

    var members: [JSONValue.Member] {
        [
            .init(name: "schedule", value: .string(schedule)),
            .init(name: "streams", value: .optional(streams)),
            .init(name: "from", value: .time(from)),
            .init(name: "to", value: .time(to)),
            .init(name: "chunk", value: .number(chunk)),
            .init(name: "dry_run", value: .bool(isDryRun)),
        ]
    }
}
