package import Core
package import Kafka

/// What somebody asks of an account beside a change of its bookmarks: done in its session, by its one writer (I3).
package protocol AccountJob: Sendable {
    /// Does it, and gives what it came to.
    ///
    /// `before` is told that first, and gives what commits last: it says that the job is done. Cut short, it is done again.
    /// `add` takes on topics that the session does not look after yet.
    func run(
        in session: AccountSession,
        at now: Instant,
        add: ([EventTopic]) async throws -> Void,
        before: @Sendable (ChangedState) async throws -> [StateRecord]
    ) async throws -> ChangedState
}
