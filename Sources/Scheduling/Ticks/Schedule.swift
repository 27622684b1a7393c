package import Core

/// A schedule, as far as it decides when something runs.
package struct Schedule: Sendable {
    /// What it is known by; jitter and `H` are hashes of it.
    package let id: String
    package let timetable: Timetable
    package let exclusions: Exclusions
    package let policy: TickPolicy

    /// A schedule of its parts.
    package init(
        id: String,
        timetable: Timetable,
        exclusions: Exclusions = .none,
        policy: TickPolicy = TickPolicy()
    ) {
        self.id = id
        self.timetable = timetable
        self.exclusions = exclusions
        self.policy = policy
    }

    /// When a tick of a nominal time is due: later by the jitter, which is always the same for it, and before the next tick.
    package func due(_ nominal: Instant) -> Instant {
        guard policy.jitter > 0 else { return nominal }
        var room = Int64(policy.jitter) * 1000
        if let next = timetable.next(after: nominal) {
            room = min(room, Int64(next.milliseconds - nominal.milliseconds) - 1)
        }
        let hash = StableHash.of(id, nominal.rfc3339())
        return nominal.advanced(by: .milliseconds(Int64(hash % UInt64(max(1, room)))))
    }

    /// The first tick after an instant that counts, whatever is left out before it; nil where none comes.
    package func nextCounting(after instant: Instant) -> Instant? {
        var after = instant
        // Each step leaves a whole exclusion behind.
        for _ in 0..<1000 {
            guard let tick = timetable.next(after: after) else { return nil }
            guard exclusions.reason(at: tick, in: timetable.zone) != nil else { return tick }
            guard let end = exclusions.end(after: tick, in: timetable.zone) else { return nil }
            after = end.advanced(by: .nanoseconds(-1))
        }
        return nil
    }
}
