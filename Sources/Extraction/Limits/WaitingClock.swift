/// Time that passes, for waits and for pacing; never for calendar time.
package struct WaitingClock: Sendable {
    /// The time since some fixed moment; never goes back.
    package var elapsed: @Sendable () -> Duration
    /// Waits, or throws `CancellationError` at once when the task is cancelled.
    package var sleep: @Sendable (Duration) async throws -> Void

    /// A clock of two closures.
    package init(
        elapsed: @escaping @Sendable () -> Duration,
        sleep: @escaping @Sendable (Duration) async throws -> Void
    ) {
        self.elapsed = elapsed
        self.sleep = sleep
    }

    /// Any clock of the standard library or of a test.
    package init<Base: Clock>(_ clock: Base) where Base.Duration == Duration {
        let start = clock.now
        self.init(
            elapsed: { start.duration(to: clock.now) },
            sleep: { try await clock.sleep(for: $0) }
        )
    }
}
