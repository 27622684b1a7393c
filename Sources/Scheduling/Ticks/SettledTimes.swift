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
    /// What was decided while the time ran on, and single ticks that ran beyond a jump; ascending, apart, from after, up to.
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

    func contains(_ nominal: Instant) -> Bool { nominal <= through || end(of: nominal) != nil }

    /// Where a decided while ends that holds a time; nil where the time is open.
    func end(of nominal: Instant) -> Instant? {
        let place = firstEnding(from: nominal)
        return place < spans.count && spans[place].from < nominal ? spans[place].to : nil
    }

    /// After what instant a decided while begins that holds a time; nil where the time is open.
    func start(of nominal: Instant) -> Instant? {
        let place = firstEnding(from: nominal)
        return place < spans.count && spans[place].from < nominal ? spans[place].from : nil
    }

    /// After what instant the first decided while begins that lies beyond an open time.
    func start(after nominal: Instant) -> Instant? {
        let place = firstEnding(from: nominal)
        return place < spans.count ? spans[place].from : nil
    }

    /// The first span that does not end before an instant.
    private func firstEnding(from instant: Instant) -> Int {
        var (low, high) = (0, spans.count)
        while low < high {
            let middle = (low + high) / 2
            if spans[middle].to < instant { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private mutating func advance(to now: Instant) {
        through = max(now, through)
        highest = max(highest, through)
    }

    private mutating func settle(from: Instant, to: Instant) {
        guard from < to else { return }
        let first = firstEnding(from: from)
        var end = first
        var span = Span(from: from, to: to)
        while end < spans.count, spans[end].from <= to {
            span = Span(from: min(span.from, spans[end].from), to: max(span.to, spans[end].to))
            end += 1
        }
        spans.replaceSubrange(first..<end, with: [span])
        // Between two that have passed lies only what is recorded: it need not come again when the clock is put back.
        guard spans.count > Self.maximumSpans, spans[1].from <= through else { return }
        spans[1].from = spans[0].from
        spans.removeFirst()
    }

    private static func before(_ instant: Instant) -> Instant { instant.advanced(by: .nanoseconds(-1)) }
}
