package import Core

/// A backfill as its schedule's record keeps it: what was asked for, and how many of its chunks are done.
///
/// What each chunk has read is not here: it commits with the pages, as `BackfillProgress`.
package struct BackfillRecord: Hashable, Sendable {
    /// How it stands.
    package enum Status: String, CaseIterable, Sendable {
        /// A chunk of it runs, or waits.
        case active
        case done
        /// Ended by somebody; it can be resumed.
        case cancelled
        /// A chunk failed for good; it can be resumed.
        case failed
    }

    /// So many of a schedule go on at once.
    package static let maximumActive = 5
    /// So many of a schedule that ended are remembered, and can be resumed.
    package static let maximumEnded = 5
    /// So many chunks has one at most.
    package static let maximumChunks = 10_000
    /// The shortest chunk, in seconds: each is a run.
    package static let shortestChunk = 60

    package var id: String
    package var by: String
    package var created: Instant
    /// Nil for those of the schedule's that can be read by time.
    package var streams: [String]?
    /// Its first moment.
    package var from: Instant
    /// The moment behind its last one.
    package var to: Instant
    /// The length of a chunk, in seconds.
    package var chunk: Int
    /// How many chunks are done.
    package var done: Int
    /// The run of the chunk behind those, from its first transaction on.
    package var run: String?
    package var status: Status
    package var ended: Instant?
    /// Why it ended, where it is not done.
    package var reason: String?

    /// A backfill; by default one of which nothing is done.
    package init(
        id: String,
        by: String,
        created: Instant,
        streams: [String]? = nil,
        from: Instant,
        to: Instant,
        chunk: Int,
        done: Int = 0,
        run: String? = nil,
        status: Status = .active,
        ended: Instant? = nil,
        reason: String? = nil
    ) {
        self.id = id
        self.by = by
        self.created = created
        self.streams = streams
        self.from = from
        self.to = to
        self.chunk = chunk
        self.done = done
        self.run = run
        self.status = status
        self.ended = ended
        self.reason = reason
    }

    /// How many chunks it has in all.
    package var chunks: Int { Self.chunks(from: from, to: to, chunk: chunk) }

    /// How many chunks a time has.
    package static func chunks(from: Instant, to: Instant, chunk: Int) -> Int {
        let length = Duration.seconds(max(1, chunk))
        let whole = to.since(from)
        guard whole > .zero else { return 0 }
        let count = Int(whole / length)
        return length * count < whole ? count + 1 : count
    }

    /// Where the chunk of a number begins, from 0.
    package func start(ofChunk number: Int) -> Instant {
        min(to, from.advanced(by: .seconds(chunk) * number))
    }
}

/// How a backfill stands, as a line of the log of runs tells it.
package struct BackfillNote: Hashable, Sendable {
    package var schedule: String
    package var account: AccountName
    package var backfill: BackfillRecord

    /// A note.
    package init(schedule: String, account: AccountName, backfill: BackfillRecord) {
        self.schedule = schedule
        self.account = account
        self.backfill = backfill
    }
}

/// What one run of a backfill does.
package struct BackfillChunk: Hashable, Sendable {
    package var schedule: String
    package var backfill: String
    /// From 0.
    package var number: Int
    package var chunks: Int
    /// Where the whole backfill begins and ends.
    package var from: Instant
    package var to: Instant
    /// Up to where this run reads.
    package var end: Instant
    package var streams: [String]?
}
