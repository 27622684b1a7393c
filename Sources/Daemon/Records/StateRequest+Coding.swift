import Core
import JSON

/// A change of state as a command holds it.
extension StateRequest {
    /// The verb of the commands that hold one.
    static let verb = "state"

    init(_ document: inout StateDocument) throws(StateError) {
        self.init(
            account: try document.account("account"),
            change: try StateChange(&document),
            reason: try document.text("reason")
        )
    }

    var members: [JSONValue.Member] {
        [.init(name: "account", value: .string(account.text))] + change.members + [
            .init(name: "reason", value: .string(reason))
        ]
    }
}

extension StateChange {
    fileprivate init(_ document: inout StateDocument) throws(StateError) {
        let word = try document.text("change")
        switch word {
        case "reset":
            var streams: [StreamName]?
            if let texts = try document.optionalTexts("streams") {
                streams = []
                for text in texts { streams?.append(try Self.stream(text, document.noun)) }
            }
            self = .reset(streams: streams, forgets: try document.bool("forget"))
        case "set":
            self = .set(try Self.stream(document.text("stream"), document.noun), at: try document.time("to"))
        case "skip":
            let stream = try Self.stream(document.text("stream"), document.noun)
            self = .skip(stream, try Part(&document))
        case "remove": self = .remove
        case "erase":
            self = .erase(
                ErasedKeys(
                    try Self.stream(document.text("stream"), document.noun),
                    try document.texts("keys"),
                    forgets: try document.bool("forget")
                )
            )
        case LetterWork.replay.rawValue, LetterWork.drop.rawValue:
            var streams: [StreamName] = []
            for text in try document.texts("streams") {
                streams.append(try Self.stream(text, document.noun))
            }
            let work = LetterWork(rawValue: word) ?? .replay
            self = .letters(try document.texts("letters"), of: streams, work)
        default: throw StateDocument.unreadable(document.noun, "its change is \"\(word.prefix(100))\"")
        }
    }

    private static func stream(_ text: String, _ noun: String) throws(StateError) -> StreamName {
        do {
            return try StreamName(text)
        } catch {
            throw StateDocument.unreadable(noun, error.message)
        }
    }

    fileprivate var members: [JSONValue.Member] {
        switch self {
        case .reset(let streams, let forgets):
            [
                .init(name: "change", value: "reset"),
                .init(name: "streams", value: .optional(streams.map { $0.map(\.text) })),
                .init(name: "forget", value: .bool(forgets)),
            ]
        case .set(let stream, let time):
            [
                .init(name: "change", value: "set"), .init(name: "stream", value: .string(stream.text)),
                .init(name: "to", value: .time(time)),
            ]
        case .skip(let stream, let part):
            [.init(name: "change", value: "skip"), .init(name: "stream", value: .string(stream.text))]
                + part.members
        case .remove: [.init(name: "change", value: "remove")]
        case .erase(let erased):
            [
                .init(name: "change", value: "erase"),
                .init(name: "stream", value: .string(erased.stream.text)),
                .init(name: "keys", value: .array(erased.keys.map(JSONValue.string))),
                .init(name: "forget", value: .bool(erased.forgets)),
            ]
        case .letters(let ids, let streams, let work):
            [
                .init(name: "change", value: .string(work.rawValue)),
                .init(name: "streams", value: .array(streams.map { .string($0.text) })),
                .init(name: "letters", value: .array(ids.map(JSONValue.string))),
            ]
        }
    }
}

extension StateChange.Part {
    fileprivate init(_ document: inout StateDocument) throws(StateError) {
        let word = try document.text("part")
        switch word {
        case "before": self = .before(try document.time("to"))
        case "before_page": self = .beforePage(try document.value("to"))
        case "rest": self = .rest
        default: throw StateDocument.unreadable(document.noun, "its part is \"\(word.prefix(100))\"")
        }
    }

    fileprivate var members: [JSONValue.Member] {
        switch self {
        case .before(let time): [.init(name: "part", value: "before"), .init(name: "to", value: .time(time))]
        case .beforePage(let token):
            [.init(name: "part", value: "before_page"), .init(name: "to", value: token)]
        case .rest: [.init(name: "part", value: "rest")]
        }
    }
}
