import Core
import Events
import Extraction
import JSON

/// Reads one stream's list to its end or its limit.
struct ListRun {
    private let context: RunContext
    private let stream: Int
    private let plan: StreamPlan
    /// A list that was read before, whole both times, tells by absence what was deleted in between.
    private let sweeps: Bool

    /// A reading; `maySweep` is false where it is not to delete anything.
    init(_ context: RunContext, stream: Int, maySweep: Bool = true) {
        self.context = context
        self.stream = stream
        plan = context.plan(stream)
        let list = context.bookmark(stream).list
        sweeps = maySweep && plan.definition.remembers && list.read > 1 && list.since == nil
    }

    /// Returns when every page of the reading is committed; the pages at hand commit whatever ended it.
    func run() async throws {
        var failure: (any Error)?
        var end: Bookmark.List?
        do {
            end = try await read()
        } catch {
            failure = error
        }
        // What cannot be committed is the better reason.
        try await context.committer.drain(stream)
        if let failure { throw failure }
        guard sweeps, let end else { return }
        try await AbsenceSweep(context, stream: stream).run()
        try await context.submit(
            stream,
            plan.builder.noEvents,
            bookmark: context.move(stream) { $0.list = end }
        )
        try await context.committer.drain(stream)
    }

    /// A list whose place the API does not know any more is begun again, once: what was published of it is remembered.
    private func read() async throws -> Bookmark.List? {
        do {
            return try await readOn()
        } catch let error as ExtractionError where error.code == .placeLost && plan.definition.remembers {
            context.warn(
                stream,
                "\(error.message); it is read again from its beginning, which repeats nothing"
            )
            try await context.committer.drain(stream)
            let record = try context.move(stream) { $0.list.token = nil }
            try await context.submit(stream, plan.builder.noEvents, bookmark: record)
            return try await readOn()
        }
    }

    private func readOn() async throws -> Bookmark.List? {
        try await plan.definition.parent == nil ? readPages() : readChildren()
    }

    // MARK: Records

    /// The next page is asked for while this one becomes events and waits for its transaction; gives the place at
    /// the end of the list, nil where the reading stopped before it.
    private func readPages() async throws -> Bookmark.List? {
        let reader = try ListReader(
            stream: plan.definition,
            requester: context.run.requester,
            from: context.bookmark(stream).list,
            limit: context.run.limit,
            discovered: try await context.discovered(for: plan.definition)
        )
        var page = try await next(reader)
        var place: Bookmark.List?
        while let current = page {
            CrashPoint.hit(.afterFetch)
            place = current.progress
            async let following = next(reader)
            var events = try context.events(of: current, stream)
            let held = try heldBack(events, current.times)
            events.events.removeAll { held.contains($0.key) }
            try await context.submit(
                stream,
                events,
                bookmark: bookmark(behind: current.progress),
                facts: context.facts(stream, current)
            )
            page = try await following
        }
        return place.flatMap { $0.isDone ? $0 : nil }
    }

    private func next(_ reader: ListReader) async throws -> ExtractedPage? {
        let page = try await reader.next()
        if let page { context.tell(stream, read: page.page.records.count) }
        return page
    }

    /// The keys of a page whose records may be older than what was published of them.
    ///
    /// Where a list is read again, be it behind what its feed told or from a lost place, an answer of a lagging
    /// replica may show a record as it was before. What was published less than the hold-back ago is left to the
    /// feed, which has an entry for it that is not done: the list's start covers none of them.
    private func heldBack(_ page: EventPage, _ times: AnswerTimes) throws(StateError) -> Set<ByteSlice> {
        guard let feed = plan.feed else { return [] }
        let horizon = times.asked.advanced(by: .zero - feed.holdBack)
        let known = try context.run.destination.versions.versions(
            of: page.events.map(\.key),
            in: page.text,
            stream: plan.name
        )
        var held: Set<ByteSlice> = []
        for (event, known) in zip(page.events, known) {
            guard let known, known.seen > horizon, known.isDeleted || known.content != event.content else {
                continue
            }
            held.insert(event.key)
        }
        return held
    }

