package import Core
import JSON
import Scheduling

extension ScheduleRecord {
    /// The record of a schedule in the state topic; an older format is read, a newer one refused.
    package init(_ bytes: [UInt8], account: AccountName, id: String) throws(StateError) {
        let noun = Self.noun(account, id)
        var document = try StateDocument(bytes, noun: noun, newestFormat: Self.format)
        let schedule = try document.text("schedule")
        guard schedule == id else {
            throw StateDocument.unreadable(noun, "it is about \(schedule)")
        }
        self.init(schedule: schedule)
        through = try document.optionalTime("through")
        if var last = try document.optionalDocument("last") {
            self.last = try TickRun(&last, schedule: schedule)
        }
        if var pause = try document.optionalDocument("pause") {
            self.pause = ScheduleMachine.Pause(
                reason: try pause.text("reason"),
                by: try pause.text("by"),
                until: try pause.optionalTime("until")
            )
            try pause.finish()
        }
        for var skip in try document.documents("skips") {
            skips[try skip.time("nominal")] = try skip.text("by")
            try skip.finish()
        }
        failures = try document.int("failures")
        commands = try document.texts("commands")
        // Format 1 knew none.
        if document.format >= 2 {
            for var backfill in try document.documents("backfills") {
                backfills.append(try BackfillRecord(&backfill))
                try backfill.finish()
            }
        }
        try document.finish()
    }

    /// The record of a schedule among its account's state, by their keys' bytes; nil where there is none yet.
    package init?(in state: [[UInt8]: [UInt8]], account: AccountName, id: String) throws(StateError) {
        guard let bytes = state[StateKey.schedule(account, id).bytes] else { return nil }
        try self.init(bytes, account: account, id: id)
    }

    /// The record as it stands in the state topic.
    package func record(account: AccountName) throws(StateError) -> StateRecord {
        let noun = Self.noun(account, schedule)
        guard StateKey.isScheduleID(schedule) else {
            throw StateError(.unreadable, "\(noun): this names no schedule; rename its file")
        }
        var members: [JSONValue.Member] = [
            // Without a backfill it stays what every version reads.
            .init(name: "format", value: .number(backfills.isEmpty ? 1 : Self.format)),
            .init(name: "schedule", value: .string(schedule)),
            .init(name: "through", value: .optional(through)),
            .init(name: "last", value: last?.json ?? .null),
            .init(name: "pause", value: pause.map(Self.json) ?? .null),
            .init(
                name: "skips",
                value: .array(
                    skips.sorted { $0.key < $1.key }.map { nominal, by in
                        .object([
                            .init(name: "nominal", value: .time(nominal)),
                            .init(name: "by", value: .string(by)),
                        ])
                    }
                )
            ),
            .init(name: "failures", value: .number(failures)),
            .init(
                name: "commands",
                value: .array(commands.suffix(Self.maximumCommands).map(JSONValue.string))
            ),
        ]
        if !backfills.isEmpty {
            members.append(
                .init(name: "backfills", value: .array(backfills.map { .object($0.members) }))
            )
        }
        return StateRecord(
            key: StateKey.schedule(account, schedule).bytes,
            value: try StateDocument.encode(
                .object(members),
                noun: noun,
                hint: "undo skips of it, or give a shorter reason for its pause"
            )
        )
    }

    private static func json(_ pause: ScheduleMachine.Pause) -> JSONValue {
        .object([
            .init(name: "reason", value: .string(pause.reason)),
            .init(name: "by", value: .string(pause.by)),
            .init(name: "until", value: .optional(pause.until)),
        ])
    }

    private static func noun(_ account: AccountName, _ id: String) -> String {
        "the record of the schedule \(id) of \(account)"
    }
}

extension ScheduleRecord.TickRun {
    fileprivate init(_ document: inout StateDocument, schedule: String) throws(StateError) {
        var tick = try document.document("tick")
        self.init(
            tick: try Tick(&tick, schedule: schedule),
            run: try document.text("run"),
            started: try document.time("started"),
            ended: try document.optionalTime("ended"),
            status: try document.optionalText("status")
        )
        try document.finish()
    }

    fileprivate var json: JSONValue {
        .object([
            .init(name: "tick", value: tick.json),
            .init(name: "run", value: .string(run)),
            .init(name: "started", value: .time(started)),
            .init(name: "ended", value: .optional(ended)),
            .init(name: "status", value: .optional(status)),
        ])
    }
}

extension Tick {
    fileprivate init(_ document: inout StateDocument, schedule: String) throws(StateError) {
        let cause: Cause
        let word = try document.text("cause")
        switch word {
        case "schedule": cause = .schedule
        case "catch_up": cause = .catchUp
        case "manual": cause = .manual(id: try document.text("id"))
        default: throw StateDocument.unreadable(document.noun, "its cause is \"\(word.prefix(100))\"")
        }
        self.init(
            schedule: schedule,
            nominal: try document.time("nominal"),
            due: try document.time("due"),
            cause: cause,
            deadline: try document.optionalTime("deadline")
        )
        try document.finish()
    }

    /// Without the schedule's id, which stands in the record.
    fileprivate var json: JSONValue {
        var members: [JSONValue.Member] = [
            .init(name: "nominal", value: .time(nominal)),
            .init(name: "due", value: .time(due)),
            .init(name: "deadline", value: .optional(deadline)),
        ]
        switch cause {
        case .schedule: members.append(.init(name: "cause", value: "schedule"))
        case .catchUp: members.append(.init(name: "cause", value: "catch_up"))
        case .manual(let id):
            members += [.init(name: "cause", value: "manual"), .init(name: "id", value: .string(id))]
        }
        return .object(members)
    }
}
