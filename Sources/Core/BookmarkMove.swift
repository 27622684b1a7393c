import JSON

/// Puts a bookmark to another place by hand: only where that place has a meaning, and never silently over what was not read (I2).
struct BookmarkMove {
    let account: AccountName
    let stream: StreamName
    let now: Instant

    // MARK: Back

    /// Puts it back to a time: what lies behind that is read again, and what differs is published.
    func set(_ bookmark: inout Bookmark, to given: Instant) throws(StateError) {
        let time = try place(given, of: bookmark)
        let (place, _) = try timePlace(of: bookmark, "set")
        guard let place else {
            throw bad("keeps no time up to which it was read, so none lies before it; \(anew)")
        }
        guard time < place else {
            throw bad(
                time == place
                    ? "stands at \(time.rfc3339()) already"
                    : "stands at \(place.rfc3339()), and what lies between that and \(time.rfc3339()) would never be read; to "
                        + "leave it out: sluice state skip \(account) \(stream) --before \(time.rfc3339())"
            )
        }
        move(&bookmark, to: time)
    }

    // MARK: Over something

    /// Puts it behind what is left out, and says what that is.
    func skip(_ bookmark: inout Bookmark, _ part: StateChange.Part) throws(StateError) -> String {
        switch part {
        case .before(let given):
            let time = try place(given, of: bookmark)
            let (place, unit) = try timePlace(of: bookmark, "skip --before")
            if let place, time <= place {
                throw bad(
                    "stands at \(place.rfc3339()): what lies before \(time.rfc3339()) was read; to read it again: "
                        + "sluice state set \(account) \(stream) --at \(time.rfc3339())"
                )
            }
            move(&bookmark, to: time)
            return "\(unit) \(place.map { "from \($0.rfc3339()) " } ?? "")up to \(time.rfc3339())"
        case .rest: return try skipRest(&bookmark)
        case .beforePage(let token): return try skip(&bookmark, toPage: token)
        }
    }

    private func skipRest(_ bookmark: inout Bookmark) throws(StateError) -> String {
        guard bookmark.fingerprint.way == .list else {
            throw bad("is read by \(wayText(bookmark)) and not by a list that ends; \(Self.hint(bookmark))")
        }
        guard !bookmark.list.isDone else { throw bad("has read its list to its end: nothing of it is left") }
        guard bookmark.list.token != nil else {
            throw bad("has not begun its list: all of it would be left out; choose other streams instead")
        }
        let token = bookmark.list.token?.compactText ?? ""
        bookmark.list.token = nil
        bookmark.list.isDone = true
        return "the rest of its list, behind \(bookmark.list.records) records, at \(token.prefix(200))"
    }

    private func skip(_ bookmark: inout Bookmark, toPage token: JSONValue) throws(StateError) -> String {
        guard !bookmark.fingerprint.isChild else {
            throw bad(
                "is read along the pages of another stream, and has no page of its own; \(Self.hint(bookmark))"
            )
        }
        switch bookmark.fingerprint.way {
        case .token: break
        case .list where !bookmark.list.isDone: break
        case .list: throw bad("has read its list to its end, and stands at no page")
        case .full, .window, nil:
            throw bad("keeps no page between two runs; \(Self.hint(bookmark))")
        }
        guard let before = bookmark.list.token else {
            throw bad("stands at no page: nothing of it was read yet; read it first, with sluice sync")
        }
        guard before.isAlike(token) else {
            throw bad(
                "stands at the page \(before.compactText.prefix(200)), and \(token.compactText.prefix(200)) is no such token: "
                    + "write it in the same form"
            )
        }
        guard before != token else { throw bad("stands at that page already") }
        bookmark.list.token = token
        return
            "what lies between the pages \(before.compactText.prefix(200)) and \(token.compactText.prefix(200))"
    }

    // MARK: Places

    /// A time as bookmarks hold it; throws where none can stand there.
    private func place(_ time: Instant, of bookmark: Bookmark) throws(StateError) -> Instant {
        guard time.since(now) <= Self.tolerance else {
            throw bad("cannot be put to \(time.rfc3339()): that time is to come")
        }
        guard time >= Instant(seconds: 0) else {
            throw bad("cannot be put to \(time.rfc3339()): no place lies before 1970")
        }
        if let since = bookmark.list.since, time < since {
            throw bad(
                "was begun with --since \(since.rfc3339()), and asks for nothing older; to read older records: "
                    + anew
            )
        }
        return Instant(milliseconds: min(time, now).milliseconds)
    }

    /// The clocks of who asks and of who does it differ by as much without a word.
    private static let tolerance: Duration = .seconds(60)

    /// The time up to which a stream was read, and what lies along it; throws where it is read by no time.
    private func timePlace(of bookmark: Bookmark, _ verb: String) throws(StateError) -> (Instant?, String) {
        switch bookmark.fingerprint.way {
        case .window: return (bookmark.window?.at, "what changed")
        case .token: return (bookmark.changed?.from ?? bookmark.token?.reached, "what changed")
        case .list:
            if bookmark.list.isDone, let feed = bookmark.feed {
                return (feed.at, "what the feed \(feed.name) tells")
            }
            guard bookmark.feed == nil else {
                throw bad(
                    "is in its list, which has no times: it follows its feed behind that; wait for the list's end, or leave "
                        + "the rest of it out: sluice state skip \(account) \(stream) --rest"
                )
            }
            throw bad("is read by a list, which has no times; \(anew)")
        case .full:
            throw bad("is read whole every time, so that no place is kept of it; \(anew)")
        case nil:
            throw bad(
                "is read in a way that this version does not know (\(bookmark.fingerprint.progress)); upgrade sluice"
            )
        }
    }

    private func move(_ bookmark: inout Bookmark, to time: Instant) {
        switch bookmark.fingerprint.way {
        case .window: bookmark.window = Bookmark.Window(at: time)
        case .token:
            // Without the token a time is asked for, as at the beginning.
            bookmark.list.token = nil
            bookmark.changed?.from = time
            if bookmark.token?.reached != nil { bookmark.token?.reached = time }
        case .list, .full, nil: bookmark.feed?.at = time
        }
    }

    private func wayText(_ bookmark: Bookmark) -> String {
        switch bookmark.fingerprint.way {
        case .window: "windows of time"
        case .token: "a token"
        case .full: "its whole list every time"
        case .list, nil: "a list"
        }
    }

    private var anew: String { "to read it anew: sluice state reset \(account) --stream \(stream)" }

    private static func hint(_ bookmark: Bookmark) -> String {
        switch bookmark.fingerprint.way {
        case .window, .token: "leave out what lies before a time instead, with --before"
        case .list, .full, nil: "leave the record out at its source, or choose other streams"
        }
    }

    private func bad(_ text: String) -> StateError { StateError(.badPlace, "\(account) \(stream) \(text)") }
}

extension JSONValue {
    /// Whether two values are of one kind, and objects of the same members.
    fileprivate func isAlike(_ other: JSONValue) -> Bool {
        switch (self, other) {
        case (.string, .string), (.number, .number), (.bool, .bool), (.array, .array): true
        case (.object(let left), .object(let right)): left.map(\.name) == right.map(\.name)
        default: false
        }
    }
}
