import Core
import Events
import Extraction
import JSON

/// What stands on a list of all that is there, though it was never published, or as deleted only.
///
/// A search may never show an object, and what comes out of a bin again may bear its old time. Where the definition
/// says so, these are read by their keys and published; else they are counted.
final class GapFiller {
    private let context: RunContext
    private let stream: Int
    private let plan: StreamPlan
    /// Nil where they are counted only.
    private let reader: KeyedReader?
    /// Deletes that were told later may be younger than the list, or the list may lag behind them.
    private let settled: Instant
    /// Whether what nobody remembers was never published: not where old keys were forgotten, and of a stream that
    /// begins at a time (`--since`) the older ones are left out on purpose.
    private let remembersAll: Bool
    private var waiting: [[UInt8]] = []
    private var requests = 0
    private var unknown = 0
    private var deleted = 0
    /// Those that are there again under a version which is older than their delete.
    private var overruled = 0

    /// A filler behind a list that shows all deletes before a time.
    init(_ context: RunContext, stream: Int, reader: KeyedReader?, settled: Instant) {
        self.context = context
        self.stream = stream
        plan = context.plan(stream)
        self.reader = reader
        self.settled = settled
        let bookmark = context.bookmark(stream)
        remembersAll = bookmark.forgotten == nil && bookmark.list.since == nil
    }

    /// Looks through a page of the list.
    func take(_ page: KeyPage) async throws {
        let gaps = try gaps(among: page.keys)
        guard let reader else {
            deleted += gaps.count { $0.isDeleted }
            unknown += gaps.count { !$0.isDeleted }
            return
        }
        waiting += gaps.map(\.name)
        while waiting.count >= reader.size {
            let names = Array(waiting.prefix(reader.size))
            waiting.removeFirst(reader.size)
            try await fill(names, by: reader)
        }
    }

    /// Ends it: all that was found is committed, and what was not published is told.
    func finish() async throws {
        if let reader, !waiting.isEmpty { try await fill(waiting, by: reader) }
        waiting = []
        if let text = warning { context.warn(stream, text) }
    }

    private typealias Gap = (name: [UInt8], isDeleted: Bool)

    private func gaps(among names: [[UInt8]]) throws(StateError) -> [Gap] {
        let keys = names.map(plan.keys(naming:))
        let known = try context.run.destination.versions.versions(of: keys.flatMap { $0 }, stream: plan.name)
        var gaps: [Gap] = []
        var rest = known[...]
        for (name, keys) in zip(names, keys) {
            // One name may stand for several keys, of which one is published at most.
            let own = rest.prefix(keys.count)
            rest = rest.dropFirst(keys.count)
            guard own.allSatisfy({ isGap($0) }) else { continue }
            gaps.append((name, own.contains { $0 != nil }))
        }
        return gaps
    }

    private func isGap(_ known: RememberedVersion?) -> Bool {
        guard let known else { return remembersAll }
        return known.isDeleted && known.seen <= settled
    }

    private func fill(_ names: [[UInt8]], by reader: KeyedReader) async throws {
        requests += 1
        for page in try await reader.read(names, number: requests) {
            CrashPoint.hit(.afterFetch)
            try await hand(page)
        }
    }

    /// Publishes what of an answer is a gap still.
    ///
    /// A key that was merged is answered by the winner: what is published of that may be newer than an answer of a
    /// lagging replica, and its own reading tells the rest.
    private func hand(_ page: ExtractedPage) async throws {
        // What is decided here is decided by what is committed.
        try await context.committer.drain(stream)
        var events = try context.events(of: page, stream)
        let known = try context.run.destination.versions.versions(
            of: events.events.map(\.key),
            in: events.text,
            stream: plan.name
        )
        var back: [[UInt8]] = []
        var kept: [Event] = []
        for (event, known) in zip(events.events, known) where event.kind == .delete || isGap(known) {
            kept.append(event)
            if event.kind == .upsert, known != nil { back.append(Array(events.text[event.key.range])) }
        }
        // Of what is published already its own reading tells.
        let refused = try context.run.destination.versions.versions(
            of: events.refused.map(\.key),
            in: events.text,
            stream: plan.name
        )
        events.refused = zip(events.refused, refused).filter { isGap($1) }.map(\.0)
        guard !kept.isEmpty || !events.refused.isEmpty else { return }
        events.events = kept
        context.tell(stream, read: kept.count + events.refused.count)
        try await context.submit(
            stream,
            events,
            bookmark: context.move(stream) { _ in },
            facts: context.facts(stream, page.times)
        )
        try await context.committer.drain(stream)
        let now = try context.run.destination.versions.versions(of: back, stream: plan.name)
        overruled += now.count { $0?.isDeleted ?? true }
    }

    private var warning: String? {
        var parts: [String] = []
        if unknown > 0 {
            parts.append("\(unknown) records that were not published (what is new comes with the next run)")
        }
        if deleted > 0 { parts.append("\(deleted) records that were published as deleted") }
        if overruled > 0 {
            return
                "\(overruled) records are there again, under versions older than their deletes, and stay deleted "
                + "until they change; take at: out of deletes: in the definition"
        }
        guard !parts.isEmpty else { return nil }
        let other = plan.definition.isReadByKey ? ", or have it done by fills: gaps in reconcile:" : ""
        return parts.joined(separator: " and ")
            + " are in the list of what is there; publish them with --stream \(plan.name) --resync\(other)"
    }
}
