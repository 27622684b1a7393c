import Core
import Extraction

/// The streams of a run that go together: those that follow one feed, or one that follows none.
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
        guard let feed else { return await readAlone() }
        for stream in streams { context.start(stream) }
        let listed = streams.filter { context.bookmark($0).list.isDone && context.bookmark($0).feed != nil }
        let others = streams.filter { !listed.contains($0) }
        // A list that still runs never holds up the feed of the streams that are behind theirs.
        async let first = follow(feed, listed, begun: nil)
        let second = await list(feed, others)
        return await first ?? second
    }

    // MARK: Without a feed

    private func readAlone() async -> (any Error)? {
        for stream in streams {
            context.start(stream)
            guard !context.bookmark(stream).list.isDone else {
                context.end(
                    stream,
                    note: "read to its end before; it follows no feed, --resync tells what changed since then"
                )
                continue
            }
            if let error = context.settle(stream, await read(stream)) { return error }
        }
        return nil
    }

    private func read(_ stream: Int) async -> (any Error)? {
        await slots.withSlot {
            do {
                try Task.checkCancellation()
                context.tell(stream, reads: .list)
                try await ListRun(context, stream: stream).run()
                return nil
            } catch {
                return error
            }
        }
    }

    // MARK: With one

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
                runError = context.settle(stream, error) ?? runError
            } else if context.bookmark(stream).list.isDone {
                followed.append(stream)
            } else {
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
            runError = context.settle(stream, end.failures[stream]) ?? runError
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
            context.warn(
                stream,
                "the feed \(feed.name) no longer has what happened since the last run; the list is read anew, and "
                    + "what differs is published"
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
            runError = context.settle(stream, unpublished ?? error) ?? runError
        }
        return runError
    }
}
