import Core

/// Which nominal times have been decided: those up to one instant, and, after the clock was put back, some beyond it.
struct SettledTimes: Sendable {
    private struct Span { var from: Instant; var to: Instant }

    /// More than a clock is set in the time that one of them matters.
    private static let maximumSpans = 256

    /// Every nominal time up to here is decided.
    private(set) var through: Instant
    /// What was decided while the time ran on, and single ticks that ran beyond a jump; ascending, from after, up to.
    private var spans: [Span] = []

    init(through: Instant) { self.through = through }

    /// The time ran on, and all in between was decided as it came.
    mutating func run(to now: Instant) {
        guard now > through else { return }
        keep(Span(from: through, to: now))
        through = now
    }

    /// The time jumped, and of what lies in between only these ticks ran.
    mutating func jump(to now: Instant, ran ticks: [Instant]) {
        for tick in ticks { keep(Span(from: tick.advanced(by: .nanoseconds(-1)), to: tick)) }
        through = max(now, through)
    }

    /// The clock was put back: what was decided stays so, the rest of the time ahead is open again.
    mutating func putBack(to now: Instant) { through = min(through, now) }

    func contains(_ nominal: Instant) -> Bool {
        nominal <= through || spans.contains { $0.from < nominal && nominal <= $0.to }
    }

    /// Where a decided while ends that holds a time beyond `through`; nil where the time is open.
    func end(of nominal: Instant) -> Instant? {
        spans.last { $0.from < nominal && nominal <= $0.to }?.to
    }

    private mutating func keep(_ span: Span) {
        if let last = spans.indices.last, spans[last].from <= span.from, span.from <= spans[last].to {
            spans[last].to = max(spans[last].to, span.to)
        } else {
            spans.append(span)
            if spans.count > Self.maximumSpans { spans.removeFirst() }
        }
    }
}
