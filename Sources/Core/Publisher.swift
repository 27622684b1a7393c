/// One record of the account's state: the key is a JSON array, the value JSON or null for a tombstone.
package struct StateRecord: Hashable, Sendable {
    package var key: [UInt8]
    package var value: [UInt8]?

    /// A record of state.
    package init(key: [UInt8], value: [UInt8]?) {
        self.key = key
        self.value = value
    }
}

/// What is told of an account's events: a record of a topic of notices; a null value says that it is over.
package struct Notice: Hashable, Sendable {
    package var topic: NoticeTopic
    package var record: StateRecord

    /// A notice.
    package init(_ topic: NoticeTopic, _ record: StateRecord) {
        self.topic = topic
        self.record = record
    }
}

/// What one transaction publishes: pages of events and the state that covers them, all or nothing (I1).
package struct TransactionGroup: Sendable {
    package var pages: [EventPage]
    package var state: [StateRecord]
    /// What the account then remembers, in order: a later change of a key replaces an earlier one.
    package var versions: [VersionChange]
    /// What is told of the events, where the destination has topics for that.
    package var notices: [Notice]
    /// Records of the pages that cannot be published; a destination without a place for them fails the group.
    package var letters: [DeadLetter]
    /// Letters that are over.
    package var settled: [DeadLetter] = []

    /// A group.
    package init(
        pages: [EventPage],
        state: [StateRecord],
        versions: [VersionChange] = [],
        notices: [Notice] = [],
        letters: [DeadLetter] = []
    ) {
        self.pages = pages
        self.state = state
        self.versions = versions
        self.notices = notices
        self.letters = letters
    }

    /// What goes to the topic of dead letters.
    package func letterPages(to topic: String) -> [EventPage] {
        letters.map { $0.page(to: topic) } + settled.map { $0.end(in: topic) }
    }

    /// What goes to a topic of notices, in order.
    package func notices(to topic: NoticeTopic) -> [StateRecord] {
        notices.filter { $0.topic == topic }.map(\.record)
    }

    /// The event records over all topics, dead letters left out: the count of `sluice_txn`.
    package var eventCount: Int { pages.reduce(0) { $0 + $1.events.count } }
}

/// Commits groups, one at a time, as the account's only writer (I1, I3).
package protocol Publisher: Sendable {
    /// Publishes the group in one transaction and returns when it is committed.
    ///
    /// Throws `PublishError`: with `recovery` `.retry` nothing of the group is visible and it may be given again,
    /// in part or whole; `.failStream` names the culprit in `stream`; after `.failRun` the publisher is of no more use.
    func commit(_ group: TransactionGroup) async throws
}

/// Where an account's events and state go, while it is its only writer.
package protocol Destination: Publisher, CredentialStore {
    /// The bookmark of a stream as it was committed, before the session at least; nil where it was never read.
    func bookmark(of stream: StreamName) throws(StateError) -> Bookmark?
    /// A record of the account's state as it was committed; nil where there is none.
    func stateValue(_ key: StateKey) -> [UInt8]?
    /// What is remembered as committed: a commit that returned is in it.
    var versions: any VersionStore { get }
    /// Streams of which earlier events are not all there any more, though they were asked to be read anew: a run must
    /// publish all of them again.
    var lost: Set<StreamName> { get }
    /// Takes on topics that became known after the session had started, before anything is published to them.
    ///
    /// They are looked at as the ones of the start are: one that lost events is refused with the same error, or gone along
    /// with and then in `lost`. Afterwards they are kept and checked like any other.
    func add(_ topics: [EventTopic]) async throws
}
