import JSON

extension Bookmark {
    /// The bookmark in a state record; an older format is read, a newer one refused.
    package init(_ bytes: [UInt8], account: AccountName, stream: StreamName) throws(StateError) {
        var document = try StateDocument(bytes, noun: Self.noun(account, stream), newestFormat: Self.format)
        let fingerprint = try Fingerprint(document.document("fingerprint"))
        let list = try List(document.document("list"))
        self.init(fingerprint: fingerprint, list: list, updated: 0)
        // Format 1 knew neither repeated reads nor feeds.
        if document.format >= 2 {
            feed = try document.optionalDocument("feed").map { feed throws(StateError) in try Feed(feed) }
        }
        // Format 2 knew only lists and what follows them.
        if document.format >= 3 {
            window = try document.optionalDocument("window").map { window throws(StateError) in
                try Window(window)
            }
            token = try document.optionalDocument("token").map { token throws(StateError) in
                try Token(token)
            }
            forgotten = try document.optionalInstant("forgotten")
            passes = try Passes(document.document("passes"))
        }
        // Format 3 was written by runs alone.
        if document.format >= 4 {
            changed = try document.optionalDocument("changed").map { change throws(StateError) in
                try HandChange(change)
            }
        }
        updated = Int64(try document.int("updated"))
        try document.finish()
    }

    /// The record that keeps it.
    package func record(account: AccountName, stream: StreamName) throws(StateError) -> StateRecord {
        let value: JSONValue = .object([
            .init(name: "format", value: .number(Self.format)),
            .init(name: "fingerprint", value: fingerprint.json),
            .init(name: "list", value: list.json),
            .init(name: "feed", value: feed?.json ?? .null),
            .init(name: "window", value: window?.json ?? .null),
            .init(name: "token", value: token?.json ?? .null),
            .init(name: "forgotten", value: .milliseconds(forgotten)),
            .init(name: "passes", value: passes.json),
            .init(name: "changed", value: changed?.json ?? .null),
            .init(name: "updated", value: .number(updated)),
        ])
        return StateRecord(
            key: StateKey.bookmark(account, stream).bytes,
            value: try StateDocument.encode(value, noun: Self.noun(account, stream))
        )
    }
}

extension Bookmark.List {
    fileprivate init(_ document: StateDocument) throws(StateError) {
        var document = document
        let token = try document.value("token")
        self.init(
            token: token == .null ? nil : token,
            isDone: try document.bool("done"),
            records: try document.int("records"),
            pages: try document.int("pages")
        )
        if document.format >= 2 {
            read = try document.int("read")
            since = try document.optionalInstant("since")
            isAnew = try document.bool("anew")
        }
        try document.finish()
    }

    fileprivate var json: JSONValue {
        .object([
            .init(name: "token", value: token ?? .null),
            .init(name: "done", value: .bool(isDone)),
            .init(name: "records", value: .number(records)),
            .init(name: "pages", value: .number(pages)),
            .init(name: "read", value: .number(read)),
            .init(name: "since", value: .milliseconds(since)),
            .init(name: "anew", value: .bool(isAnew)),
        ])
    }
}

extension Bookmark.Feed {
    fileprivate init(_ document: StateDocument) throws(StateError) {
        var document = document
        self.init(name: try document.text("name"), at: try document.instant("at"))
        try document.finish()
    }

    fileprivate var json: JSONValue {
        .object([
            .init(name: "name", value: .string(name)),
            .init(name: "at", value: .milliseconds(at)),
        ])
    }
}

extension Bookmark.Window {
    fileprivate init(_ document: StateDocument) throws(StateError) {
        var document = document
        self.init(at: try document.instant("at"))
        try document.finish()
    }

    fileprivate var json: JSONValue { .object([.init(name: "at", value: .milliseconds(at))]) }
}

extension Bookmark.Token {
    fileprivate init(_ document: StateDocument) throws(StateError) {
        var document = document
        self.init(
            reached: try document.optionalInstant("reached"),
            reread: try document.optionalInstant("reread")
        )
        try document.finish()
    }

    fileprivate var json: JSONValue {
        .object([
            .init(name: "reached", value: .milliseconds(reached)),
            .init(name: "reread", value: .milliseconds(reread)),
        ])
    }
}

extension Bookmark.Passes {
    fileprivate init(_ document: StateDocument) throws(StateError) {
        var document = document
        self.init(
            deletes: try document.optionalInstant("deletes"),
            reconcile: try document.optionalInstant("reconcile"),
            resweep: try document.optionalInstant("resweep")
        )
        try document.finish()
    }

    fileprivate var json: JSONValue {
        .object([
            .init(name: "deletes", value: .milliseconds(deletes)),
            .init(name: "reconcile", value: .milliseconds(reconcile)),
            .init(name: "resweep", value: .milliseconds(resweep)),
        ])
    }
}

extension StateDocument {
    fileprivate mutating func instant(_ name: String) throws(StateError) -> Instant {
        Instant(milliseconds: try int(name))
    }

    fileprivate mutating func optionalInstant(_ name: String) throws(StateError) -> Instant? {
        try optionalInt(name).map(Instant.init(milliseconds:))
    }
}

extension JSONValue {
    /// What state holds of a time: none before 1970.
    fileprivate static func milliseconds(_ time: Instant?) -> JSONValue {
        time.map { .number(max(0, $0.milliseconds)) } ?? .null
    }
}
