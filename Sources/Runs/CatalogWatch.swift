import Core
import Events
import Synchronization

/// Decides when the catalogue is told of a stream: where an entry is another one than before, and of its freshness.
struct CatalogWatch: Sendable {
    /// Freshness alone is told again after so long: every run would be a record an hour, or one a minute.
    private static let freshnessPause = Duration.seconds(3600)

    private let account: AccountName
    private let stream: StreamName
    private let entries: [CatalogEntry]
    /// By topic: made once, as every page asks whether anything is to be told.
    private let fingerprints: [String: String]
    private let begun: Instant
    private var known: CatalogRecord
    private var isRead = false

    /// A watch of a stream whose run began then.
    init(_ plan: CatalogPlan, account: AccountName, stream: StreamName, begun: Instant) {
        self.account = account
        self.stream = stream
        self.begun = begun
        entries = plan.entries
        fingerprints = Dictionary(plan.entries.map { ($0.topic, $0.fingerprint) }) { $1 }
        known = plan.known ?? CatalogRecord()
    }

    /// The stream was read to its end: what happened before the run began is in its topics.
    mutating func end() { isRead = true }

    private var asOf: Instant? {
        guard isRead else { return known.asOf }
        guard let last = known.asOf, begun.since(last) < Self.freshnessPause else { return begun }
        return last
    }

    private var wanted: CatalogRecord { CatalogRecord(fingerprints: fingerprints, asOf: asOf) }

    /// What the next transaction is to hold; nil where nothing is to be told.
    mutating func takeNews() throws(StateError) -> StreamNews? {
        let wanted = wanted
        guard wanted != known else { return nil }
        var notices: [Notice] = []
        for var entry in entries
        where
            wanted.asOf != known.asOf
            || wanted.fingerprints[entry.topic] != known.fingerprints[entry.topic]
        {
            entry.asOf = wanted.asOf
            notices.append(Notice(.catalog, entry.record))
        }
        for topic in known.fingerprints.keys.sorted() where wanted.fingerprints[topic] == nil {
            notices.append(Notice(.catalog, CatalogEntry.end(topic: topic, account: account, stream: stream)))
        }
        known = wanted
        return StreamNews(state: try wanted.record(account: account, stream: stream), notices: notices)
    }

    /// Whether there is anything to be told.
    var hasNews: Bool { wanted != known }
}

/// The watch of a stream, for its tasks.
final class CatalogSeat: Sendable {
    private let watch: Locked<CatalogWatch>

    init(_ watch: CatalogWatch) { self.watch = Locked(watch) }

    var hasNews: Bool { watch.withLock { $0.hasNews } }

    func end() { watch.withLock { $0.end() } }

    func takeNews() throws(StateError) -> StreamNews? {
        try watch.withLock { (watch) throws(StateError) in try watch.takeNews() }
    }
}
