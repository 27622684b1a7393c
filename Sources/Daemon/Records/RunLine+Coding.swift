package import Core
import JSON
import Scheduling

extension RunLine {
    /// No line is longer, whatever it tells: below the megabyte that brokers take without being asked.
    package static let maximumBytes = 900 << 10
    /// The most of a run's log that a line keeps: its end.
    package static let maximumLogBytes = 64 << 10

    /// A line as it stands in the topic; an older format is read, a newer one refused.
    package init(_ bytes: [UInt8]) throws(StateError) {
        var document = try StateDocument(
            bytes,
            noun: Self.noun,
            newestFormat: Self.format,
            limit: 1 << 20
        )
        self.init(
            at: try document.time("at"),
            host: try document.text("host"),
            event: try Event(&document)
        )
        if document.holds(Self.erasedMember) { erased = try document.time(Self.erasedMember) }
        try document.finish()
    }

    /// The bytes of the record.
    ///
    /// A log loses its beginning where it is too long, and what else a run tells of itself is left out where the line
    /// would be.
    package func bytes() throws(StateError) -> [UInt8] {
        do {
            return try bytes(of: event.members)
        } catch let error where error.code == .tooLarge {
            guard let members = event.shorter else { throw error }
            return try bytes(of: members)
        }
    }

    private func bytes(of members: [JSONValue.Member]) throws(StateError) -> [UInt8] {
        let common: [JSONValue.Member] = [
            .init(name: "format", value: .number(Self.format)),
            .init(name: "at", value: .time(at)),
            .init(name: "host", value: .string(host)),
        ]
        let mark = erased.map { [JSONValue.Member(name: Self.erasedMember, value: .time($0))] } ?? []
        return try StateDocument.encode(
            .object(common + members + mark),
            noun: Self.noun,
            limit: Self.maximumBytes,
            hint: "give a shorter text"
        )
    }

    /// The member that says that a key was erased.
    static let erasedMember = "erased"

    /// A key that no other line has: a line can be written again under it, without something that must not stay.
    package static func newKey() -> [UInt8] { ownKeyStart + Array(RandomID.make().utf8) }

    /// Whether a record's key is its line's own; lines of earlier versions share theirs.
    static func isOwnKey(_ key: [UInt8]) -> Bool { key.starts(with: ownKeyStart) }

    private static let ownKeyStart = Array("line:".utf8)

    private static let noun = "a line of the log of runs"
}

extension RunLine.Event {
    fileprivate init(_ document: inout StateDocument) throws(StateError) {
        let word = try document.text("event")
        switch word {
        case "started": self = .started(try RunStart(&document))
        case "progress":
            self = .progress(run: try document.text("run"), streams: try document.value("streams"))
        case "ended": self = .ended(try RunFinish(&document))
        case "log": self = .log(run: try document.text("run"), text: try document.text("text"))
        case "skipped":
            self = .skipped(schedule: try document.text("schedule"), try SkippedTicks(&document))
        case "audit": self = .audit(try AuditEntry(&document))
        case "answer": self = .answer(try CommandAnswer(&document))
        case "backfill": self = .backfill(try BackfillNote(&document))
        default: throw StateDocument.unreadable(document.noun, "its event is \"\(word.prefix(100))\"")
        }
    }

    fileprivate var members: [JSONValue.Member] {
        switch self {
        case .started(let start): Self.named("started", start.members)
        case .progress(let run, let streams):
            Self.named(
                "progress",
                [.init(name: "run", value: .string(run)), .init(name: "streams", value: streams)]
            )
        case .ended(let finish): Self.named("ended", finish.members)
        case .log(let run, let text):
            Self.named(
                "log",
                [
                    .init(name: "run", value: .string(run)),
                    .init(name: "text", value: .string(Self.end(of: text))),
                ]
            )
        case .skipped(let schedule, let ticks):
            Self.named("skipped", [.init(name: "schedule", value: .string(schedule))] + ticks.members)
        case .audit(let entry): Self.named("audit", entry.members)
        case .answer(let answer): Self.named("answer", answer.members)
        case .backfill(let note): Self.named("backfill", note.members)
        }
    }

