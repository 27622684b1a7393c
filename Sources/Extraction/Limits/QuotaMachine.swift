package import Core

/// Counts a day's requests against what the API grants, and stops before the reserve is touched.
package struct QuotaMachine: Sendable {
    /// What a request that may not go is told.
    package struct Spent: Hashable, Sendable {
        package var remaining: Int
        package var limit: Int
        package var reserve: Int
        /// When there is more; nil where that is not known.
        package var resets: Instant?
    }

    private let reserve: Int
    private let zone: DayOffset?
    private var limit: Int?
    private var remaining: Int?
    private var resets: Instant?
    private var inFlight = 0
    /// Whether an answer has said what is left.
    private(set) var isTold = false

    /// A quota of `daily` requests, which answers may correct; `zone` has the midnight at which it begins anew.
    package init(daily: Int?, reserve: Int, zone: DayOffset? = nil) {
        limit = daily
        remaining = daily
        self.reserve = reserve
        self.zone = zone
    }

    /// Nil where a request may go now.
    package mutating func refusal(at now: Instant) -> Spent? {
        if let resets, now >= resets { begin() }
        if resets == nil, let zone { resets = zone.midnight(after: now) }
        guard let limit, let remaining else { return nil }
        let kept = limit.hundredths(reserve)
        guard remaining - 1 < kept else { return nil }
        return Spent(remaining: remaining, limit: limit, reserve: kept, resets: resets)
    }

    /// What is left; nil where that is not known.
    package func standing(at now: Instant) -> QuotaStanding? {
        guard let limit, let remaining else { return nil }
        let isOver = resets.map { now >= $0 } ?? false
        return QuotaStanding(
            limit: limit,
            remaining: isOver ? limit : max(0, remaining),
            reserve: limit.hundredths(reserve),
            resets: isOver ? nil : resets
        )
    }

    /// Goes on counting where another machine of the same account left off; not on another day.
    package mutating func resume(_ standing: QuotaStanding, at now: Instant) {
        guard let resets = standing.resets, now < resets, let limit else { return }
        // Of a limit that was changed meanwhile what was used still counts.
        remaining = max(0, limit - (standing.limit - standing.remaining))
        self.resets = resets
    }

    private mutating func begin() {
        remaining = limit
        resets = nil
    }

    /// A request goes.
    package mutating func sent() {
        remaining = remaining.map { $0 - 1 }
        inFlight += 1
    }

    /// It was answered, perhaps with what is left, or failed without an answer.
    package mutating func answered(_ reading: LimitReading?, at now: Instant) {
        inFlight -= 1
        guard let reading else { return }
        if let limit = reading.limit { self.limit = limit }
        if let remaining = reading.remaining {
            self.remaining = remaining - inFlight
            isTold = true
        }
        if let reset = reading.reset { resets = now.advanced(by: reset) }
    }
}

/// A time zone by its distance from UTC.
package struct DayOffset: Hashable, Sendable {
    /// Seconds to the east.
    package var seconds: Int64

    /// Reads `UTC`, `+02:00` or `-05:00`, or gives nil.
    package init?(_ text: String) {
        if text == "UTC" || text == "Z" {
            seconds = 0
            return
        }
        let bytes = Array(text.utf8)
        guard bytes.count == 6, bytes[0] == UInt8(ascii: "+") || bytes[0] == UInt8(ascii: "-"),
            bytes[3] == UInt8(ascii: ":"), let hours = Int64(text.dropFirst().prefix(2)),
            let minutes = Int64(text.suffix(2)), (0...14).contains(hours), (0...59).contains(minutes)
        else { return nil }
        seconds = (hours * 60 + minutes) * 60 * (bytes[0] == UInt8(ascii: "-") ? -1 : 1)
    }

    /// The next midnight there, later than `now`.
    package func midnight(after now: Instant) -> Instant {
        let local = now.seconds + seconds
        let day = local >= 0 ? local / 86_400 : (local - 86_399) / 86_400
        return Instant(seconds: (day + 1) * 86_400 - seconds)
    }
}
