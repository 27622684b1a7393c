package import JSON

/// What somebody wants to make of an account's state by hand.
package enum StateChange: Hashable, Sendable {
    /// What is left out of a stream.
    package enum Part: Hashable, Sendable {
        /// What lies before a time.
        case before(Instant)
        /// The rest of a list that is under way.
        case rest
        /// What lies before a page, which a token leads to.
        case beforePage(JSONValue)
    }

    /// The streams are read anew, nil for all that were ever read.
    ///
    /// What is remembered stays, so that only what differs is published; with `forgets` it goes, and all is published again.
    case reset(streams: [StreamName]?, forgets: Bool)
    /// A stream is read again from an earlier time on.
    case set(StreamName, at: Instant)
    /// A stream goes on behind something that is never read.
    case skip(StreamName, Part)
    /// Everything that is kept of the account goes.
    case remove
    /// The records of some keys of a stream go, wherever they were published or are remembered.
    case erase(ErasedKeys)
    /// Dead letters, by their ids, of some streams are dealt with.
    case letters([String], of: [StreamName], LetterWork)

    /// The keys of a stream whose records are erased.
    package struct ErasedKeys: Hashable, Sendable {
        package var stream: StreamName
        /// As the service names the records; a key of several parts as a JSON array.
        package var keys: [String]
        /// Whether the keys themselves are forgotten as well, and with them what keeps an older state from going out again.
        package var forgets: Bool

        /// Keys of a stream.
        package init(_ stream: StreamName, _ keys: [String], forgets: Bool = false) {
            self.stream = stream
            self.keys = keys
            self.forgets = forgets
        }
    }

    /// What is done with dead letters.
    package enum LetterWork: String, CaseIterable, Sendable {
        /// Their records are published, as the definition has it by now.
        case replay
        /// They are taken away.
        case drop
    }

    /// What the audit calls it.
    package var name: String {
        switch self {
        case .reset: "state reset"
        case .set: "state set"
        case .skip: "state skip"
        case .remove: "account remove"
        case .erase: "erase"
        case .letters(_, _, let work): "dead \(work.rawValue)"
        }
    }

    /// The streams that nobody may read meanwhile; nil for all of the account's.
    package var streams: Set<String>? {
        switch self {
        case .reset(let streams, _): streams.map { Set($0.map(\.text)) }
        case .set(let stream, _), .skip(let stream, _): [stream.text]
        // The children of a record are in other streams, which the definition names.
        case .remove, .erase: nil
        case .letters(_, let streams, _): Set(streams.map(\.text))
        }
    }
}

/// A wish to change an account's state, and whose it is.
package struct StateRequest: Hashable, Sendable {
    package var account: AccountName
    package var change: StateChange
    package var reason: String

    /// A request.
    package init(account: AccountName, change: StateChange, reason: String) {
        self.account = account
        self.change = change
        self.reason = reason
    }
}

extension StateRequest {
    /// What takes the keys out of texts that are to be erased; nil where none are.
    package var eraser: KeyEraser? {
        guard case .erase(let erased) = change else { return nil }
        return KeyEraser(erased.keys.map { Array($0.utf8) })
    }

    /// What is written anew has to name no key, be it one that stands in texts by chance.
    private var strictEraser: KeyEraser? {
        guard case .erase(let erased) = change else { return nil }
        return KeyEraser(erased.keys.map { Array($0.utf8) }, isStrict: true)
    }

    /// Whether its reason, which stays in the audit, names a key that is to be erased.
    package var namesErased: Bool { strictEraser?.names(reason) ?? false }

    /// A text without the keys that are to be erased: an error, or an answer.
    package func withoutErased(_ text: String) -> String { strictEraser?.erased(text) ?? text }
}
