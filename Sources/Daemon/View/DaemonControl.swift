package import Core
package import Events
package import Scheduling

/// What the API and the page ask of the daemon, and nothing else.
package protocol DaemonControl: Sendable {
    /// All of it as it is now.
    func view() async -> DaemonView
    /// The same without what only a reader wants: no next ticks, and nothing of a schedule in words.
    func outline() async -> DaemonView
    /// The number of its last change.
    func revision() async -> Int
    /// One schedule as it is now; nil where there is none of that id.
    func schedule(_ id: String) async -> ScheduleView?
    /// Returns once the revision is another than this one, or after so long.
    func change(from revision: Int, within patience: Duration) async
    /// One run with all its streams; nil where it is not known any more.
    func run(_ id: String) async -> RunView?
    /// The end of a run's log, also while it runs; nil where it is not known.
    func log(of run: String) async -> String?
    /// The next ticks of a schedule; nil where there is no such schedule.
    func upcoming(_ schedule: String, count: Int) async -> [UpcomingTick]?
    /// Posts a command and gives what became of it: `accepted` where a run comes of it, else when it is durable.
    func ask(_ verb: DaemonCommand.Verb, by: String) async throws -> CommandAnswer
    /// How far the streams of an account have been read; nil where no schedule reads it.
    func bookmarks(of account: AccountName) async throws -> [BookmarkView]?
    /// The topics that the account's events go to, with how many records each holds.
    func topics() async throws -> [TopicView]
    /// What the catalogue says of every topic of events.
    func catalog() async throws -> [CatalogSummary]
    /// What it says of one topic, with its fields and how records differ from their schemas.
    func catalog(of topic: String) async throws -> TopicCatalog
    /// The last events of a topic, the newest first; nil where no events go to it: others hold what is nobody's business.
    func events(of topic: String, count: Int) async throws -> [EventView]?
    /// The metrics, as Prometheus reads them.
    func metrics() async -> [UInt8]
    /// Whether the scheduler's loop looked at its clock lately.
    func isAlive() async -> Bool
    /// What keeps it from being ready, each in words; empty where it is.
    func unreadiness() async -> [String]
}

/// A topic of events as it is shown.
package struct TopicView: Hashable, Sendable {
    package var name: String
    package var account: AccountName
    package var stream: String
    /// Over all partitions; what compaction removed counts as well.
    package var records: Int64

    /// A topic.
    package init(name: String, account: AccountName, stream: String, records: Int64) {
        self.name = name
        self.account = account
        self.stream = stream
        self.records = records
    }
}

/// What the catalogue says of a topic.
package struct TopicCatalog: Hashable, Sendable {
    package var topic: String
    /// One of each stream whose records go there; none of a topic that no run has told of.
    package var entries: [CatalogEntry]
    /// How records of theirs differ from their schemas.
    package var drift: [SchemaNotice]

    /// Entries, and what is known of their streams.
    package init(topic: String, entries: [CatalogEntry], drift: [SchemaNotice]) {
        self.topic = topic
        self.entries = entries
        self.drift = drift
    }
}

/// An event as it is shown.
package struct EventView: Sendable {
    /// A header and its value as text.
    package struct Header: Hashable, Sendable {
        package var name: String
        package var value: String

        /// A header.
        package init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    package var partition: Int
    package var offset: Int64
    package var at: Instant
    package var key: String
    package var headers: [Header]
    /// Nil for a delete.
    package var value: String?
    /// The id of its schema in the registry; nil where the value names none.
    package var schema: Int?

    /// An event.
    package init(
        partition: Int,
        offset: Int64,
        at: Instant,
        key: String,
        headers: [Header],
        value: String?,
        schema: Int? = nil
    ) {
        self.partition = partition
        self.offset = offset
        self.at = at
        self.key = key
        self.headers = headers
        self.value = value
        self.schema = schema
    }
}
