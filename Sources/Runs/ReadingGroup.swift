import Core
import Events
import Extraction
import JSON

/// The streams that one reading of a stream's pages serves: the stream itself, and those that have the children of its
/// records.
///
/// Each keeps a bookmark of its own. One that fails, or reaches its limit, drops out where it stands; the others go on
/// (rule 7 of every extractor).
final class ReadingGroup {
    /// Parents whose children are read at the same time.
    private static let concurrency = 4

    let context: RunContext
    /// Whose pages are read.
    let definition: StreamDefinition
    private(set) var active: [Int]
    private(set) var failures: [Int: any Error] = [:]
    private var handed: [Int: Int] = [:]
    /// Of each stream: what is older was dealt with before its bookmark, or is not asked for by it.
    private var horizons: [Int: Instant] = [:]

    /// The streams of a group.
    init(_ context: RunContext, reading definition: StreamDefinition, streams: [Int]) {
        self.context = context
        self.definition = definition
        active = streams
    }

    /// What is older than this is nothing new for a stream, whatever else it is read for; nil where age says nothing.
    func begin(_ stream: Int, at horizon: Instant?) { horizons[stream] = horizon }

    /// The stream that the reading's requests count for, where it is not the one whose pages are read.
    var reader: StreamDefinition? {
        guard !active.contains(where: { !isChild($0) }), let first = active.first else { return nil }
        return context.plan(first).definition
    }

    /// So many records may be read at most: only where the stream itself reads alone.
    var limit: Int? {
        guard let limit = context.run.limit, active.count == 1, !isChild(active[0]) else { return nil }
        return max(0, limit - handed[active[0], default: 0])
    }

    /// Hands a page to every stream; `move` says where a bookmark stands behind it (I1).
    ///
    /// `isResumedWithin` where it is the page that the bookmarks' token leads to: of one that is read beside the token
    /// no place may be kept, or it would be taken for one in the token's page (I2).
    func hand(
        _ page: ExtractedPage,
        isResumedWithin: Bool = false,
        move: (Int, inout Bookmark) -> Void
    ) async throws {
        for stream in active {
            do {
                if isChild(stream) {
                    try await handChildren(of: page, stream, isResumedWithin) { move(stream, &$0) }
                } else {
                    try await handRecords(of: page, stream) { move(stream, &$0) }
                }
            } catch is CancellationError {
                throw CancellationError()
            } catch {
                fail(stream, error)
                // No other could do better.
                if RunContext.described(error).recovery == .failRun { throw error }
            }
        }
    }

    /// Streams that have reached their limit end here.
    func endLimited() {
        guard let limit = context.run.limit else { return }
        active.removeAll { handed[$0, default: 0] >= limit }
    }

    /// Moves every stream that is still with it, without a page; not past parents all of which were refused (I2).
    func move(_ change: (inout Bookmark) -> Void) async throws {
        for stream in active {
            if context.holdsRefused(stream) { continue }
            do {
                try await submit(stream, context.plan(stream).builder.noEvents, move: change)
            } catch is CancellationError {
                throw CancellationError()
            } catch {
                fail(stream, error)
            }
        }
    }

    /// The reading is at its end: a stream all of whose parents were refused ends, its bookmark before them.
    func checkRefused() async throws {
        for stream in active {
            do {
                try await context.checkRefused(stream, isAtEnd: true)
            } catch is CancellationError {
                throw CancellationError()
            } catch {
                fail(stream, error)
            }
        }
    }

    /// Returns when all that was handed over is committed; who could not be committed has failed.
    func drain() async {
        for stream in active {
            if let error = await context.drained(stream) { fail(stream, error) }
        }
    }

    /// Forgets what a stream at a place will not meet again.
    func forget(_ stream: Int, at place: Instant, rule: ForgetRule) async throws {
        do {
            try await Forgetting(context, stream: stream).run(
                at: place,
                rule: rule,
                behind: handed[stream, default: 0]
            )
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            fail(stream, error)
        }
    }

    /// A stream ends here; its bookmark stays before what failed.
    func fail(_ stream: Int, _ error: any Error) {
        failures[stream] = error
        active.removeAll { $0 == stream }
    }

    private func isChild(_ stream: Int) -> Bool { context.plan(stream).definition.parent != nil }

    // MARK: Records

    private func handRecords(
        of page: ExtractedPage,
        _ stream: Int,
        move: (inout Bookmark) -> Void
    ) async throws {
        let count = page.page.records.count
        if count > 0 { context.tell(stream, read: count) }
        handed[stream, default: 0] += count
        let published = horizons[stream].flatMap { horizon in
            context.bookmark(stream).forgotten.map { min($0, horizon) }
        }
        try await submit(
            stream,
            context.events(of: page, stream),
            facts: context.facts(stream, page.times, publishedBefore: published),
            move: { bookmark in
                move(&bookmark)
                guard count > 0 else { return }
                bookmark.list.records += count
                bookmark.list.pages += 1
            }
        )
    }

