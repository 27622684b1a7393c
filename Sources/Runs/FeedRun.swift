import Core
import Events
import Extraction

/// Follows one feed for some streams: read once for all of them, from the oldest of their bookmarks.
///
/// An entry counts for a stream only above the stream's own bookmark, less the overlap, and where it is not
/// remembered as done. So a stream that is read more seldom, was refused for a while or was added later loses nothing.
struct FeedRun {
    /// A longer gap is read in windows of this length, oldest first, each committed.
    static let longestWindow: Duration = .seconds(3600)
    /// Entries this close to the end of the feed's retention may be going while they are read; of a short one an eighth,
    /// or no place would ever be new enough.
    static let retentionMargin: Duration = .seconds(3600)

    private let context: RunContext
    private let feed: FeedDefinition
    private let reader: FeedReader

    init(_ context: RunContext, feed: FeedDefinition) {
        self.context = context
        self.feed = feed
        // Without a policy nobody asks of which stream an entry is.
        let isProtected = context.run.streams.contains { $0.builder.protection != nil }
        let plans = isProtected ? context.run.streams : []
        reader = FeedReader(
            feed: feed,
            requester: context.run.requester,
            maximumEntries: context.run.maximumEntries,
            published: { Self.published($1, of: $0, by: plans) }
        )
    }

    /// An object of the feed as the stream that it is a record of publishes it: by that a look at it is compared.
    private static func published(_ object: [UInt8], of type: String, by plans: [StreamPlan]) -> [UInt8] {
        let plan = plans.first {
            $0.definition.parent == nil && $0.definition.follow?.change(of: type) != nil
        }
        return plan?.builder.protection?.protected(object) ?? object
    }

    // MARK: Before the lists

    /// Before the lists of some streams are read: fixes where the feed goes on behind them.
    ///
    /// What the entries of the overlap tell is covered by the lists, where those are older than the hold-back: their
    /// ids commit with the list's start. Where the list is compared with what is remembered (a repeated read), none
    /// is covered: an answer of a lagging replica is held back there, and the entry must tell later.
    ///
    /// Gives the time at which the lists begin.
    func begin(_ streams: [Int]) async throws -> Instant {
        let now = context.run.wall()
        let window = try await reader.read(from: now.advanced(by: .zero - feed.overlap), to: nil)
        for stream in streams {
            let plan = context.plan(stream)
            let at = window.now.advanced(by: .zero - feed.holdBack)
            var covered: [VersionChange] = []
            if context.bookmark(stream).list.read == 1 {
                for entry in window.entries where entry.time <= at && plan.kind(of: entry) != nil {
                    covered.append(VersionChange(plan.name, .entry(id: entry.id, time: entry.time)))
                }
            }
            let record = try context.move(stream) { bookmark in
                bookmark.feed = Bookmark.Feed(name: feed.name, at: Instant(milliseconds: at.milliseconds))
                // A list that was begun is always brought to its end before anything else is read of its stream.
                bookmark.passes.resweep =
                    plan.definition.follow?.relist == nil ? nil : Instant(milliseconds: now.milliseconds)
            }
            try await context.submit(stream, moving: record, with: covered)
        }
        return Instant(seconds: window.now.seconds)
    }

    // MARK: Behind the lists

    /// Reads up to now; gives the streams whose place the feed has lost, which must be read anew (I2).
    ///
    /// `begun` is when the lists were begun that this run has read: they were the first look at what happened
    /// before.
    func follow(_ streams: [Int], begun: Instant?) async throws -> FeedEnd {
        var end = FeedEnd()
        var active = streams
        var limits: [Int: Int] = [:]
        if let limit = context.run.limit { for stream in streams { limits[stream] = limit } }
        var span = Self.longestWindow
        while let oldest = active.map(place).min() {
            let isGap = context.run.wall().since(oldest) > span
            let to = isGap ? oldest.advanced(by: span) : nil
            let window: FeedWindow
            do {
                window = try await reader.read(from: oldest.advanced(by: .zero - feed.overlap), to: to)
            } catch let error as ExtractionError where error.code == .windowTooLarge {
                span = min(span, context.run.wall().since(oldest)) / 2
                guard span >= .seconds(1) else { throw error }
                continue
            } catch let error as ExtractionError where error.code == .feedExpired {
                end.expired += active.filter { place($0) == oldest }
                active.removeAll { place($0) == oldest }
                continue
            }
            let margin = min(Self.retentionMargin, feed.retention / 8)
            let kept = window.now.advanced(by: margin - feed.retention)
            let lost = active.filter { place($0) < kept }
            guard lost.isEmpty else {
                end.expired += lost
                active.removeAll { lost.contains($0) }
                continue
            }
            span = min(Self.longestWindow, span * 2)
            let part = FeedPart(context, feed: feed, window: window)
            let outcome = try await part.run(active, begun: begun, limits: limits)
            end.failures.merge(outcome.failures) { first, _ in first }
            for (stream, looks) in outcome.looks { limits[stream]? -= looks }
            active.removeAll { outcome.failures[$0] != nil || outcome.limited.contains($0) }
            if part.isLast { break }
        }
        return end
    }

    private func place(_ stream: Int) -> Instant {
        context.bookmark(stream).feed?.at ?? context.run.wall()
    }
}

/// How the following of a feed ended for its streams; those that are not named went through.
struct FeedEnd: Sendable {
    /// The feed no longer has what their bookmarks wait for.
    var expired: [Int] = []
    var failures: [Int: any Error] = [:]
}