    /// Leaves of a page what is as it was published.
    private func keepUnchanged(_ page: inout EventPage) throws(StateError) {
        let known = try context.run.destination.versions.versions(
            of: page.events.map(\.key),
            in: page.text,
            stream: plan.name
        )
        var unchanged: Set<ByteSlice> = []
        for (event, known) in zip(page.events, known) {
            guard let known, !known.isDeleted, known.content == event.content else { continue }
            unchanged.insert(event.key)
        }
        page.events.removeAll { !unchanged.contains($0.key) }
    }

    /// Nil at the end of a list that is swept: until then its bookmark stays before the last page.
    private func bookmark(behind place: Bookmark.List) throws(StateError) -> StateRecord? {
        guard !(sweeps && place.isDone) else { return nil }
        return try context.move(stream) { $0.list = place }
    }

    // MARK: Children

    /// Parent by parent, each with all of its children.
    private func readChildren() async throws -> Bookmark.List? {
        let reader = try ChildReader(
            stream: plan.definition,
            requester: context.run.requester,
            from: context.bookmark(stream).list,
            limit: context.run.limit,
            discovered: try await context.discovered(for: plan.definition),
            parentDiscovered: try await context.discovered(for: plan.readDefinition)
        )
        var read = try await reader.next()
        var place: Bookmark.List?
        // Parents that may be gone or not: a later one tells.
        var held: [ParentRead] = []
        while let current = read {
            CrashPoint.hit(.afterFetch)
            place = current.progress
            async let following = reader.next()
            held.append(current)
            // The last one may be none, and tells nothing.
            if !current.parent.isEmpty { context.note(current, stream) }
            try await context.checkRefused(stream, isAtEnd: false)
            if !context.isDoubtful(stream), !context.holdsRefused(stream) {
                for read in held { try await hand(read) }
                held = []
            } else if held.count == Self.heldAtOnce {
                try await handDoubtful(held)
                held = []
            }
            read = try await following
        }
        try await handDoubtful(held)
        return place.flatMap { $0.isDone ? $0 : nil }
    }

    /// So many parents wait for one that is there (I7).
    private static let heldAtOnce = 1000

    private func handDoubtful(_ reads: [ParentRead]) async throws {
        try await context.checkRefused(stream, isAtEnd: true)
        try context.checkNothingIsDeleted(with: reads.filter(\.isGone).map(\.parent), stream)
        for read in reads { try await hand(read) }
    }

    private func hand(_ read: ParentRead) async throws {
        guard !read.parent.isEmpty else {
            // The list of parents has ended: nothing but that.
            if let bookmark = try bookmark(behind: read.progress) {
                try await context.submit(stream, plan.builder.noEvents, bookmark: bookmark)
            }
            return
        }
        guard read.refusal == nil else { return try await pass(read) }
        context.tell(stream, read: read.recordCount)
        var pages = try await context.children(read.pages, of: read.parent, stream, now: read.times.now)
        if try pages.contains(where: { try !heldBack($0, read.times).isEmpty }) {
            // The children of a parent change together. What is as it was published was seen all the same, or the sweep
            // would take it for absent.
            for position in pages.indices { try keepUnchanged(&pages[position]) }
        }
        for (position, page) in pages.enumerated() where position < pages.count - 1 {
            // With the place before this parent: events without any bookmark would look like state that was lost (I2).
            let place = try context.move(stream) { _ in }
            try await context.submit(stream, page, bookmark: place, facts: facts(read))
        }
        try await context.submit(
            stream,
            pages.last ?? plan.builder.noEvents,
            bookmark: bookmark(behind: read.progress),
            facts: facts(read)
        )
    }

    /// Goes past a parent whose children may not be read: they stay as they are.
    private func pass(_ read: ParentRead) async throws {
        let changes = try await context.keeping(childrenOf: read.parent, stream)
        if let bookmark = try bookmark(behind: read.progress) {
            try await context.submit(stream, moving: bookmark, with: changes)
        } else {
            try await context.submit(stream, remembering: changes)
        }
    }

    private func facts(_ read: ParentRead) -> PageFacts? {
        context.facts(stream, read.times, parent: read.parent)
    }
}
