import Core
import Events
import Extraction

/// Deletes what a whole reading did not meet although an earlier one did, or something of it was published.
struct AbsenceSweep {
    /// Keys to a page of deletes.
    private static let pageSize = 1000

    private let context: RunContext
    private let stream: Int
    private let plan: StreamPlan

    init(_ context: RunContext, stream: Int) {
        self.context = context
        self.stream = stream
        plan = context.plan(stream)
    }

    /// Deletes what the stream's last full read did not meet.
    ///
    /// Returns when every delete is committed; refuses to delete more than a share, unless that is accepted (I2).
    func run() async throws {
        let bookmark = context.bookmark(stream)
        let versions = context.run.destination.versions
        let counts = try versions.counts(notReadSince: bookmark.list.read, stream: plan.name)
        try check(absent: counts.absent, live: counts.live)
        try await delete(notReadSince: bookmark.list.read) { _, version in
            // What was published within the hold-back before the list began may be missing in a lagging answer; its
            // feed entry is not done, so the feed tells what became of it.
            bookmark.feed.map { version.seen <= $0.at } ?? true
        }
    }

    /// Deletes the keys that are absent by another measure, under the same guard.
    func run(where isAbsent: ([UInt8], RememberedVersion) -> Bool) async throws {
        let versions = context.run.destination.versions
        var counts = (absent: 0, live: 0)
        var last: [UInt8]?
        repeat {
            let found = try versions.keys(
                notReadSince: .max,
                after: last,
                limit: Self.pageSize,
                stream: plan.name
            )
            counts.live += found.count
            for (key, version) in found where isAbsent(key, version) { counts.absent += 1 }
            last = found.last?.key
        } while last != nil
        try check(absent: counts.absent, live: counts.live)
        guard counts.absent > 0 else { return }
        try await delete(notReadSince: .max, where: isAbsent)
    }

    private func delete(
        notReadSince read: Int,
        where isAbsent: ([UInt8], RememberedVersion) -> Bool
    ) async throws {
        let now = context.run.wall()
        var last: [UInt8]?
        while true {
            let found = try context.run.destination.versions.keys(
                notReadSince: read,
                after: last,
                limit: Self.pageSize,
                stream: plan.name
            )
            guard let end = found.last else { break }
            last = end.key
            let absent = found.filter { isAbsent($0.key, $0.version) }
            try await context.submit(
                stream,
                plan.builder.deletes(of: absent.map(\.key), now: now),
                facts: context.facts(stream, AnswerTimes(asked: now))
            )
        }
        try await context.committer.drain(stream)
    }

    private func check(absent: Int, live: Int) throws(RunError) {
        let absence = plan.definition.absence
        guard absence.withholds(absent: absent, live: live), !context.run.acceptsAbsence else { return }
        throw RunError(
            .absenceWithheld,
            "stream \(plan.name): \(absent) of \(live) records that were published are not in the list any more, over "
                + "\(absence.share) %; nothing was deleted. If they are gone indeed, run it again with --accept; if a "
                + "filter or a permission hides them, mend that first"
        )
    }
}
