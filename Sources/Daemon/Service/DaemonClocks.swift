package import Core
import Glibc
package import Scheduling

/// The clocks that the daemon goes by.
package struct DaemonClocks: Sendable {
    package var wall: WallClock
    package var monotonic: Monotonic
    /// How long the machine has been suspended since it started.
    package var suspended: @Sendable () -> Duration

    /// Clocks.
    package init(
        wall: @escaping WallClock,
        monotonic: Monotonic,
        suspended: @escaping @Sendable () -> Duration = { .zero }
    ) {
        self.wall = wall
        self.monotonic = monotonic
        self.suspended = suspended
    }

    /// The machine's own.
    package static var system: DaemonClocks {
        DaemonClocks(wall: Instant.systemClock, monotonic: .system) {
            // Only the first of the two goes on while the machine sleeps.
            max(.zero, time(CLOCK_BOOTTIME) - time(CLOCK_MONOTONIC))
        }
    }

    private static func time(_ clock: clockid_t) -> Duration {
        var time = timespec()
        unsafe clock_gettime(clock, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }

    /// All of them at once.
    package func read() -> ClockReading {
        ClockReading(wall: wall(), monotonic: monotonic.now(), suspended: suspended())
    }
}
