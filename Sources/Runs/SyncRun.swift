package import Core
import Events
package import Extraction
import JSON

/// One run over the chosen streams of an account: extraction → events → commit.
///
/// Streams read side by side and one task commits what they hand over. A stream that fails ends alone; an error that no
/// stream could do better with, or a signal, ends the reading, the pages at hand commit, and then the run is over.
package struct SyncRun: Sendable {
    package var account: AccountName
    package var streams: [StreamPlan]
    /// Per stream: it stops behind so many records and its bookmark stays there.
    package var limit: Int?
    package var requester: Requester
    package var publisher: any Publisher
    package var wall: WallClock
    package var elapsed: @Sendable () -> Duration
    package var stop: StopSignal
    package var observer: RunObserver
    /// How many streams read at the same time.
    package var concurrency: Int

    /// A run; nothing is read before `run()`.
    package init(
        account: AccountName,
        streams: [StreamPlan],
        limit: Int? = nil,
        requester: Requester,
        publisher: any Publisher,
        wall: @escaping WallClock,
        elapsed: @escaping @Sendable () -> Duration,
        stop: StopSignal,
        observer: @escaping RunObserver = { _ in },
        concurrency: Int = 4
    ) {
        self.account = account
        self.streams = streams
        self.limit = limit
        self.requester = requester
        self.publisher = publisher
        self.wall = wall
        self.elapsed = elapsed
        self.stop = stop
        self.observer = observer
        self.concurrency = concurrency
    }

    /// Runs to the end, and always tells how each stream ended.
    package func run() async -> RunOutcome {
        let begun = elapsed()
        let names = streams.map(\.name.text)
        let tally = StreamTally(
            names: names,
            bookmarks: streams.map { plan in
                (try? plan.bookmark?.record(account: account, stream: plan.name))?.value.flatMap {
                    try? JSONValue.parse($0)
                }
            },
            requests: { [requester] in requester.requests(of: $0) },
            observer: observer
        )
        let committer = GroupCommitter(publisher: publisher, streams: names) { tally.count($0) }
        let error = await withTaskGroup(of: (any Error)?.self) { group in
            group.addTask {
                do {
                    try await committer.run()
                    return nil
                } catch {
                    return error
                }
            }
            group.addTask {
                let error = await readAll(into: committer, tally: tally)
                committer.close()
                return error
            }
            var first: (any Error)?
            for await error in group where first == nil { first = error }
            return first
        }
        return RunOutcome(
            streams: tally.all,
            transactions: tally.transactions,
            duration: elapsed() - begun,
            error: error.map(Self.described),
            signal: stop.signal
        )
    }

    /// Reads every stream, some at a time; returns the error that ended the run, if one did.
    private func readAll(into committer: GroupCommitter, tally: StreamTally) async -> (any Error)? {
        await withTaskGroup(of: ReadEnd.self) { group in
            group.addTask {
                await stop.wait()
                return .stopped
            }
            var waiting = Array(streams.indices.reversed())
            var active = 0
            func startNext(_ group: inout TaskGroup<ReadEnd>) {
                guard let stream = waiting.popLast() else { return }
                active += 1
                group.addTask { .stream(await read(stream, into: committer, tally: tally)) }
            }
            for _ in 0..<max(1, concurrency) { startNext(&group) }
            var runError: (any Error)?
            while active > 0, let end = await group.next() {
                switch end {
                case .stopped: break
                case .stream(let error):
                    active -= 1
                    if runError == nil { runError = error }
                }
                if runError != nil || stop.signal != nil {
                    group.cancelAll()
                    waiting = []
                } else if case .stream = end {
                    startNext(&group)
                }
            }
            group.cancelAll()
            return runError
        }
    }

    private enum ReadEnd: Sendable {
        case stopped
        case stream((any Error)?)
    }

    /// Reads one stream to its end, its limit or its failure; returns an error only where it ends the whole run.
    private func read(_ stream: Int, into committer: GroupCommitter, tally: StreamTally) async -> (any Error)?
    {
        let plan = streams[stream]
        let start = plan.bookmark?.list ?? Bookmark.List()
        observer(.started(stream: plan.name.text, after: start.records))
        guard !start.isDone else {
            tally.end(
                stream,
                .success,
                note:
                    "read to its end before; changes since then are not followed yet, --resync reads it anew"
            )
            return nil
        }
        let failure = await attempt {
            try await readPages(of: stream, from: start, into: committer, tally: tally)
        }
        // Pages at hand commit whatever ended the reading; what cannot be committed is the better reason.
        let unpublished = await attempt { try await committer.drain(stream) }
        return settle(stream, unpublished ?? failure, tally)
    }

    private func attempt(_ body: () async throws -> Void) async -> (any Error)? {
        do {
            try await body()
            return nil
        } catch {
            return error
        }
    }

    /// The next page is asked for while this one becomes events and waits for its transaction.
    private func readPages(
        of stream: Int,
        from start: Bookmark.List,
        into committer: GroupCommitter,
        tally: StreamTally
    ) async throws {
        let plan = streams[stream]
        let reader = try ListReader(stream: plan.definition, requester: requester, from: start, limit: limit)
        var page = try await next(reader, stream)
        while let current = page {
            CrashPoint.hit(.afterFetch)
            async let following = next(reader, stream)
            try await hand(current, of: stream, to: committer)
            page = try await following
        }
    }

    private func next(_ reader: ListReader, _ stream: Int) async throws -> ExtractedPage? {
        let page = try await reader.next()
        if let page {
            observer(.read(stream: streams[stream].name.text, records: page.page.records.count))
        }
        return page
    }

    /// Makes the page's events and its bookmark and hands both to the committer together (I1).
    private func hand(_ page: ExtractedPage, of stream: Int, to committer: GroupCommitter) async throws {
        let plan = streams[stream]
        let bookmark = Bookmark(
            fingerprint: plan.fingerprint,
            list: page.progress,
            updated: wall().nanoseconds / 1_000_000
        )
        let events = try plan.builder.build(
            page.page,
            keyFields: page.keyFields,
            versionField: page.versionField,
            now: page.times.now
        )
        try await committer.submit(
            GroupMachine.Entry(
                stream: stream,
                page: events,
                bookmark: try bookmark.record(account: account, stream: plan.name)
            )
        )
    }

    private func settle(_ stream: Int, _ error: (any Error)?, _ tally: StreamTally) -> (any Error)? {
        guard let error else {
            tally.end(stream, .success)
            return nil
        }
        if error is CancellationError {
            tally.end(stream, .cancelled)
            return nil
        }
        let described = Self.described(error)
        switch described.recovery {
        case .streamUnavailable:
            tally.end(stream, .unavailable, error: described)
            return nil
        case .failRun:
            tally.end(stream, .failed, error: described)
            return described
        case .failStream, .retry:
            tally.end(stream, .failed, error: described)
            return nil
        }
    }

    private static func described(_ error: any Error) -> any SluiceError {
        error as? any SluiceError ?? RunError(.unexpected, "\(error)")
    }
}