    /// Hands events over with the bookmark behind them; where there are none and it stays, nothing.
    private func submit(
        _ stream: Int,
        _ events: EventPage,
        facts: PageFacts? = nil,
        move: (inout Bookmark) -> Void
    ) async throws {
        let before = context.bookmark(stream)
        let record = try context.move(stream, move)
        var after = context.bookmark(stream)
        after.updated = before.updated
        guard !events.events.isEmpty || after != before else { return }
        try await context.submit(stream, events, bookmark: record, facts: facts)
    }

    // MARK: Children

    /// A record whose children are read.
    private struct ParentRecord {
        var key: [UInt8]
        var isDeleted: Bool
        /// The records of the page up to this one; nil where no run goes on behind it.
        var trail: ParentToken.Trail?
    }

    private func handChildren(
        of page: ExtractedPage,
        _ stream: Int,
        _ isResumedWithin: Bool,
        move: (inout Bookmark) -> Void
    ) async throws {
        var parents = changedParents(of: page, stream, isResumedWithin)[...]
        let limit = context.run.limit ?? .max
        let batch = context.plan(stream).definition.batch?.size
        // Where a limit may end it behind any of them, none is read in advance that takes a request of its own.
        let width = batch ?? (context.run.limit == nil ? Self.concurrency : 1)
        while !parents.isEmpty {
            let chunk = Array(parents.prefix(width))
            parents = parents.dropFirst(width)
            let reads = try await read(chunk, page, stream)
            try await context.checkRefused(stream, isAtEnd: false)
            for (parent, read) in zip(chunk, reads) {
                CrashPoint.hit(.afterFetch)
                handed[stream, default: 0] += try await context.hand(read, stream)
                if context.holdsRefused(stream) { continue }
                try await note(stream, read.recordCount, behind: parent)
                if isResumedWithin, handed[stream, default: 0] >= limit { return }
            }
        }
        try await context.seekProof(stream)
        if context.holdsRefused(stream) { return }
        try await submit(stream, context.plan(stream).builder.noEvents) { bookmark in
            move(&bookmark)
            if !page.page.records.isEmpty { bookmark.list.pages += 1 }
        }
    }

    /// The parents of a page that a stream has to look at, in its order.
    private func changedParents(
        of page: ExtractedPage,
        _ stream: Int,
        _ isResumedWithin: Bool
    ) -> [ParentRecord] {
        var parents: [ParentRecord] = []
        var trail = ParentToken.Trail()
        for record in page.page.records.indices {
            if isResumedWithin { trail.pass(record, of: page.page) }
            if let horizon = horizons[stream], let version = page.versionTime(ofRecord: record),
                version < horizon
            {
                continue
            }
            let isDeleted = !page.isDeleted.isEmpty && page.isDeleted[record]
            parents.append(
                ParentRecord(
                    key: page.keyText(ofRecord: record),
                    isDeleted: isDeleted,
                    trail: isResumedWithin ? trail : nil
                )
            )
        }
        guard isResumedWithin, let done = context.bookmark(stream).list.parents.done,
            let last = parents.firstIndex(where: { $0.trail == done.trail })
        else { return parents }
        return Array(parents[(last + 1)...])
    }

    /// The children of some parents: by one request where there is such a one, else read side by side.
    private func read(_ parents: [ParentRecord], _ page: ExtractedPage, _ stream: Int) async throws
        -> [ParentRead]
    {
        let definition = context.plan(stream).definition
        let requester = context.run.requester
        let discovered = try await context.discovered(for: definition)
        let living = parents.filter { !$0.isDeleted }.map(\.key)
        var reads: [ParentRead] = []
        if definition.batch != nil {
            reads = try await ChildReader.children(
                of: living,
                in: definition,
                requester: requester,
                discovered: discovered
            )
        } else {
            reads = try await withThrowingTaskGroup(of: ParentRead.self) { group in
                for parent in living {
                    group.addTask {
                        try await ChildReader.children(
                            of: parent,
                            in: definition,
                            requester: requester,
                            discovered: discovered
                        )
                    }
                }
                var reads: [ParentRead] = []
                while let read = try await group.next() { reads.append(read) }
                return reads
            }
        }
        try context.witness(reads, stream)
        let found = Dictionary(reads.map { ($0.parent, $0) }) { $1 }
        return parents.map { parent in
            // Of a parent that is gone the children are gone with it.
            if parent.isDeleted { return ParentRead(gone: parent.key, times: page.times) }
            guard let read = found[parent.key] else { preconditionFailure("each living parent was read") }
            return read
        }
    }

    /// Notes that a parent is done, with so many children.
    private func note(_ stream: Int, _ count: Int, behind parent: ParentRecord) async throws {
        try await submit(stream, context.plan(stream).builder.noEvents) { bookmark in
            bookmark.list.records += count
            guard let trail = parent.trail else { return }
            var token = bookmark.list.parents
            token.done = ParentToken.Done(parent: parent.key, trail: trail)
            bookmark.list.token = token.json
        }
    }
}

extension Bookmark.List {
    /// Where a child stream stands among its parent's pages.
    fileprivate var parents: ParentToken { token.flatMap { ParentToken($0) } ?? ParentToken() }
}

extension ParentRead {
    /// A parent that is gone, with all its children.
    fileprivate init(gone parent: [UInt8], times: AnswerTimes) {
        self.init(parent: parent, pages: [], progress: .start, times: times, requests: 0)
    }
}
