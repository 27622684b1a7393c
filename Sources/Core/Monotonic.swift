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

    /// A time that something else passes.
    package init(
        now: @escaping @Sendable () -> Duration,
        sleep: @escaping @Sendable (Duration) async throws -> Void
    ) {
        self.now = now
        self.sleep = sleep
    }

    /// Waits for `body`, which must return when it is cancelled, so long at most; whether it returned by itself.
    @discardableResult
    package func wait(atMost limit: Duration, for body: @escaping @Sendable () async -> Void) async -> Bool {
        await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                await body()
                return true
            }
            group.addTask { [sleep] in
                try? await sleep(limit)
                return false
            }
            defer { group.cancelAll() }
            return await group.next() ?? false
        }
    }

    /// The machine's own.
    package static var system: Monotonic { Monotonic(ContinuousClock()) }
}
