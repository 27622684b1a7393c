import Core
import Events
import Extraction
import JSON

/// One window of a feed: a second look at every object that it tells of, then the bookmarks.
struct FeedPart {
    /// Looks under way at the same time.
    private static let concurrency = 8
    /// So many looks of a stream in a row that failed end it for this run.
    private static let patience = 3
    /// Entries that are asked for at a time whether they are done.
    private static let chunk = 1000
    /// What is forgotten at a time at most, whatever was read.
    private static let leastForgotten = 5_000

    private let context: RunContext
    private let feed: FeedDefinition
    private let window: FeedWindow
    /// How far the bookmarks may move.
    private let end: Instant
    /// Whether nothing follows that a bookmark may pass by now.
    let isLast: Bool
    /// Up to here the window has every entry.
    private let complete: Instant
    private let rule: LookRule

    /// The part of a feed that a window shows; the bookmarks stay the hold-back behind now.
    init(_ context: RunContext, feed: FeedDefinition, window: FeedWindow) {
        self.context = context
        self.feed = feed
        self.window = window
        let held = window.now.advanced(by: .zero - feed.holdBack)
        end = min(window.end ?? held, held)
        isLast = end == held
        complete = min(window.end ?? window.now, window.now.advanced(by: .zero - feed.visibleWithin))
        rule = LookRule(holdBack: feed.holdBack)
    }

    /// What came of a window.
    struct Outcome {
        var failures: [Int: any Error] = [:]
        /// The looks taken of each stream.
        var looks: [Int: Int] = [:]
        /// The streams that reached their limit: their bookmarks stay before what was not looked at.
        var limited: Set<Int> = []
    }

    /// Looks, and moves the bookmarks of the streams; all of it is committed.
    ///
    /// `limits` bounds the looks of a stream, `begun` is when the lists were begun that this run has read.
    func run(_ streams: [Int], begun: Instant?, limits: [Int: Int]) async throws -> Outcome {
        var outcome = Outcome()
        let board = LookBoard(patience: Self.patience)
        for stream in streams {
            do {
                let looks = try self.looks(stream, begun: begun)
                // Once, before many ask for it at the same time.
                if !looks.isEmpty { _ = try await discovered(context.plan(stream)) }
                let limit = limits[stream] ?? looks.count
                board.add(looks.prefix(limit))
                outcome.looks[stream] = min(limit, looks.count)
                if limit < looks.count { outcome.limited.insert(stream) }
                for look in looks.dropFirst(limit) { board.hold(look) }
            } catch {
                outcome.failures[stream] = error
            }
        }
        try await perform(board)
        // Looks that may be older than something not listed yet are repeated, once, when no replica lags behind it.
        if let wait = board.takeWaiting() {
            try await context.run.clock.sleep(wait)
            try await perform(board)
        }
        for stream in streams where outcome.failures[stream] == nil {
            do {
                try await close(stream, heldAt: board.held(stream))
                outcome.failures[stream] = board.error(of: stream)
            } catch {
                outcome.failures[stream] = error
            }
        }
        return outcome
    }

    // MARK: What to look at

    /// The looks that are due for a stream, oldest entry first.
    private func looks(_ stream: Int, begun: Instant?) throws -> [Look] {
        let plan = context.plan(stream)
        guard let place = context.bookmark(stream).feed?.at else { return [] }
        let from = place.advanced(by: .zero - feed.overlap)
        var looks: [Look] = []
        var positions: [[UInt8]: Int] = [:]
        for (entry, kind) in try open(of: plan, from: from) {
            // Where a list was the first look at it, the next one is due when it is the last.
            let isDue = begun.map { entry.time >= $0 || rule.isDone(entry.time, asked: window.now) } ?? true
            let told = Look.Entry(
                id: entry.id,
                said: LookRule.Entry(time: entry.time, kind: kind, snapshot: entry.snapshot)
            )
            let position = positions[entry.object] ?? looks.count
            if position == looks.count {
                positions[entry.object] = position
                looks.append(Look(stream: stream, object: entry.object))
            }
            looks[position].entries.append(told)
            looks[position].isDue = looks[position].isDue || isDue
        }
        return looks.filter(\.isDue)
    }

