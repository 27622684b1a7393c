package import Core

/// A tick every so many seconds, counted from 1970 in UTC: no clock change and no restart moves it.
package struct EveryInterval: Hashable, Sendable {
    /// Seconds between two ticks.
    package let seconds: Int
    /// How long after a multiple of it each tick comes.
    package let phase: Int

    /// An interval and its phase.
    package init(seconds: Int, phase: Int = 0) throws(ScheduleError) {
        guard seconds >= 1 else { throw ScheduleError(.badInterval, "an interval has 1 second or more") }
        guard (0..<seconds).contains(phase) else {
            throw ScheduleError(
                .badInterval,
                "the phase \(LengthText.short(phase)) is not shorter than the interval \(LengthText.short(seconds))"
            )
        }
        self.seconds = seconds
        self.phase = phase
    }

    /// Reads `90m`, or `90m/15m` with a phase.
    package init(parsing text: some StringProtocol) throws(ScheduleError) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        let lengths = parts.map { LengthText.seconds($0) }
        guard lengths.count <= 2, let first = lengths.first, let seconds = first, let last = lengths.last,
            let phase = last
        else {
            throw ScheduleError(
                .badInterval,
                "\"\(text)\" is no interval; write \(LengthText.forms), and a phase behind a slash (90m/15m)"
            )
        }
        try self.init(seconds: seconds, phase: lengths.count == 2 ? phase : 0)
    }

    /// The interval as it would be written.
    package var text: String {
        LengthText.short(seconds) + (phase == 0 ? "" : "/\(LengthText.short(phase))")
    }

    /// The first tick after an instant; nil after the year 2199.
    package func next(after instant: Instant) -> Instant? {
        let tick = last(to: instant.seconds) + Int64(seconds)
        return tick <= CivilPattern.latest.seconds ? Instant(seconds: tick) : nil
    }

    /// The last tick before an instant.
    package func previous(before instant: Instant) -> Instant? {
        let tick = last(to: instant.nanoseconds % 1_000_000_000 == 0 ? instant.seconds - 1 : instant.seconds)
        return tick >= CivilPattern.earliest.seconds ? Instant(seconds: tick) : nil
    }

    private func last(to second: Int64) -> Int64 {
        let distance = (second - Int64(phase)) % Int64(seconds)
        return second - (distance < 0 ? distance + Int64(seconds) : distance)
    }
}
