package import Core
package import Events

/// What a run tells while it goes on; called from its tasks, in order for each stream.
package enum RunEvent: Sendable {
    /// A stream starts, behind so many records that earlier runs published.
    case started(stream: String, after: Int)
    /// A stream now reads its list, or the feed behind it.
    case reading(stream: String, RunPhase)
    /// A page was read and waits to be published.
    case read(stream: String, records: Int)
    /// A transaction with pages of the stream has committed: its new counts.
    case committed(stream: String, records: Int, deletes: Int, pages: Int)
    /// Records of a stream differ from its schema in ways that were never met before.
    case drifted(stream: String, [SchemaDrift])
    /// Records of a stream were committed as dead letters, which the run had not met before.
    case deadLetters(stream: String, [DeadLetter])
    /// Something that a person should know though the run goes on.
    case warned(stream: String, text: String)
    case ended(stream: String, outcome: StreamOutcome)
}

/// What a stream reads.
package enum RunPhase: String, Sendable {
    case list, feed, token, window, reread, resweep, deletes, reconcile, backfill
}

/// Takes what a run tells; must not block.
package typealias RunObserver = @Sendable (RunEvent) -> Void
