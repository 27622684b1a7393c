package import Core
package import Extraction

/// The time that an account goes by: that of the world, unless the account is a simulated one.
package struct AccountTime: Sendable {
    /// Its calendar, by which its API tells of changes.
    package var wall: WallClock
    /// For waits until its API tells more.
    package var clock: WaitingClock

    /// A time.
    package init(wall: @escaping WallClock, clock: WaitingClock = WaitingClock(ContinuousClock())) {
        self.wall = wall
        self.clock = clock
    }
}
