/// Time that only goes on, and waiting in it: what leases, renewals and patience are measured by.
package struct Monotonic: Sendable {
    /// The time since an arbitrary origin.
    package let now: @Sendable () -> Duration
    /// Waits; throws `CancellationError` at once when the task is cancelled.
    package let sleep: @Sendable (Duration) async throws -> Void

    /// The time of a clock, from now on.
    package init<Source: Clock>(_ clock: Source) where Source.Duration == Duration {
        let origin = clock.now
        now = { origin.duration(to: clock.now) }
        sleep = { duration in try await clock.sleep(for: duration) }
    }

    /// The machine's own.
    package static var system: Monotonic { Monotonic(ContinuousClock()) }
}
