import Core
import Daemon
import JSON

/// What all runs of a demonstration came to.
struct DemoTotals: Sendable {
    /// One stream's part.
    struct Stream: Sendable {
        let source: DemoStream
        var records = 0
        var deletes = 0
        /// Where its bookmark stands, in words.
        var place = ""
        /// What its topic holds: keys with a value.
        var keys = 0

        var label: String { source.label }
    }

    private(set) var streams: [Stream]
    /// How many runs are over.
    private(set) var runs = 0
    private(set) var transactions = 0
    /// Why the last run of a schedule failed, where it did.
    private(set) var failures: [String: String] = [:]
    /// Records and deletes of the streams in the runs that go on.
    private var running: [String: (records: Int, deletes: Int)] = [:]
    /// The runs that were counted and are still among those that the daemon shows.
    private var counted: Set<String> = []
    var changes = DemoChanges.Counts()

    init(_ streams: [DemoStream]) { self.streams = streams.map { Stream(source: $0) } }

    /// Published so far, the committed part of the running ones included.
    var records: Int { streams.reduce(0) { $0 + records(of: $1) } }
    var deletes: Int { streams.reduce(0) { $0 + deletes(of: $1) } }
    var keys: Int { streams.reduce(0) { $0 + $1.keys } }

    func records(of stream: Stream) -> Int { stream.records + (running[stream.label]?.records ?? 0) }
    func deletes(of stream: Stream) -> Int { stream.deletes + (running[stream.label]?.deletes ?? 0) }

    /// Takes in the runs that the daemon shows; whether more of them are over.
    mutating func take(_ views: [RunView]) -> Bool {
        running = [:]
        let before = runs
        // The newest come first.
        for view in views.reversed() {
            if view.ended == nil {
                for row in view.streams {
                    let label = DemoStream.label(view.start.account, row.name)
                    running[label, default: (0, 0)].records += row.records
                    running[label, default: (0, 0)].deletes += row.deletes
                }
            } else if !counted.contains(view.start.run) {
                add(view)
            }
        }
        counted = Set(views.lazy.filter { $0.ended != nil }.map(\.start.run))
        return runs > before
    }

    /// A run is over.
    private mutating func add(_ view: RunView) {
        runs += 1
        transactions += view.transactions
        for row in view.streams {
            let label = DemoStream.label(view.start.account, row.name)
            guard let index = streams.firstIndex(where: { $0.label == label }) else { continue }
            streams[index].records += row.records
            streams[index].deletes += row.deletes
            let bookmark = row.bookmark.flatMap {
                try? Bookmark($0.bytes(), account: view.start.account, stream: streams[index].source.name)
            }
            if let bookmark { streams[index].place = Self.place(bookmark) }
        }
        guard let schedule = view.start.schedule, let status = view.status else { return }
        failures[schedule] =
            status.isFailure
            ? view.errorMessage ?? "the run \(view.start.run) ended as \(status.rawValue)" : nil
    }

    /// What the topics hold now.
    mutating func count(_ tail: TopicTail) {
        for index in streams.indices { streams[index].keys = tail.content(of: streams[index].source).keys }
    }

    private static func place(_ bookmark: Bookmark) -> String {
        if let reached = bookmark.feed?.at ?? bookmark.window?.at ?? bookmark.token?.reached,
            bookmark.list.isDone || bookmark.feed == nil
        {
            // Without the year, so that a line of the usual width has room for it.
            return "to \(Instant(seconds: reached.seconds).rfc3339().dropFirst(5))"
        }
        return bookmark.list.isDone ? "list read" : "list, \(bookmark.list.records) read"
    }
}
