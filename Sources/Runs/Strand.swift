import Core
import Extraction

/// The streams of a run that go together: those that follow one feed, those that read the pages of one stream, or one
/// that does neither.
///
/// Every stream of it is ended in the tally, whatever happens; `run` returns an error only where it ends the whole run.
struct Strand: Sendable {
    private let context: RunContext
    private let slots: Slots
    private let feed: FeedDefinition?
    var streams: [Int]

    init(_ context: RunContext, slots: Slots, feed: FeedDefinition?, streams: [Int]) {
        self.context = context
        self.slots = slots
        self.feed = feed
        self.streams = streams
    }

    /// Reads what has no list yet, and follows the feed for what has.
    func run() async -> (any Error)? {
        guard let feed else { return await readBySelf() }
        for stream in streams {
            context.start(stream)
            if isListDue(stream, feed) { context.relist(stream) }
        }
        let listed = streams.filter { context.bookmark($0).list.isDone && context.bookmark($0).feed != nil }
        let others = streams.filter { !listed.contains($0) }
        // A list that still runs never holds up the feed of the streams that are behind theirs.
        async let first = follow(feed, listed, begun: nil)
        let second = await list(feed, others)
        return await first ?? second
    }

    // MARK: Without a feed

    private func readBySelf() async -> (any Error)? {
        for stream in streams { context.start(stream) }
        guard let first = streams.first else { return nil }
        let reading = context.plan(first).readDefinition
        switch reading.progress {
        case .token(let progress): return await readTokens(reading, progress)
        case .window(let progress): return await readWindows(reading, progress)
        case .list, .full: return await readLists()
        }
    }

    private func readLists() async -> (any Error)? {
        for stream in streams {
            let isReadWhole = context.plan(stream).isReadWhole
            if isReadWhole, let due = FullRun(context, stream: stream).due {
                let note =
                    "not due until \(due.rfc3339()): its list is read every so often; --resync reads it now"
                if let error = await settle(stream, nil, note: note) { return error }
                continue
            }
            guard isReadWhole || !context.bookmark(stream).list.isDone else {
                let note =
                    context.plan(stream).hasPasses
                    ? nil
                    : "read to its end before; it follows no feed, --resync tells what changed since then"
                if let error = await settle(stream, nil, note: note) { return error }
                continue
            }
            if let error = await settle(stream, await read(stream)) { return error }
        }
        return nil
    }

    private func read(_ stream: Int) async -> (any Error)? {
        await slots.failure {
            context.tell(stream, reads: .list)
            if context.plan(stream).isReadWhole {
                try await FullRun(context, stream: stream).run()
            } else {
                try await ListRun(context, stream: stream).run()
            }
        }
    }

    /// A stream's reading has ended: where that went well, what is due beside it follows.
    private func settle(_ stream: Int, _ error: (any Error)?, note: String? = nil) async -> (any Error)? {
        guard error == nil else {
            await context.finishNews(stream, isWhole: false)
            return context.settle(stream, error)
        }
        let failure = await slots.failure { try await Passes(context, stream: stream).run() }
        let unpublished = failure == nil ? nil : await context.drained(stream)
        let late = await context.finishNews(
            stream,
            isWhole: failure == nil,
            isRead: failure == nil && note == nil
        )
        if failure == nil, late == nil, let note {
            context.end(stream, note: note)
            return nil
        }
        return context.settle(stream, unpublished ?? failure ?? late)
    }

    // MARK: By time or token

    /// One reading serves all streams, from the oldest of their bookmarks.
    private func readWindows(_ reading: StreamDefinition, _ progress: WindowProgress) async -> (any Error)? {
        for stream in streams { context.tell(stream, reads: .window) }
        let run = WindowRun(context, reading: reading, progress: progress, streams: streams)
        let error = await slots.failure { try await run.run() }
        return await settle(run.group, streams, error)
    }

    /// One reading serves the streams that stand at the same token; the others catch up by themselves.
    private func readTokens(_ reading: StreamDefinition, _ progress: TokenProgress) async -> (any Error)? {
        var rest = streams
        var runError: (any Error)?
        while let first = rest.first, runError == nil {
            let token = TokenRun.token(context, first)
            let together = rest.filter { TokenRun.token(context, $0) == token }
            rest.removeAll { together.contains($0) }
            for stream in together { context.tell(stream, reads: .token) }
            let run = TokenRun(context, reading: reading, progress: progress, streams: together)
            let error = await slots.failure { try await run.run() }
            runError = await settle(run.group, together, error)
        }
        for stream in rest { _ = context.settle(stream, CancellationError()) }
        return runError
    }

