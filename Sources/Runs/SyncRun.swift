package import Core
import Events
package import Extraction
import JSON

/// One run over the chosen streams of an account: extraction → events → commit.
///
/// Streams read side by side and one task commits what they hand over: first the lists that were not read to their end,
/// then the feeds from where their streams stand up to now. A stream that fails ends alone; an error that no stream
/// could do better with, or a signal, ends the reading, the pages at hand commit, and then the run is over.
package struct SyncRun: Sendable {
    package var account: AccountName
    package var streams: [StreamPlan]
    /// Per stream: it stops behind so many records and its bookmark stays there.
    package var limit: Int?
    package var requester: Requester
    package var destination: any Destination
    package var wall: WallClock
    package var clock: WaitingClock
    package var stop: StopSignal
    package var observer: RunObserver
    /// Whether an absence of many records at once is taken for their deletion.
    package var acceptsAbsence: Bool
    /// How many lists are read at the same time.
    package var concurrency: Int
    /// How many entries of a feed's window are held at once; a window with more is divided.
    package var maximumEntries = FeedReader.usualMaximum
    /// The run reads this again, and no bookmark moves by it; nil where it reads what is new.
    package var backfill: BackfillPart?
    /// How many records that cannot be published it goes past.
    package var deadLetters = DeadLetterPlan.none

    /// A run; nothing is read before `run()`.
    package init(
        account: AccountName,
        streams: [StreamPlan],
        limit: Int? = nil,
        requester: Requester,
        destination: any Destination,
        wall: @escaping WallClock,
        clock: WaitingClock,
        stop: StopSignal,
        observer: @escaping RunObserver = { _ in },
        acceptsAbsence: Bool = false,
        concurrency: Int = 4
    ) {
        self.account = account
        self.streams = streams
        self.limit = limit
        self.requester = requester
        self.destination = destination
        self.wall = wall
        self.clock = clock
        self.stop = stop
        self.observer = observer
        self.acceptsAbsence = acceptsAbsence
        self.concurrency = concurrency
    }

    /// Runs to the end, and always tells how each stream ended.
    package func run() async -> RunOutcome {
        let begun = clock.elapsed()
        let names = streams.map(\.name.text)
        let tally = StreamTally(
            names: names,
            bookmarks: streams.map(shownPlace),
            requests: { [requester] in requester.requests(of: $0) },
            observer: observer
        )
        let committer = GroupCommitter(
            to: destination,
            streams: names,
            outlets: streams.map(\.outlet),
            letters: DeadLetterDesk(account: account, plan: deadLetters, wall: wall)
        ) {
            tally.count($0)
        }
        let context = RunContext(self, committer: committer, tally: tally)
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
                let error = await readAll(context)
                committer.close()
                return error
            }
            var first: (any Error)?
            for await error in group where first == nil { first = error }
            return first
        }
        var outcome = RunOutcome(
            streams: tally.all,
            transactions: tally.transactions,
            duration: clock.elapsed() - begun,
            error: error.map(RunContext.described),
            signal: stop.signal
        )
        outcome.feedRequests = Set(streams.compactMap(\.feed?.name)).reduce(0) {
            $0 + requester.requests(ofFeed: $1)
        }
        return outcome
    }

    /// Where a stream stands before anything is read, as its record has it.
    private func shownPlace(_ plan: StreamPlan) -> JSONValue? {
        let record =
            if let backfill {
                try? plan.backfill?.record(account: account, id: backfill.id, stream: plan.name)
            } else {
                try? plan.bookmark?.record(account: account, stream: plan.name)
            }
        return record?.value.flatMap { try? JSONValue.parse($0) }
    }

    /// Reads every stream; returns the error that ended the run, if one did.
    private func readAll(_ context: RunContext) async -> (any Error)? {
        await withTaskGroup(of: ReadEnd.self) { group in
            group.addTask {
                await stop.wait()
                return .stopped
            }
            let readings = readings(context)
            for reading in readings { group.addTask { .strand(await reading()) } }
            var active = readings.count
            var runError: (any Error)?
            while active > 0, let end = await group.next() {
                switch end {
                case .stopped: break
                case .strand(let error):
                    active -= 1
                    if runError == nil { runError = error }
                }
                if runError != nil || stop.signal != nil { group.cancelAll() }
            }
            group.cancelAll()
            return runError
        }
    }

    private enum ReadEnd: Sendable {
        case stopped
        case strand((any Error)?)
    }

    /// What is read side by side.
    private func readings(_ context: RunContext) -> [@Sendable () async -> (any Error)?] {
        guard let backfill else { return strands(context).map { strand in { await strand.run() } } }
        let slots = Slots(concurrency)
        var groups: [(reading: String, streams: [Int])] = []
        for (stream, plan) in streams.enumerated() {
            let name = plan.readDefinition.name
            if let position = groups.firstIndex(where: { $0.reading == name }) {
                groups[position].streams.append(stream)
            } else {
                groups.append((name, [stream]))
            }
        }
        return groups.map { group in
            { await BackfillRun(context, backfill, slots: slots, streams: group.streams).run() }
        }
    }

    /// The streams that are read apart from each other: those of one feed together, those that read one stream's pages
    /// together, any other alone.
    private func strands(_ context: RunContext) -> [Strand] {
        let slots = Slots(concurrency)
        var strands: [Strand] = []
        var positions: [String: Int] = [:]
        for (stream, plan) in streams.enumerated() {
            let common = plan.feed.map { "feed \($0.name)" } ?? plan.sharedReading.map { "pages of \($0)" }
            if let common, let position = positions[common] {
                strands[position].streams.append(stream)
                continue
            }
            common.map { positions[$0] = strands.count }
            strands.append(Strand(context, slots: slots, feed: plan.feed, streams: [stream]))
        }
        return strands
    }
}