    /// The members without what made the line too long; nil where nothing of it can be left out.
    fileprivate var shorter: [JSONValue.Member]? {
        let mark: JSONValue = .object([.init(name: "left_out", value: "it made the line too long")])
        switch self {
        case .progress(let run, _): return RunLine.Event.progress(run: run, streams: mark).members
        case .ended(var finish):
            finish.outcome = mark
            finish.errorMessage = finish.errorMessage.map(Self.end)
            return RunLine.Event.ended(finish).members
        default: return nil
        }
    }

    private static func named(_ event: String, _ members: [JSONValue.Member]) -> [JSONValue.Member] {
        [.init(name: "event", value: .string(event))] + members
    }

    /// The end of a text, in whole characters and from the beginning of a line where there is one.
    private static func end(of text: String) -> String {
        let limit = RunLine.maximumLogBytes
        guard text.utf8.count > limit else { return text }
        var bytes = Array(text.utf8.suffix(limit))
        if let line = bytes.prefix(limit / 2).firstIndex(of: UInt8(ascii: "\n")) {
            bytes.removeFirst(line + 1)
        } else if let whole = bytes.firstIndex(where: { $0 & 0xc0 != 0x80 }) {
            bytes.removeFirst(whole)
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension RunStart {
    fileprivate init(_ document: inout StateDocument) throws(StateError) {
        self.init(
            run: try document.text("run"),
            account: try document.account("account"),
            schedule: try document.optionalText("schedule"),
            trigger: try document.text("trigger"),
            command: try document.optionalText("command"),
            nominal: try document.optionalTime("nominal"),
            due: try document.optionalTime("due"),
            streams: try document.optionalTexts("streams"),
            attempt: try document.int("attempt"),
            isResumed: try document.bool("resumed")
        )
        if document.holds("backfill") { backfill = try document.text("backfill") }
    }

    fileprivate var members: [JSONValue.Member] {
        var members: [JSONValue.Member] = [
            .init(name: "run", value: .string(run)),
            .init(name: "account", value: .string(account.text)),
            .init(name: "schedule", value: .optional(schedule)),
            .init(name: "trigger", value: .string(trigger)),
            .init(name: "command", value: .optional(command)),
            .init(name: "nominal", value: .optional(nominal)),
            .init(name: "due", value: .optional(due)),
            .init(name: "streams", value: .optional(streams)),
            .init(name: "attempt", value: .number(attempt)),
            .init(name: "resumed", value: .bool(isResumed)),
        ]
        if let backfill { members.append(.init(name: "backfill", value: .string(backfill))) }
        return members
    }
}

extension RunFinish {
    fileprivate init(_ document: inout StateDocument) throws(StateError) {
        self.init(
            run: try document.text("run"),
            schedule: try document.optionalText("schedule"),
            account: try document.account("account"),
            status: try document.word("status"),
            exitCode: try document.int("exit_code"),
            outcome: try document.value("outcome"),
            errorCode: try document.optionalText("error_code"),
            errorMessage: try document.optionalText("error_message"),
            attempts: try document.int("attempts"),
            started: try document.time("started")
        )
    }

    fileprivate var members: [JSONValue.Member] {
        [
            .init(name: "run", value: .string(run)),
            .init(name: "schedule", value: .optional(schedule)),
            .init(name: "account", value: .string(account.text)),
            .init(name: "status", value: .string(status.rawValue)),
            .init(name: "exit_code", value: .number(exitCode)),
            .init(name: "error_code", value: .optional(errorCode)),
            .init(name: "error_message", value: .optional(errorMessage)),
            .init(name: "attempts", value: .number(attempts)),
            .init(name: "started", value: .time(started)),
            .init(name: "outcome", value: outcome),
        ]
    }
}

extension AuditEntry {
    fileprivate init(_ document: inout StateDocument) throws(StateError) {
        self.init(
            by: try document.text("by"),
            what: try document.text("what"),
            schedule: try document.optionalText("schedule"),
            account: try document.optionalAccount("account"),
            before: try document.optionalText("before"),
            after: try document.optionalText("after"),
            reason: try document.optionalText("reason"),
            command: try document.optionalText("command")
        )
    }

    fileprivate var members: [JSONValue.Member] {
        [
            .init(name: "by", value: .string(by)),
            .init(name: "what", value: .string(what)),
            .init(name: "schedule", value: .optional(schedule)),
            .init(name: "account", value: .optional(account?.text)),
            .init(name: "before", value: .optional(before)),
            .init(name: "after", value: .optional(after)),
            .init(name: "reason", value: .optional(reason)),
            .init(name: "command", value: .optional(command)),
        ]
    }
}

extension CommandAnswer {
    fileprivate init(_ document: inout StateDocument) throws(StateError) {
        self.init(
            command: try document.text("command"),
            status: try document.word("status"),
            run: try document.optionalText("run"),
            code: try document.optionalText("code"),
            message: try document.text("message")
        )
    }

    fileprivate var members: [JSONValue.Member] {
        [
            .init(name: "command", value: .string(command)),
            .init(name: "status", value: .string(status.rawValue)),
            .init(name: "run", value: .optional(run)),
            .init(name: "code", value: .optional(code)),
            .init(name: "message", value: .string(message)),
        ]
    }
}

extension SkippedTicks {
    fileprivate init(_ document: inout StateDocument) throws(StateError) {
        var reason = try document.document("reason")
        self.init(
            first: try document.time("first"),
            last: try document.time("last"),
            count: try document.int("count"),
            isCountExact: try document.bool("exact"),
            reason: try SkipReason(&reason)
        )
        try reason.finish()
    }

    fileprivate var members: [JSONValue.Member] {
        [
            .init(name: "first", value: .time(first)),
            .init(name: "last", value: .time(last)),
            .init(name: "count", value: .number(count)),
            .init(name: "exact", value: .bool(isCountExact)),
            .init(name: "reason", value: reason.json),
        ]
    }
}

extension SkipReason {
    fileprivate init(_ document: inout StateDocument) throws(StateError) {
        let word = try document.text("why")
        switch word {
        case "paused": self = .paused(try document.text("reason"))
        case "overlap": self = .overlap
        case "excluded": self = .excluded(calendar: try document.text("calendar"))
        case "coalesced": self = .coalesced(into: try document.time("into"))
        case "not_caught_up": self = .notCaughtUp
        case "outside_window": self = .outsideWindow
        case "over_limit": self = .overLimit
        case "clock_step": self = .clockStep
        case "start_deadline": self = .startDeadline
        case "skip_requested": self = .skipRequested(by: try document.text("by"))
        case "replaced": self = .replaced(by: try document.time("by"))
        default: throw StateDocument.unreadable(document.noun, "it is \"\(word.prefix(100))\"")
        }
    }

    /// The word in the log, finer than `code`, and what belongs to it.
    fileprivate var json: JSONValue {
        let (word, detail): (String, JSONValue.Member?) =
            switch self {
            case .paused(let reason): ("paused", .init(name: "reason", value: .string(reason)))
            case .overlap: ("overlap", nil)
            case .excluded(let calendar): ("excluded", .init(name: "calendar", value: .string(calendar)))
            case .coalesced(let nominal): ("coalesced", .init(name: "into", value: .time(nominal)))
            case .notCaughtUp: ("not_caught_up", nil)
            case .outsideWindow: ("outside_window", nil)
            case .overLimit: ("over_limit", nil)
            case .clockStep: ("clock_step", nil)
            case .startDeadline: ("start_deadline", nil)
            case .skipRequested(let by): ("skip_requested", .init(name: "by", value: .string(by)))
            case .replaced(let nominal): ("replaced", .init(name: "by", value: .time(nominal)))
            }
        return .object([.init(name: "why", value: .string(word))] + (detail.map { [$0] } ?? []))
    }
}