    /// The reading of a group has ended, by an error that meets all that were with it still, or well.
    private func settle(_ group: ReadingGroup, _ streams: [Int], _ error: (any Error)?) async -> (any Error)?
    {
        var runError: (any Error)?
        for stream in streams {
            let unpublished = await context.drained(stream)
            let isWith = group.active.contains(stream)
            let end = unpublished ?? group.failures[stream] ?? (isWith ? error : nil)
            // Once the run ends, nothing more is begun.
            if runError != nil, end == nil {
                _ = context.settle(stream, nil)
            } else {
                runError = await settle(stream, end) ?? runError
            }
        }
        return runError
    }

    // MARK: With one

    /// Whether a list that was read to its end is to be read again, for what its feed does not tell.
    ///
    /// A run with a limit ends before the end of most lists, and what is absent then is not gone. Where the feed has
    /// lost the stream's place, following it finds that, says so, and reads the list as well.
    private func isListDue(_ stream: Int, _ feed: FeedDefinition) -> Bool {
        let bookmark = context.bookmark(stream)
        let now = context.run.wall()
        guard let every = context.plan(stream).definition.follow?.relist, context.run.limit == nil,
            bookmark.list.isDone, let place = bookmark.feed?.at, now.since(place) < feed.retention
        else { return false }
        let verdict = PassRule.decide(
            last: bookmark.passes.resweep,
            every: every,
            now: now,
            isFirst: false
        )
        return verdict == .isDue
    }

    /// The lists, and behind them the feed.
    private func list(_ feed: FeedDefinition, _ streams: [Int]) async -> (any Error)? {
        guard !streams.isEmpty else { return nil }
        // Without a place in the feed a list says nothing of what changed behind it: it is read anew.
        for stream in streams
        where context.bookmark(stream).feed == nil && context.bookmark(stream).list.isDone {
            context.readAnew(stream)
        }
        let starting = streams.filter { context.bookmark($0).feed == nil }
        var begun: Instant?
        if !starting.isEmpty {
            do {
                begun = try await FeedRun(context, feed: feed).begin(starting)
            } catch {
                return await settleAll(streams, error)
            }
        }
        let ends = await withTaskGroup(of: (Int, (any Error)?).self) { group in
            for stream in streams { group.addTask { (stream, await read(stream)) } }
            var ends: [Int: (any Error)?] = [:]
            for await (stream, error) in group {
                ends[stream] = error
                // No other could do better.
                if let error, RunContext.described(error).recovery == .failRun { group.cancelAll() }
            }
            return ends
        }
        var followed: [Int] = []
        var runError: (any Error)?
        for stream in streams {
            if let error = ends[stream] ?? nil {
                await context.finishNews(stream, isWhole: false)
                runError = context.settle(stream, error) ?? runError
            } else if context.bookmark(stream).list.isDone {
                followed.append(stream)
            } else {
                await context.finishNews(stream, isWhole: false)
                context.end(stream)
            }
        }
        if let runError {
            for stream in followed { _ = context.settle(stream, CancellationError()) }
            return runError
        }
        return await follow(feed, followed, begun: begun)
    }

    /// The feed, up to now; what it has lost is read anew, once.
    private func follow(_ feed: FeedDefinition, _ streams: [Int], begun: Instant?) async -> (any Error)? {
        guard !streams.isEmpty else { return nil }
        for stream in streams { context.tell(stream, reads: .feed) }
        let end: FeedEnd
        do {
            end = try await FeedRun(context, feed: feed).follow(streams, begun: begun)
        } catch {
            return await settleAll(streams, error)
        }
        var runError: (any Error)?
        for stream in streams where !end.expired.contains(stream) {
            runError = await settle(stream, end.failures[stream]) ?? runError
        }
        guard !end.expired.isEmpty else { return runError }
        guard begun == nil else {
            let error = RunError(
                .feedLost,
                "feed \(feed.name) lost the place that this run's lists were begun at: it keeps its entries for "
                    + "\(feed.retention.components.seconds / 3600) h, and the lists took longer"
            )
            for stream in end.expired { runError = context.settle(stream, error) ?? runError }
            return runError
        }
        for stream in end.expired {
            let since = context.bookmark(stream).list.since.map {
                "; of what was deleted, and of objects from before \($0.rfc3339()), that list tells nothing: --resync "
                    + "reads all of them"
            }
            context.warn(
                stream,
                "the feed \(feed.name) no longer has what happened since the last run; the list is read anew, and "
                    + "what differs is published\(since ?? "")"
            )
            context.readAnew(stream)
        }
        let listError = await list(feed, end.expired)
        return runError ?? listError
    }

    private func settleAll(_ streams: [Int], _ error: any Error) async -> (any Error)? {
        var runError: (any Error)?
        for stream in streams {
            let unpublished = await context.drained(stream)
            await context.finishNews(stream, isWhole: false)
            runError = context.settle(stream, unpublished ?? error) ?? runError
        }
        return runError
    }
}
