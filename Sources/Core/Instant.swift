import Glibc

/// A point in calendar time, in whole nanoseconds since 1970-01-01T00:00:00Z, without leap seconds.
package struct Instant: Hashable, Comparable, Sendable {
    /// Nanoseconds since the epoch; reaches from 1677 to 2262.
    package var nanoseconds: Int64

    /// An instant so many nanoseconds after the epoch.
    package init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    /// An instant so many seconds after the epoch; what lies outside the range is clamped to it.
    package init(seconds: Int64) {
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        nanoseconds = overflow ? (seconds < 0 ? .min : .max) : product
    }

    /// An instant so many milliseconds after the epoch; what lies outside the range is clamped to it.
    package init(milliseconds: Int) {
        let (product, overflow) = Int64(milliseconds).multipliedReportingOverflow(by: 1_000_000)
        nanoseconds = overflow ? (milliseconds < 0 ? .min : .max) : product
    }

    /// Whole milliseconds since the epoch, rounded down.
    package var milliseconds: Int {
        let (quotient, remainder) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000)
        return Int(remainder < 0 ? quotient - 1 : quotient)
    }

    /// Whole seconds since the epoch, rounded down.
    package var seconds: Int64 {
        let (quotient, remainder) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
        return remainder < 0 ? quotient - 1 : quotient
    }

    package static func < (left: Instant, right: Instant) -> Bool { left.nanoseconds < right.nanoseconds }

    /// The instant so much later (or earlier, for a negative duration); what lies outside the range is clamped to it.
    ///
    /// An API dates its answers and what it tells as it likes: that must not end the process.
    package func advanced(by duration: Duration) -> Instant {
        let (seconds, attoseconds) = duration.components
        let (whole, isTooLong) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let (shift, isLonger) = whole.addingReportingOverflow(attoseconds / 1_000_000_000)
        let (sum, isOutside) = nanoseconds.addingReportingOverflow(shift)
        guard !isTooLong, !isLonger, !isOutside else {
            return Instant(nanoseconds: duration < .zero ? .min : .max)
        }
        return Instant(nanoseconds: sum)
    }

    /// The time from `other` to this instant.
    package func since(_ other: Instant) -> Duration {
        // Between the ends of the range lies more than its own unit can count.
        Duration.nanoseconds(nanoseconds) - Duration.nanoseconds(other.nanoseconds)
    }
}

/// Reads the calendar time; injected wherever a decision or an event needs it.
package typealias WallClock = @Sendable () -> Instant

extension Instant {
    /// The machine's own clock: what `WallClock` is outside tests and simulators.
    package static let systemClock: WallClock = {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return Instant(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }
}
