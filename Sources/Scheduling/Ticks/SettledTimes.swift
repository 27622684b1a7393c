import Core

/// Which nominal times have been decided: those up to one instant, and, after the clock was put back, some beyond it.
struct SettledTimes: Sendable {
    private struct Span { var from: Instant; var to: Instant }

    /// More than a clock is set in the time that one of them matters.
    private static let maximumSpans = 4096

    /// Every nominal time up to here is decided.
    private(set) var through: Instant
    /// The greatest that `through` ever was: up to here each time ran, waits, or lies in a recorded range.
    private(set) var highest: Instant
    /// What was decided while the time ran on, and single ticks that ran beyond a jump; ascending, from after, up to.
    private var spans: [Span] = []

    init(through: Instant) {
        self.through = through
        highest = through
    }

    /// What a record says: all up to `through` ran or lies in one of the ranges, and beyond it only they are decided.
    ///
    /// A range beyond it of times to come, recorded by a clock that is right again, leaves them open.
    /// Ranges between which no tick lies are kept as one, so that a long wait beside many of them forgets none.
    init(through: Instant, recorded: [SkippedTicks], at now: Instant, in timetable: Timetable) {
        self.init(through: through)
        let ranges = recorded.sorted { ($0.first, $0.last) < ($1.first, $1.last) }
        // What of it ran after a clock was put back is not known: none of it comes again (I5).
        settle(from: Instant(nanoseconds: .min), to: through)
        for range in ranges {
            var from = max(through, Self.before(range.first))
            if let last = spans.last?.to, last < from,
                timetable.next(after: last).map({ $0 >= range.first }) ?? true
            {
                from = last
            }
            settle(from: from, to: min(range.last, now))
        }
    }

    /// The time ran on, and all in between was decided as it came.
    mutating func run(to now: Instant) {
        guard now > through else { return }
        settle(from: through, to: now)
        advance(to: now)
    }

    /// The time jumped, and of what lies in between only these ticks ran, or will.
    mutating func jump(to now: Instant, ran ticks: [Instant]) {
        for tick in ticks { settle(tick) }
        advance(to: now)
    }

    /// A tick ran, wherever it lies.
    mutating func settle(_ tick: Instant) { settle(from: Self.before(tick), to: tick) }

    /// The clock was put back: what was decided stays so, the rest of the time ahead is open again.
    mutating func putBack(to now: Instant) { through = min(through, now) }

    func contains(_ nominal: Instant) -> Bool {
        nominal <= through || spans.contains { $0.from < nominal && nominal <= $0.to }
    }

    /// Where a decided while ends that holds a time beyond `through`; nil where the time is open.
    func end(of nominal: Instant) -> Instant? {
        spans.last { $0.from < nominal && nominal <= $0.to }?.to
    }

    private mutating func advance(to now: Instant) {
        through = max(now, through)
        highest = max(highest, through)
    }

    private mutating func settle(from: Instant, to: Instant) {
        guard from < to else { return }
        if let last = spans.indices.last, spans[last].from <= from, from <= spans[last].to {
            spans[last].to = max(spans[last].to, to)
        } else {
            spans.append(Span(from: from, to: to))
            if spans.count > Self.maximumSpans { spans.removeFirst() }
        }
    }

    private static func before(_ instant: Instant) -> Instant { instant.advanced(by: .nanoseconds(-1)) }
}
