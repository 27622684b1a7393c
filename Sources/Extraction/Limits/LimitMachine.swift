/// Keeps one limit of an API: says when the next request may go, and learns from what answers say of the limit.
///
/// Requests are spaced, a little wider than the limit would have them: in no window of its period are there more than
/// the limit allows, wherever the API lets it begin. An empty window gives no right to a burst: two of them back to back
/// would pass the limit twice over. A request that comes late shortens the next gap by so much, up to half of the
/// room that the spacing leaves, so that slow answers cost no throughput.
///
/// Rule 10 of every extractor: a limit is the account's, not a stream's, with named ones beside it.
package struct LimitMachine: Sendable {
    /// What is left until a time, as the API said.
    private struct Budget: Sendable {
        var remaining: Int
        var until: Duration
        /// Whether the API said when it begins anew.
        var hasReset: Bool
    }

    /// Of a thousand: how much wider the gaps are, half of it for the network's own jitter.
    private static let margin = 30

    /// In a shorter period caution costs more than the one refusal that it spares.
    private static let longPeriod = Duration.seconds(10)

    private let assumed: RateLimit
    private let share: Int
    private var rate: RateLimit
    /// Between one request and the next.
    private(set) var gap: Duration
    /// By so much a late one shortens the next gap at most.
    private(set) var slack: Duration
    /// When the last request was to go.
    private var last: Duration?
    private var closedUntil: Duration = .zero
    private var budget: Budget?
    private var sentCount = 0

    /// A machine for a limit, of which `share` hundredths are used.
    package init(_ limit: RateLimit, share: Int = 100) {
        assumed = limit
        self.share = share
        rate = limit
        (gap, slack) = Self.spacing(limit, share)
    }

    private static func spacing(_ limit: RateLimit, _ share: Int) -> (gap: Duration, slack: Duration) {
        let count = max(1, limit.count * share / 100)
        let room = limit.period * margin / 1000
        let quotient = (limit.period + room) / count
        // Rounded up: a window must not gain what a division loses.
        let gap = quotient + Duration(secondsComponent: 0, attosecondsComponent: 1)
        return (gap, min(gap, room / 2))
    }

    /// How long a request has to wait, zero where it may go now; `now` is any clock's time that never goes back.
    ///
    /// After a wait it must be asked again: others may have gone, and the limit may have closed.
    package mutating func wait(at now: Duration) -> Duration {
        var start = max(now, closedUntil)
        if let last { start = max(start, last + gap) }
        if let budget {
            if budget.until <= start {
                self.budget = nil
            } else if budget.remaining <= 0 {
                start = budget.until
            }
        }
        return Self.wholeNanoseconds(start - now)
    }

    /// What is left of the period, as the API said last; nil where it does not say, or that period is over.
    package func remaining(at now: Duration) -> Int? {
        budget.flatMap { now < $0.until ? max(0, $0.remaining) : nil }
    }

    /// How long after a request that goes now the next one may.
    package func interval(at now: Duration) -> Duration {
        // A whole gap where this one is in time, less where it is late.
        max(.zero, (last.map { max($0 + gap, now - slack) } ?? now) + gap - now)
    }

    /// Rounded up to what clocks can wait for: a rest that no clock has would be waited for without end.
    private static func wholeNanoseconds(_ duration: Duration) -> Duration {
        let rest = duration.components.attoseconds % 1_000_000_000
        guard rest > 0 else { return duration }
        return duration + Duration(secondsComponent: 0, attosecondsComponent: 1_000_000_000 - rest)
    }

    /// A request goes: its number is given back with its answer.
    package mutating func sent(at now: Duration) -> Int {
        last = last.map { max($0 + gap, now - slack) } ?? now
        if budget?.hasReset == true { budget?.remaining -= 1 }
        sentCount += 1
        return sentCount
    }

    /// The request of a number was answered with what its headers say.
    package mutating func answered(_ number: Int, _ reading: LimitReading, at now: Duration) {
        learn(reading)
        guard let remaining = reading.remaining else { return }
        guard let reset = reading.reset else {
            // A window that slides, or one whose edge is unknown: after a whole period it is another one.
            budget = Budget(remaining: remaining, until: now + rate.period, hasReset: false)
            return
        }
        let isShort = rate.period < Self.longPeriod
        // Those sent since may not be counted in it yet. Resets are whole seconds, rounded either way.
        let left = isShort ? remaining : remaining - (sentCount - number)
        let until = now + reset + (isShort ? .zero : .seconds(1))
        guard let budget, budget.hasReset, now < budget.until else {
            self.budget = Budget(remaining: left, until: until, hasReset: true)
            return
        }
        // Answers overtake each other: of one window the least counts, of one that is over nothing.
        switch until - budget.until {
        case ..<(.seconds(-2)): break
        case ...(.seconds(2)): self.budget?.remaining = min(budget.remaining, left)
        default: self.budget = Budget(remaining: left, until: until, hasReset: true)
        }
    }

    /// The API refused a request for so long.
    package mutating func refused(for duration: Duration, at now: Duration) {
        closedUntil = max(closedUntil, now + duration)
    }

    private mutating func learn(_ reading: LimitReading) {
        guard let limit = reading.limit, RateLimit.counts.contains(limit) else { return }
        rate = RateLimit(count: limit, period: reading.period ?? assumed.period)
        (gap, slack) = Self.spacing(rate, share)
    }
}
