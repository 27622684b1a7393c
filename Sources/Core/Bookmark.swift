package import JSON

/// How far a stream has been read: what commits with the events of each page (I1).
package struct Bookmark: Hashable, Sendable {
    /// The format that this version writes.
    package static let format = 4

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

    /// Progress through time, of a stream that is read window by window.
    package struct Window: Hashable, Sendable {
        /// Everything before this is read and published; a whole number of milliseconds since 1970.
        package var at: Instant

        /// A place in time.
        package init(at: Instant) { self.at = at }
    }

    /// Progress by a token of the server's, beside the token itself, which is the list's.
    package struct Token: Hashable, Sendable {
        /// The newest version that was read: where to begin again should the token be lost.
        package var reached: Instant?
        /// When what may have become visible late was last read again.
        package var reread: Instant?

        /// Progress; by default none.
        package init(reached: Instant? = nil, reread: Instant? = nil) {
            self.reached = reached
            self.reread = reread
        }
    }

    /// When what is done now and then was begun that was last brought to its end; nil where it never was.
    package struct Passes: Hashable, Sendable {
        package var deletes: Instant?
        package var reconcile: Instant?
        /// The deeper reading of windows; of a stream with a feed, or one that is read whole every so often, the list.
        package var resweep: Instant?

        /// Passes; by default none.
        package init(deletes: Instant? = nil, reconcile: Instant? = nil, resweep: Instant? = nil) {
            self.deletes = deletes
            self.reconcile = reconcile
            self.resweep = resweep
        }
    }

    package var fingerprint: Fingerprint
    package var list: List
    /// Nil where no feed is followed, or none yet.
    package var feed: Feed?
    /// Nil where the stream is not read by windows, or was not yet.
    package var window: Window?
    /// Nil where the stream is not read by a token, or was not yet.
    package var token: Token?
    /// Of keys whose ordered version is older than this nothing may be remembered any more.
    package var forgotten: Instant?
    package var passes: Passes
    /// What somebody made of it by hand; nil once a run has gone on from there.
    package var changed: HandChange?
    /// When it was written, in milliseconds since 1970, as Kafka's own timestamps are.
    package var updated: Int64

    /// A bookmark.
    package init(
        fingerprint: Fingerprint,
        list: List,
        feed: Feed? = nil,
        window: Window? = nil,
        token: Token? = nil,
        forgotten: Instant? = nil,
        passes: Passes = Passes(),
        changed: HandChange? = nil,
        updated: Int64
    ) {
        self.fingerprint = fingerprint
        self.list = list
        self.feed = feed
        self.window = window
        self.token = token
        self.forgotten = forgotten
        self.passes = passes
        self.changed = changed
        self.updated = updated
    }

    /// The bookmark of the next full read of its stream, from the list's start and under the definition of now.
    ///
    /// That read publishes only what differs, or all of it where what was published is gone (`isLost`, or a topic that
    /// is another one); an earlier read of all that did not come to its end has not made up for the loss yet. What is
    /// forgotten stays so: of a key that nobody knows, a delete may still have to be told.
    package func anew(isLost: Bool, fingerprint now: Fingerprint? = nil, since: Instant? = nil) -> Bookmark {
        let now = now ?? fingerprint
        let isUnfinished = list.isAnew && !list.isDone
        let isAnew = isLost || isUnfinished || now.topic != fingerprint.topic
        return Bookmark(
            fingerprint: now,
            list: List(read: list.read + 1, since: since, isAnew: isAnew),
            // What was published is not there any more, so nobody waits for its deletes.
            forgotten: isAnew ? nil : forgotten,
            updated: updated
        )
    }

    /// Whether it was reset, and nothing was read since: nothing of it depends on the definition.
    package var isReset: Bool { changed?.kind == .reset }

    /// A bookmark that was reset, under the definition of now: as `anew` has it, in another topic nothing is there yet.
    package func under(_ now: Fingerprint, since: Instant? = nil) -> Bookmark {
        var bookmark = self
        bookmark.list.since = since
        if now.topic != fingerprint.topic {
            bookmark.list.isAnew = true
            bookmark.forgotten = nil
        }
        bookmark.fingerprint = now
        return bookmark
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

    static func noun(_ account: AccountName, _ stream: StreamName) -> String {
        "the bookmark of \(account) \(stream)"
    }
}
