package import Core

/// Decides which pages go together into the next transaction, and what is redone after an abort.
///
/// Group commit: what became ready while the last transaction was committing goes together in the next one; nothing
/// waits on purpose. The caps limit grouping and never split a page. An aborted group is redone without the stream
/// that the report names, or stream by stream where none is named, so that only the culprit fails.
package struct GroupMachine {
    /// A page with the bookmark that covers it.
    package struct Entry: Sendable {
        package var stream: Int
        package var page: EventPage
        /// Nil where a later entry's covers it.
        package var bookmark: StateRecord?
        /// Nil where nothing is remembered of the stream.
        package var facts: PageFacts?
        /// What is remembered beside the page's own keys.
        package var changes: [VersionChange]
        /// What is told of the stream beside.
        package var news: [StreamNews]
        /// What of it became a dead letter; only of an entry that is committed.
        package var letters: [DeadLetter] = []

        /// An entry of a stream, by its number in the run.
        package init(
            stream: Int,
            page: EventPage,
            bookmark: StateRecord?,
            facts: PageFacts? = nil,
            changes: [VersionChange] = [],
            news: [StreamNews] = []
        ) {
            self.stream = stream
            self.page = page
            self.bookmark = bookmark
            self.facts = facts
            self.changes = changes
            self.news = news
        }

        /// What it puts into a transaction, by what there is more of.
        var recordCount: Int { max(page.events.count, changes.count) }
    }

    /// The bounds of a group and of what waits for the next one (I7).
    package struct Caps: Sendable {
        package var records = 5_000
        package var bytes = 16 << 20
        /// How often one stream's pages are tried again, alone, after aborts that name nobody.
        package var redos = 3

        /// The caps that the design states.
        package init() {}
    }

    private let caps: Caps
    private var waiting: [Entry] = []
    /// What waits, counted as it comes and goes: it is asked for at each page.
    private var waitingRecords = 0
    private var waitingBytes = 0
    private var inFlight: [Entry] = []
    /// Streams whose pages go alone until they are through: set after an abort that named nobody.
    private var alone: [Int] = []
    private var redos: [Int: Int] = [:]
    package private(set) var failures: [Int: any Error] = [:]

    /// A machine with nothing waiting.
    package init(caps: Caps = Caps()) { self.caps = caps }

    /// Whether another page may be queued: what waits is bounded by one group.
    package var hasRoom: Bool {
        waiting.isEmpty || waitingRecords < caps.records && waitingBytes < caps.bytes
    }

    package var isIdle: Bool { waiting.isEmpty && inFlight.isEmpty }

    /// Whether pages of a stream are not committed yet.
    package func isPending(_ stream: Int) -> Bool {
        waiting.contains { $0.stream == stream } || inFlight.contains { $0.stream == stream }
    }

    /// Whether some children of a parent are not committed yet.
    package func isPending(_ stream: Int, parent: [UInt8]) -> Bool {
        waiting.contains { $0.stream == stream && $0.facts?.parent == parent }
            || inFlight.contains { $0.stream == stream && $0.facts?.parent == parent }
    }

    /// Queues a page; of a stream that has failed nothing is taken any more (I2).
    package mutating func add(_ entry: Entry) {
        guard failures[entry.stream] == nil else { return }
        waiting.append(entry)
        count(entry, 1)
    }

    private mutating func count(_ entry: Entry, _ times: Int) {
        waitingRecords += times * entry.recordCount
        waitingBytes += times * entry.page.byteCount
    }

    /// The entries of the next group, oldest first; nil where nothing waits or a group is in flight.
    package mutating func takeGroup() -> [Entry]? {
        guard inFlight.isEmpty, !waiting.isEmpty else { return nil }
        while let first = alone.first, !waiting.contains(where: { $0.stream == first }) {
            alone.removeFirst()
        }
        var records = 0
        var bytes = 0
        var rest: [Entry] = []
        var isFull = false
        for entry in waiting {
            let belongs = alone.first.map { $0 == entry.stream } ?? true
            let fits =
                inFlight.isEmpty
                || records + entry.recordCount <= caps.records
                    && bytes + entry.page.byteCount <= caps.bytes
            if belongs, fits, !isFull {
                inFlight.append(entry)
                count(entry, -1)
                records += entry.recordCount
                bytes += entry.page.byteCount
            } else {
                // Once a page did not fit, no later one may pass it: a stream's pages keep their order.
                if belongs { isFull = true }
                rest.append(entry)
            }
        }
        waiting = rest
        return inFlight
    }

    /// One bookmark a stream: the last one, which covers the pages before it.
    package static func lastBookmarks(_ entries: [Entry]) -> [StateRecord] {
        var last: [Int: Int] = [:]
        for (position, entry) in entries.enumerated() where entry.bookmark != nil {
            last[entry.stream] = position
        }
        return last.values.sorted().compactMap { entries[$0].bookmark }
    }

    /// What is remembered of what was told, the last of each key, and all that is told, in order.
    package static func news(_ entries: [Entry]) -> (state: [StateRecord], notices: [Notice]) {
        var state: [StateRecord] = []
        var notices: [Notice] = []
        for news in entries.flatMap(\.news) {
            state.removeAll { $0.key == news.state.key }
            state.append(news.state)
            notices += news.notices
        }
        return (state, notices)
    }

    /// The group in flight is committed.
    package mutating func committed() {
        for entry in inFlight { redos[entry.stream] = nil }
        inFlight = []
    }

    /// The group in flight is not visible and will not be: decides what is redone.
    ///
    /// With a named culprit that stream fails and the others go again; with none each stream goes alone.
    package mutating func aborted(_ error: any Error, culprit: Int?) {
        let group = inFlight
        inFlight = []
        waiting = group + waiting
        for entry in group { count(entry, 1) }
        if let culprit {
            fail(culprit, error)
            return
        }
        var streams: [Int] = []
        for entry in group where !streams.contains(entry.stream) { streams.append(entry.stream) }
        guard streams.count == 1, let only = streams.first else {
            alone = streams
            return
        }
        redos[only, default: 0] += 1
        if redos[only, default: 0] > caps.redos { fail(only, error) }
    }

    /// A stream ends here: its pages that wait are dropped, so its bookmark stays where it was.
    package mutating func fail(_ stream: Int, _ error: any Error) {
        if failures[stream] == nil { failures[stream] = error }
        for position in waiting.indices where waiting[position].stream == stream {
            count(waiting[position], -1)
        }
        waiting.removeAll { $0.stream == stream }
        alone.removeAll { $0 == stream }
    }

    /// Nothing more can be published: every stream that has pages here fails with the error.
    package mutating func failAll(_ error: any Error) {
        let streams = Set((inFlight + waiting).map(\.stream))
        inFlight = []
        for stream in streams { fail(stream, error) }
    }
}
