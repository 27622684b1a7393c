package import Core
import JSON

extension DaemonCommand {
    /// A command as it stands in the topic; an older format is read, a newer one refused.
    package init(_ bytes: [UInt8]) throws(StateError) {
        var document = try StateDocument(bytes, noun: Self.noun, newestFormat: Self.format)
        self.init(
            id: try document.text("id"),
            by: try document.text("by"),
            at: try document.time("at"),
            expires: try document.optionalTime("expires"),
            verb: try Verb(&document)
        )
        try document.finish()
    }

    /// The bytes of the record; its key is the command's id.
    package func bytes() throws(StateError) -> [UInt8] {
        var members: [JSONValue.Member] = [
            .init(name: "format", value: .number(Self.format)),
            .init(name: "id", value: .string(id)),
            .init(name: "by", value: .string(by)),
            .init(name: "at", value: .time(at)),
            .init(name: "expires", value: .optional(expires)),
        ]
        members += verb.members
        return try StateDocument.encode(
            .object(members),
            noun: Self.noun,
            hint: "name fewer streams, or give a shorter reason"
        )
    }

    /// The key of its record.
    package var key: [UInt8] { Array(id.utf8) }

    private static let noun = "a command to the daemon"
}

extension DaemonCommand.Verb {
    fileprivate init(_ document: inout StateDocument) throws(StateError) {
        let word = try document.text("verb")
        switch word {
        case "trigger":
            self = .trigger(
                schedule: try document.text("schedule"),
                insteadOfNext: try document.bool("instead_of_next")
            )
        case "pause":
            self = .pause(
                schedule: try document.text("schedule"),
                reason: try document.text("reason"),
                until: try document.optionalTime("until")
            )
        case "resume": self = .resume(schedule: try document.text("schedule"))
        case "skip_next": self = .skipNext(schedule: try document.text("schedule"))
        case "undo_skips": self = .undoSkips(schedule: try document.text("schedule"))
        case "cancel": self = .cancel(run: try document.text("run"))
        case "backfill": self = .backfill(try DaemonCommand.BackfillRequest(&document))
        case "resume_backfill": self = .resumeBackfill(id: try document.text("backfill"))
        case "sync": self = .sync(try DaemonCommand.SyncRequest(&document))
        case StateRequest.verb: self = .state(try StateRequest(&document))
        default: throw StateDocument.unreadable(document.noun, "its verb is \"\(word.prefix(100))\"")
        }
    }

    fileprivate var members: [JSONValue.Member] {
        switch self {
        case .trigger(let schedule, let insteadOfNext):
            Self.members("trigger", schedule) + [.init(name: "instead_of_next", value: .bool(insteadOfNext))]
        case .pause(let schedule, let reason, let until):
            Self.members("pause", schedule) + [
                .init(name: "reason", value: .string(reason)), .init(name: "until", value: .optional(until)),
            ]
        case .resume(let schedule): Self.members("resume", schedule)
        case .skipNext(let schedule): Self.members("skip_next", schedule)
        case .undoSkips(let schedule): Self.members("undo_skips", schedule)
        case .cancel(let run):
            [.init(name: "verb", value: "cancel"), .init(name: "run", value: .string(run))]
        case .backfill(let request): [.init(name: "verb", value: "backfill")] + request.members
        case .resumeBackfill(let id):
            [.init(name: "verb", value: "resume_backfill"), .init(name: "backfill", value: .string(id))]
        case .sync(let request): [.init(name: "verb", value: "sync")] + request.members
        case .state(let request):
            [.init(name: "verb", value: .string(StateRequest.verb))] + request.members
        }
    }

    private static func members(_ verb: String, _ schedule: String) -> [JSONValue.Member] {
        [.init(name: "verb", value: .string(verb)), .init(name: "schedule", value: .string(schedule))]
    }
}

extension DaemonCommand.SyncRequest {
    fileprivate init(_ document: inout StateDocument) throws(StateError) {
        self.init(
            account: try document.account("account"),
            streams: try document.optionalTexts("streams"),
            limit: try document.optionalInt("limit"),
            since: try document.optionalTime("since"),
            isResync: try document.bool("resync"),
            acceptsLoss: try document.bool("accept")
        )
    }

    fileprivate var members: [JSONValue.Member] {
        [
            .init(name: "account", value: .string(account.text)),
            .init(name: "streams", value: .optional(streams)),
            .init(name: "limit", value: .optional(limit)),
            .init(name: "since", value: .optional(since)),
            .init(name: "resync", value: .bool(isResync)),
            .init(name: "accept", value: .bool(acceptsLoss)),
        ]
    }
}
