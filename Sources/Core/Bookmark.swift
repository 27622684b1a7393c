package import JSON

/// How far a stream has been read: what commits with the events of each page (I1).
package struct Bookmark: Hashable, Sendable {
    /// The format that this version writes.
    package static let format = 2

    /// Progress through a list.
    package struct List: Hashable, Sendable {
        /// Where to go on: whatever the API's paging needs, nil at the start.
        package var token: JSONValue?
        /// Whether the list was read to its end.
        package var isDone: Bool
        package var records: Int
        package var pages: Int
        /// The number of this full read, from 1: what is remembered of a key says in which it was last seen.
        package var read: Int
        /// Nothing older than this was asked for (`--since`).
        package var since: Instant?
        /// Whether what earlier reads published is not there any more, so that all of it goes out again.
        package var isAnew: Bool

        /// Progress; by default none.
        package init(
            token: JSONValue? = nil,
            isDone: Bool = false,
            records: Int = 0,
            pages: Int = 0,
            read: Int = 1,
            since: Instant? = nil,
            isAnew: Bool = false
        ) {
            self.token = token
            self.isDone = isDone
            self.records = records
            self.pages = pages
            self.read = read
            self.since = since
            self.isAnew = isAnew
        }
    }

    /// Progress through a feed.
    package struct Feed: Hashable, Sendable {
        package var name: String
        /// Every entry before this is done; a whole number of milliseconds since 1970.
        package var at: Instant

        /// A place in a feed.
        package init(name: String, at: Instant) {
            self.name = name
            self.at = at
        }
    }

    package var fingerprint: Fingerprint
    package var list: List
    /// Nil where no feed is followed, or none yet.
    package var feed: Feed?
    /// When it was written, in milliseconds since 1970, as Kafka's own timestamps are.
    package var updated: Int64

    /// A bookmark.
    package init(fingerprint: Fingerprint, list: List, feed: Feed? = nil, updated: Int64) {
        self.fingerprint = fingerprint
        self.list = list
        self.feed = feed
        self.updated = updated
    }

    /// The bookmark in a state record; an older format is read, a newer one refused.
    package init(_ bytes: [UInt8], account: AccountName, stream: StreamName) throws(StateError) {
        var document = try StateDocument(bytes, noun: Self.noun(account, stream), newestFormat: Self.format)
        fingerprint = try Fingerprint(document.document("fingerprint"))
        var list = try document.document("list")
        let token = try list.value("token")
        self.list = List(
            token: token == .null ? nil : token,
            isDone: try list.bool("done"),
            records: try list.int("records"),
            pages: try list.int("pages")
        )
        // Format 1 knew neither repeated reads nor feeds.
        if document.format >= 2 {
            self.list.read = try list.int("read")
            self.list.since = try list.optionalInt("since").map(Instant.init(milliseconds:))
            self.list.isAnew = try list.bool("anew")
            if var feed = try document.optionalDocument("feed") {
                self.feed = Feed(
                    name: try feed.text("name"),
                    at: Instant(milliseconds: try feed.int("at"))
                )
                try feed.finish()
            }
        }
        try list.finish()
        updated = Int64(try document.int("updated"))
        try document.finish()
    }

    /// The record that keeps it.
    package func record(account: AccountName, stream: StreamName) throws(StateError) -> StateRecord {
        let value: JSONValue = .object([
            .init(name: "format", value: .number(Self.format)),
            .init(name: "fingerprint", value: fingerprint.json),
            .init(
                name: "list",
                value: .object([
                    .init(name: "token", value: list.token ?? .null),
                    .init(name: "done", value: .bool(list.isDone)),
                    .init(name: "records", value: .number(list.records)),
                    .init(name: "pages", value: .number(list.pages)),
                    .init(name: "read", value: .number(list.read)),
                    .init(name: "since", value: list.since.map { .number($0.milliseconds) } ?? .null),
                    .init(name: "anew", value: .bool(list.isAnew)),
                ])
            ),
            .init(
                name: "feed",
                value: feed.map {
                    .object([
                        .init(name: "name", value: .string($0.name)),
                        .init(name: "at", value: .number($0.at.milliseconds)),
                    ])
                } ?? .null
            ),
            .init(name: "updated", value: .number(updated)),
        ])
        return StateRecord(
            key: StateKey.bookmark(account, stream).bytes,
            value: try StateDocument.encode(value, noun: Self.noun(account, stream))
        )
    }

    /// The bookmark of the next full read of its stream, from the list's start and under the definition of now.
    ///
    /// That read publishes only what differs, or all of it where what was published is gone (`isLost`, or a topic that
    /// is another one); an earlier read of all that did not come to its end has not made up for the loss yet.
    package func anew(isLost: Bool, fingerprint now: Fingerprint? = nil, since: Instant? = nil) -> Bookmark {
        let now = now ?? fingerprint
        let isUnfinished = list.isAnew && !list.isDone
        return Bookmark(
            fingerprint: now,
            list: List(
                read: list.read + 1,
                since: since,
                isAnew: isLost || isUnfinished || now.topic != fingerprint.topic
            ),
            updated: updated
        )
    }

    /// Refuses a bookmark that was written under another definition: going on from it could skip records (I2).
    package func check(against current: Fingerprint, account: AccountName, stream: StreamName)
        throws(StateError)
    {
        guard let difference = current.difference(from: fingerprint) else { return }
        throw StateError(
            .otherDefinition,
            "\(Self.noun(account, stream)) was written under another definition: \(difference); "
                + "undo the change, or read the stream anew with --stream \(stream) --resync"
        )
    }

    private static func noun(_ account: AccountName, _ stream: StreamName) -> String {
        "the bookmark of \(account) \(stream)"
    }
}
