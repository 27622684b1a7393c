package import JSON

/// What a change comes to: what is to be committed, and in words what was and what will be.
package struct ChangedState: Sendable {
    /// What becomes of one stream, or of the account where none is named.
    package struct Line: Hashable, Sendable {
        package var stream: StreamName?
        package var before: String
        package var after: String
        /// What is never read because of it.
        package var leftOut: String?

        /// A line.
        package init(stream: StreamName?, before: String, after: String, leftOut: String? = nil) {
            self.stream = stream
            self.before = before
            self.after = after
            self.leftOut = leftOut
        }
    }

    package var lines: [Line] = []
    /// What commits in one transaction.
    package var records: [StateRecord] = []
    /// The streams of which nothing is remembered any more; nil for all of the account's.
    ///
    /// It goes behind the records, in transactions of its own: it may be more than one of them holds. What is there still if
    /// that is cut short is not taken for published.
    package var forgotten: Set<StreamName>? = []

    /// Lines and the records that they are about.
    package init(lines: [Line] = [], records: [StateRecord] = []) {
        self.lines = lines
        self.records = records
    }

    /// Whether anything is to be forgotten.
    package var forgets: Bool { forgotten.map { !$0.isEmpty } ?? true }

    /// All that was, in a line.
    package var before: String { text(\.before) }
    /// All that will be, and what is left out.
    package var after: String {
        text { line in line.after + (line.leftOut.map { "; left out: \($0)" } ?? "") }
    }

    private func text(_ part: (Line) -> String) -> String {
        lines.map { line in (line.stream.map { "\($0): " } ?? "") + part(line) }.joined(separator: "; ")
    }

    /// As programs read it.
    package var json: JSONValue {
        .array(
            lines.map { line in
                [
                    "stream": line.stream.map { .string($0.text) } ?? .null, "before": .string(line.before),
                    "after": .string(line.after), "left_out": .optional(line.leftOut),
                ]
            }
        )
    }
}

extension StateRequest {
    /// What it comes to for an account's state as it is; throws where it has no meaning, and says what has.
    package func applied(to state: [[UInt8]: [UInt8]], by: String, at now: Instant) throws(StateError)
        -> ChangedState
    {
        let mark = HandChange(
            kind: .reset,
            at: now,
            by: by,
            reason: String(reason.prefix(HandChange.longestReason))
        )
        switch change {
        case .reset(let streams, let forgets): return try reset(streams, forgets, state, mark)
        case .set(let stream, let time):
            let bookmark = try bookmark(of: stream, state)
            return try changed(stream, bookmark, mark, .set) { new, _ throws(StateError) in
                try BookmarkMove(account: account, stream: stream, now: now).set(&new, to: time)
                return nil
            }
        case .skip(let stream, let part):
            let bookmark = try bookmark(of: stream, state)
            return try changed(stream, bookmark, mark, .skip) { new, _ throws(StateError) in
                try BookmarkMove(account: account, stream: stream, now: now).skip(&new, part)
            }
        case .remove: return try removed(state)
        // What becomes of a letter its record decides, and what is there of a key its topics tell.
        case .letters, .erase: return ChangedState()
        }
    }

    private func bookmark(of stream: StreamName, _ state: [[UInt8]: [UInt8]]) throws(StateError) -> Bookmark {
        if let bookmark = try Bookmark(in: state, account: account, stream: stream) { return bookmark }
        let known = try Bookmark.bookmarked(in: state).map(\.text).sorted()
        let hint =
            known.isEmpty
            ? "it was never read: sluice sync reads it"
            : "those that were read are \(known.joined(separator: ", "))"
        throw StateError(.unknownStream, "\(account) has no bookmark of \(stream); \(hint)")
    }

    private func changed(
        _ stream: StreamName,
        _ before: Bookmark,
        _ mark: HandChange,
        _ kind: HandChange.Kind,
        _ move: (inout Bookmark, HandChange) throws(StateError) -> String?
    ) throws(StateError) -> ChangedState {
        var new = before
        new.changed = mark
        new.changed?.kind = kind
        let leftOut = try move(&new, mark)
        new.updated = Int64(mark.at.milliseconds)
        return ChangedState(
            lines: [.init(stream: stream, before: before.words, after: new.words, leftOut: leftOut)],
            records: [try new.record(account: account, stream: stream)]
        )
    }

    // MARK: Reset

    private func reset(
        _ streams: [StreamName]?,
        _ forgets: Bool,
        _ state: [[UInt8]: [UInt8]],
        _ mark: HandChange
    ) throws(StateError) -> ChangedState {
        let read = try Bookmark.bookmarked(in: state).sorted()
        let chosen = streams ?? read
        guard !chosen.isEmpty else {
            throw StateError(.unknownStream, "\(account) has no bookmarks: nothing of it was ever read")
        }
        var changed = ChangedState()
        for stream in chosen {
            let before = try bookmark(of: stream, state)
            var new = before.anew(isLost: forgets)
            new.changed = mark
            new.updated = Int64(mark.at.milliseconds)
            changed.lines.append(.init(stream: stream, before: before.words, after: new.words))
            changed.records.append(try new.record(account: account, stream: stream))
        }
        guard forgets else { return changed }
        changed.forgotten = Set(chosen)
        changed.records += try lengths(of: chosen, state)
        return changed
    }

    /// The lengths of topics that only these streams' events go to: where all of it goes out again, a topic may begin anew.
    private func lengths(of chosen: [StreamName], _ state: [[UInt8]: [UInt8]]) throws(StateError)
        -> [StateRecord]
    {
        var topics: Set<String> = []
        var others: Set<String> = []
        for stream in try Bookmark.bookmarked(in: state) {
            let topic = try bookmark(of: stream, state).fingerprint.topic
            if chosen.contains(stream) { topics.insert(topic) } else { others.insert(topic) }
        }
        return topics.subtracting(others).sorted().map { StateKey.topic(account, $0).bytes }
            .filter { state[$0] != nil }.map { StateRecord(key: $0, value: nil) }
    }

    // MARK: Remove

    private func removed(_ state: [[UInt8]: [UInt8]]) throws(StateError) -> ChangedState {
        guard !state.isEmpty else { throw StateError(.unknownStream, "nothing is kept of \(account)") }
        let session = StateKey.session(account).bytes
        var changed = ChangedState()
        changed.forgotten = nil
        for key in state.keys.sorted(by: { $0.lexicographicallyPrecedes($1) }) where key != session {
            changed.records.append(StateRecord(key: key, value: nil))
        }
        for stream in try Bookmark.bookmarked(in: state).sorted() {
            let before = try bookmark(of: stream, state)
            changed.lines.append(.init(stream: stream, before: before.words, after: "gone"))
        }
        let others = changed.records.count - changed.lines.count
        changed.lines.append(
            .init(stream: nil, before: "\(others) other records, and what is remembered", after: "gone")
        )
        return changed
    }
}
