import Core
import JSON
import Runs

/// What all rounds of a demonstration came to.
struct DemoTotals: Sendable {
    /// One stream's part.
    struct Stream: Sendable {
        let name: StreamName
        var records = 0
        var deletes = 0
        /// Where its bookmark stands, in words.
        var place = ""
        /// What its topic holds: keys with a value.
        var keys = 0
    }

    private(set) var streams: [Stream]
    private(set) var rounds = 0
    private(set) var transactions = 0
    /// Records and deletes of the streams in the round that runs.
    private var running: [String: (records: Int, deletes: Int)] = [:]
    var changes = DemoChanges.Counts()

    init(_ streams: [StreamName]) { self.streams = streams.map { Stream(name: $0) } }

    /// Published so far, the committed part of the running round included.
    var records: Int { streams.reduce(0) { $0 + records(of: $1) } }
    var deletes: Int { streams.reduce(0) { $0 + deletes(of: $1) } }
    var keys: Int { streams.reduce(0) { $0 + $1.keys } }

    func records(of stream: Stream) -> Int { stream.records + (running[stream.name.text]?.records ?? 0) }
    func deletes(of stream: Stream) -> Int { stream.deletes + (running[stream.name.text]?.deletes ?? 0) }

    /// News of the running round.
    mutating func take(_ event: RunEvent) {
        guard case .committed(let stream, let records, let deletes, _) = event else { return }
        running[stream] = (records, deletes)
    }

    /// A round is over.
    mutating func add(_ outcome: RunOutcome, account: AccountName) {
        rounds += 1
        transactions += outcome.transactions
        running = [:]
        for (name, stream) in outcome.streams {
            guard let index = streams.firstIndex(where: { $0.name.text == name }) else { continue }
            streams[index].records += stream.records
            streams[index].deletes += stream.deletes
            let bookmark = stream.bookmark.flatMap {
                try? Bookmark($0.bytes(), account: account, stream: streams[index].name)
            }
            if let bookmark { streams[index].place = Self.place(bookmark) }
        }
    }

    /// What the topics hold now.
    mutating func count(_ tail: TopicTail) {
        for index in streams.indices { streams[index].keys = tail.content(of: streams[index].name).keys }
    }

    private static func place(_ bookmark: Bookmark) -> String {
        guard bookmark.list.isDone else { return "list, behind \(bookmark.list.records) records" }
        guard let feed = bookmark.feed else { return "list read" }
        return "to \(feed.at.rfc3339())"
    }
}
