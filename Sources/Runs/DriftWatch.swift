import Core
import Events
import JSON
import Synchronization

/// Follows how the records of one stream differ from its schema through a run: what is told, to whom, and once.
struct DriftWatch: Sendable {
    /// What a look came to.
    struct Finding: Sendable {
        /// What this run had not met before, unless it is taken as it comes.
        var drift: [SchemaDrift]
        /// What no run had met before.
        var new: [SchemaDrift]
        /// In how many ways records are known to differ now.
        var open: Int

        /// So many are named in a text.
        private static let named = 5

        /// All of it in words.
        var text: String {
            let more = drift.count - Self.named
            return "records differ from the schema: "
                + drift.prefix(Self.named).map(\.description).joined(separator: "; ")
                + (more > 0 ? "; and \(more) more" : "")
        }
    }

    let response: DriftResponse
    private let account: AccountName
    private let stream: StreamName
    private var detector: DriftDetector
    private var record: SchemaRecord
    private var notices: [SchemaNotice] = []
    /// Whether the record is another one than the state's.
    private(set) var hasNews = false

    init(_ plan: DriftPlan, account: AccountName, stream: StreamName) {
        response = plan.response
        self.account = account
        self.stream = stream
        // Where a page must not get through, every record of it is looked at.
        detector = DriftDetector(plan.schema, looksAtAll: plan.response == .stop)
        let id = plan.schema.id
        record = plan.known ?? SchemaRecord(schema: id)
        guard record.schema != id else { return }
        // Of another schema nothing that was found holds, until it is found again.
        notices = record.entries.map {
            SchemaNotice(account: account, stream: stream, entry: $0, isOver: true)
        }
        record = SchemaRecord(schema: id)
        hasNews = true
    }

    /// In how many ways records are known to differ; none where that is taken as it comes.
    var openCount: Int { response == .evolve ? 0 : record.entries.count }

    /// Looks at records within a page's bytes; nil where nothing is to be said.
    mutating func look(at records: [ByteSlice], of bytes: [UInt8], at now: Instant) -> Finding? {
        let drift = detector.look(at: records, of: bytes)
        return found(drift, at: now)
    }

    /// The stream was read to its end: says what vanished.
    mutating func end(at now: Instant) -> Finding? {
        let gone = record.entries.filter { $0.drift.kind == .gone }.map(\.drift.path)
        let ending = detector.end(steady: record.steady, gone: gone)
        if ending.steady != record.steady {
            record.set(steady: ending.steady)
            hasNews = true
        }
        for entry in record.remove(.gone, ending.returned) {
            notices.append(SchemaNotice(account: account, stream: stream, entry: entry, isOver: true))
            hasNews = true
        }
        return found(ending.gone, at: now)
    }

    private mutating func found(_ drift: [SchemaDrift], at now: Instant) -> Finding? {
        guard !drift.isEmpty else { return nil }
        var new: [SchemaDrift] = []
        for drift in drift where record.add(drift, at: now) {
            new.append(drift)
            let entry = SchemaRecord.Entry(drift: drift, since: now)
            let notice = SchemaNotice(account: account, stream: stream, entry: entry)
            // What is over and begins anew is told as it is now.
            notices.removeAll { $0.key == notice.key }
            notices.append(notice)
            hasNews = true
        }
        if response == .evolve { return new.isEmpty ? nil : Finding(drift: [], new: new, open: 0) }
        return Finding(drift: drift, new: new, open: record.entries.count)
    }

    /// What the next transaction is to hold; nil where nothing changed.
    mutating func takeNews() throws(StateError) -> StreamNews? {
        guard hasNews else { return nil }
        hasNews = false
        defer { notices = [] }
        return StreamNews(
            state: try record.record(account: account, stream: stream),
            notices: notices.map { Notice(.schemas, $0.record) }
        )
    }
}

/// The watch of a stream, for its tasks.
final class DriftSeat: Sendable {
    private let watch: Locked<DriftWatch>

    init(_ watch: DriftWatch) { self.watch = Locked(watch) }

    var response: DriftResponse { watch.withLock { $0.response } }
    var openCount: Int { watch.withLock { $0.openCount } }
    var hasNews: Bool { watch.withLock { $0.hasNews } }

    func look(at records: [ByteSlice], of bytes: [UInt8], at now: Instant) -> DriftWatch.Finding? {
        watch.withLock { $0.look(at: records, of: bytes, at: now) }
    }

    func end(at now: Instant) -> DriftWatch.Finding? { watch.withLock { $0.end(at: now) } }

    func takeNews() throws(StateError) -> StreamNews? {
        try watch.withLock { (watch) throws(StateError) in try watch.takeNews() }
    }
}