    /// The entries of the window from a time on that concern a stream and are not done, oldest first, and what they
    /// tell.
    private func open(of plan: StreamPlan, from: Instant) throws -> [(FeedEntry, LookRule.Entry.Kind)] {
        let versions = context.run.destination.versions
        var open: [(FeedEntry, LookRule.Entry.Kind)] = []
        var rest = window.entries.drop { $0.time < from }
        while !rest.isEmpty {
            let part = rest.prefix(Self.chunk).compactMap { entry in plan.kind(of: entry).map { (entry, $0) }
            }
            rest = rest.dropFirst(Self.chunk)
            let done = try versions.areRemembered(part.map(\.0.id), stream: plan.name)
            for (entry, isDone) in zip(part, done) where !isDone { open.append(entry) }
        }
        return open
    }

    // MARK: Looking

    private func perform(_ board: LookBoard) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<Self.concurrency {
                group.addTask {
                    while let look = board.next() {
                        do {
                            board.ended(look, try await self.look(look))
                        } catch is CancellationError {
                            throw CancellationError()
                        } catch {
                            board.failed(look, error)
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    /// What a look has to say: that at a parent's children alone says anything but the object.
    private func discovered(_ plan: StreamPlan) async throws -> Discovered {
        plan.definition.parent == nil ? .none : try await context.discovered(for: plan.definition)
    }

    /// Looks at an object and publishes what is new.
    private func look(_ look: Look) async throws -> LookRule.Verdict {
        let plan = context.plan(look.stream)
        let reader = ObjectReader(
            stream: plan.definition,
            requester: context.run.requester,
            discovered: try await discovered(plan)
        )
        let seen = try await reader.look(look.object)
        CrashPoint.hit(.afterFetch)
        if let doubt = seen.doubt, !look.entries.contains(where: { $0.said.kind == .deletion }) {
            throw doubt
        }
        if plan.definition.parent != nil, try await isDoubtful(seen, look) { return .wait(.zero) }
        if case .refused = seen.found {
            // Its children stay as they are, until an entry of a later time tells of it.
            try await context.submit(look.stream, plan.builder.noEvents, changes: done(look, seen))
            return .settled
        }
        let pages = try await self.pages(seen, look)
        let verdict = try judge(seen, pages, look)
        guard verdict == .settled else { return verdict }
        let changes = done(look, seen)
        let facts = context.facts(
            look.stream,
            seen.times,
            parent: plan.definition.parent == nil ? nil : look.object
        )
        for (position, page) in pages.enumerated() {
            let isLast = position == pages.count - 1
            try await context.submit(look.stream, page, facts: facts, changes: isLast ? changes : [])
        }
        return .settled
    }

    /// What says of a look's entries that they are done.
    private func done(_ look: Look, _ seen: ObjectLook) -> [VersionChange] {
        let name = context.plan(look.stream).name
        // Old ones too: where another look holds the bookmark before them, they would be looked at in every run.
        let done = look.entries.filter { rule.isDone($0.said.time, asked: seen.times.asked) }
        return done.map { VersionChange(name, .entry(id: $0.id, time: $0.said.time)) }
    }

    /// Whether a parent that seems gone may be there, or the stream be refused with it; one whose delete the feed tells
    /// is not.
    ///
    /// It is asked again behind the other parents, one of which may tell; throws if none did then either.
    private func isDoubtful(_ seen: ObjectLook, _ look: Look) async throws -> Bool {
        switch seen.found {
        case .records:
            context.noteParents(there: 1, look.stream)
            return false
        case .refused(let error):
            context.note(refused: look.object, error, look.stream)
            try await context.checkRefused(look.stream, isAtEnd: look.isRepeated)
            return context.holdsRefused(look.stream)
        case .gone: break
        }
        guard !look.entries.contains(where: { $0.said.kind == .deletion }) else { return false }
        if !look.isRepeated { context.noteParents(gone: 1, look.stream) }
        guard context.isDoubtful(look.stream) else { return false }
        if look.isRepeated { try context.checkNothingIsDeleted(with: [look.object], look.stream) }
        return !look.isRepeated
    }

    /// What the look gave as events, deletes last; at least one page, though it may be empty.
    private func pages(_ seen: ObjectLook, _ look: Look) async throws -> [EventPage] {
        let plan = context.plan(look.stream)
        let happened = look.entries.map(\.said.time).max()
        if plan.definition.parent != nil {
            let pages = try await context.children(
                seen.found.pages,
                of: look.object,
                look.stream,
                now: seen.times.now,
                happened: happened
            )
            return pages.isEmpty ? [plan.builder.noEvents] : pages
        }
        guard let page = seen.found.pages.first else {
            let keys = plan.builder.keys(naming: look.object)
            return [plan.builder.deletes(of: keys, now: seen.times.now, happened: happened)]
        }
        return [try context.events(of: page, look.stream, happened: happened)]
    }

    /// Whether what a look gave may go out, by what is remembered of its keys.
    private func judge(_ seen: ObjectLook, _ pages: [EventPage], _ look: Look) throws -> LookRule.Verdict {
        let plan = context.plan(look.stream)
        let store = context.run.destination.versions
        var known: [RememberedVersion] = []
        var isNew = false
        for page in pages {
            let versions = try store.versions(of: page.events.map(\.key), in: page.text, stream: plan.name)
            isNew = isNew || zip(page.events, versions).contains { Self.isNew($0, $1) }
            known += versions.compactMap { $0 }
        }
        // What cannot be published, nothing can be older than.
        guard isNew else { return .settled }
        let sight: LookRule.Sight
        if plan.definition.parent != nil {
            // The children of a parent change together: all that were ever published of it count.
            known = try store.children(of: look.object, stream: plan.name).map(\.version)
            sight = seen.found.pages.isEmpty ? .gone : .children
        } else {
            sight = pages.first?.events.first?.content.map(LookRule.Sight.content) ?? .gone
        }
        let latest = known.max { $0.seen < $1.seen }
        let verdict = rule.decide(
            sight,
            entries: look.entries.map(\.said),
            asked: seen.times.asked,
            complete: complete,
            published: latest.map { .init(seen: $0.seen, content: $0.isDeleted ? nil : $0.content) }
        )
        // What was seen by a clock that ran ahead cannot be waited for.
        if case .wait = verdict, look.isRepeated { return .settled }
        return verdict
    }

    /// Whether an event tells of its key what is not remembered already.
    private static func isNew(_ event: Event, _ known: RememberedVersion?) -> Bool {
        let isThere = known.map { !$0.isDeleted } ?? false
        return switch event.kind {
        case .delete: isThere
        case .upsert: !isThere || known?.content != event.content
        }
    }

    // MARK: The bookmark

    /// Moves the bookmark to the window's end, or to the first entry that still has to be looked at, and forgets the
    /// entries that the overlap has passed: of very many that one update made some are left to the next window.
    private func close(_ stream: Int, heldAt held: Instant?) async throws {
        try await context.committer.drain(stream)
        let plan = context.plan(stream)
        guard let feed = context.bookmark(stream).feed else { return }
        let at = max(feed.at, min(end, held ?? end))
        let oldest = at.advanced(by: .zero - self.feed.overlap)
        let passed = try context.run.destination.versions.entries(
            of: plan.name,
            before: oldest,
            limit: max(Self.leastForgotten, 2 * window.entries.count)
        )
        guard at > feed.at || !passed.isEmpty else { return }
        let record = try context.move(stream) { bookmark in
            bookmark.feed?.at = Instant(milliseconds: at.milliseconds)
        }
        try await context.submit(
            stream,
            moving: record,
            with: passed.map { VersionChange(plan.name, .entry(id: $0, time: nil)) }
        )
        try await context.committer.drain(stream)
    }
}

extension ObjectLook.Found {
    /// The pages of what was found; none where it is gone.
    fileprivate var pages: [ExtractedPage] {
        switch self {
        case .records(let pages): pages
        case .gone, .refused: []
        }
    }
}
