package import Core

/// What the clocks of the machine show at one moment.
package struct ClockReading: Hashable, Sendable {
    package var wall: Instant
    /// Runs on while the machine is awake, and nobody sets it.
    package var monotonic: Duration
    /// How long the machine has been suspended since it started.
    package var suspended: Duration

    /// A reading of all at once.
    package init(wall: Instant, monotonic: Duration, suspended: Duration = .zero) {
        self.wall = wall
        self.monotonic = monotonic
        self.suspended = suspended
    }
}

/// What happened to the time since the last look at it.
package enum ClockChange: Hashable, Sendable {
    /// The first look.
    case started
    case steady
    /// Somebody put the clock forward.
    case forward(Duration)
    /// Somebody put the clock back.
    case backward(Duration)
    /// The machine slept.
    case suspended(Duration)

    /// How ticks are judged that lie between the two looks.
    enum Judgement {
        /// They were waited for.
        case live
        /// As the clocks' own jumps in spring are: fixed times once, the many of an interval not.
        case step
        /// Nothing could start: the policy says what is made up for.
        case downtime
    }

    var judgement: Judgement {
        switch self {
        case .started: .downtime
        case .steady, .backward: .live
        case .suspended(let length): length <= .seconds(60) ? .live : .downtime
        case .forward(let length):
            length <= .seconds(300) ? .live : length < .seconds(3 * 3600) ? .step : .downtime
        }
    }
}

/// Compares the clocks: what the wall shows, what has really passed, and what was slept through.
package struct ClockWatch: Sendable {
    /// How long the loop sleeps at most before it looks at the wall again.
    package static let longestSleep: Duration = .seconds(30)
    /// Below this a clock is being trimmed, not set.
    private static let tolerance: Duration = .seconds(2)

    private var last: ClockReading?

    /// A watch that has not looked yet.
    package init() {}

    /// What happened since the last reading.
    package mutating func read(_ reading: ClockReading) -> ClockChange {
        defer { last = reading }
        guard let last else { return .started }
        let slept = reading.suspended - last.suspended
        let step = reading.wall.since(last.wall) - (reading.monotonic - last.monotonic) - slept
        if slept > Self.tolerance { return .suspended(slept + max(step, .zero)) }
        if step > Self.tolerance { return .forward(step) }
        return step < .zero - Self.tolerance ? .backward(.zero - step) : .steady
    }

    /// How long to sleep on the monotonic clock until something is due: never so long that a set clock stays unseen.
    package static func wait(at now: Instant, until wake: Instant?) -> Duration {
        guard let wake else { return longestSleep }
        return max(.zero, min(longestSleep, wake.since(now)))
    }
}
