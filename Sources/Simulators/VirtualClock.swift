package import Core
import Synchronization

/// The clock of a simulator: it starts in the past, may run faster than time, and never overtakes the wall clock.
///
/// Real clients stop at a time in the future, so that the wall clock is its limit.
package final class VirtualClock: Sendable {
    private struct State {
        var advanced: Duration = .zero
    }

    /// How many virtual seconds pass in one.
    package let speed: Double
    private let start: Instant
    private let started: Instant
    private let wall: WallClock
    private let state = Locked(State())

    /// A clock that shows `start` now.
    package init(start: Instant, speed: Double = 1, wall: @escaping WallClock = Instant.systemClock) {
        self.start = start
        self.speed = max(speed, 0)
        self.wall = wall
        started = wall()
    }

    /// The virtual time.
    package var now: Instant {
        let wall = wall()
        let passed = max(.zero, wall.since(started)) * speed
        return min(start.advanced(by: passed + state.withLock { $0.advanced }), wall)
    }

    /// Lets so much virtual time pass at once.
    package func advance(by duration: Duration) {
        state.withLock { $0.advanced += max(duration, .zero) }
    }

    /// Lets virtual time pass at once up to an instant; none where it lies in the past.
    package func advance(to instant: Instant) {
        let wall = wall()
        let passed = max(.zero, wall.since(started)) * speed
        state.withLock { state in
            let now = start.advanced(by: passed + state.advanced)
            state.advanced += max(.zero, instant.since(now))
        }
    }

    /// How long so much virtual time takes in truth.
    package func real(_ duration: Duration) -> Duration { speed > 0 ? duration / speed : duration }
}

/// The time of a virtual clock for a run in the same process: whoever waits lets it pass.
///
/// Of several that wait at once the last one decides, as with real time. A clock of speed 0 moves by this alone, so
/// that the same run always sees the same times.
package struct WaitedTime: Clock {
    /// A moment, by the virtual time since the clock's start.
    package struct Instant: InstantProtocol {
        package var offset: Duration

        package func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }
        package func duration(to other: Instant) -> Duration { other.offset - offset }
        package static func < (left: Instant, right: Instant) -> Bool { left.offset < right.offset }
    }

    private let clock: VirtualClock
    private let start: Core.Instant

    /// The time of a clock, from now on.
    package init(_ clock: VirtualClock) {
        self.clock = clock
        start = clock.now
    }

    package var now: Instant { Instant(offset: clock.now.since(start)) }
    package var minimumResolution: Duration { .nanoseconds(1) }

    package func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        try Task.checkCancellation()
        // Others may have something to do before time passes.
        await Task.yield()
        try Task.checkCancellation()
        clock.advance(to: start.advanced(by: deadline.offset))
    }
}

extension Instant {
    /// The form of a `Date` header.
    var httpDate: String {
        let days = seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400
        let second = seconds - days * 86_400
        // Civil date from days, after Howard Hinnant.
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let part = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * part + 2) / 5 + 1
        let month = part < 10 ? part + 3 : part - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        let weekdays = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let weekday = weekdays[Int(((days % 7) + 7) % 7)]
        let time = [second / 3600, second / 60 % 60, second % 60].map(Self.padded).joined(separator: ":")
        return "\(weekday), \(Self.padded(day)) \(months[Int(month) - 1]) \(year) \(time) GMT"
    }

    private static func padded(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
