import Core

extension CivilPattern {
    /// From here on a jump of the clocks is no daylight saving time but a correction, after which nothing is made up for:
    /// Samoa left out a day.
    private static let correction = 3 * 3600

    /// The first instant after one at which the pattern is due, by the second; nil where none comes.
    func next(after seconds: Int64, in zone: Zone, _ rule: DaylightRule) -> Int64? {
        var span = zone.span(at: seconds + 1)
        var from = seconds + 1
        while true {
            let begins = beginning(of: span, zone, rule)
            // A fixed time of the gap is due in the first second after it.
            if begins.isDue, let start = span.start, start > seconds { return start }
            let offset = Int64(span.offset.seconds)
            let local = LocalTime(seconds: max(from + offset, begins.local))
            if let found = first(from: local) {
                let instant = found.seconds - offset
                if span.contains(instant) { return instant }
            } else if local.seconds > Self.latest.seconds || span.end == nil {
                return nil
            }
            guard let end = span.end, end + offset <= Self.latest.seconds else { return nil }
            from = end
            span = zone.span(at: end)
        }
    }

    /// The last instant before one at which the pattern was due, by the second; nil where none came.
    func previous(before seconds: Int64, in zone: Zone, _ rule: DaylightRule) -> Int64? {
        var to = seconds - 1
        while true {
            let span = zone.span(at: to)
            let begins = beginning(of: span, zone, rule)
            let offset = Int64(span.offset.seconds)
            if let found = last(to: LocalTime(seconds: to + offset)), found.seconds >= begins.local {
                return found.seconds - offset
            }
            guard let start = span.start, start + offset >= Self.earliest.seconds else { return nil }
            if begins.isDue { return start }
            to = start - 1
        }
    }

    /// What the change of the clocks does that begins a while: whether a skipped time is due at once, and the first time
    /// on the clock that counts.
    private func beginning(of span: ZoneSpan, _ zone: Zone, _ rule: DaylightRule) -> (
        isDue: Bool, local: Int64
    ) {
        guard let start = span.start else { return (false, .min) }
        let shown = start + Int64(span.offset.seconds)
        guard !isWildcard else { return (false, shown) }
        let expected = start + Int64(zone.offset(at: start - 1).seconds)
        if shown > expected {
            guard rule != .skip, shown - expected < Self.correction else { return (false, shown) }
            let skipped = first(from: LocalTime(seconds: expected))
            return (skipped.map { $0.seconds < shown } ?? false, shown)
        }
        guard rule != .both, expected - shown <= Self.correction else { return (false, shown) }
        return (false, expected)
    }
}
