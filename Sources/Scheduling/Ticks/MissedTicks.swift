import Core

/// The open ticks of a while, few or very many: all of them where that is possible, else both ends of them.
struct MissedTicks {
    /// Above this, ticks are not looked at one by one.
    static let maximum = 2 * TickPolicy.maximumCatchUp

    /// The first ones, or all.
    var head: [Instant] = []
    /// The last ones where there are too many.
    var tail: [Instant] = []
    /// The first and the last of each row of open ticks between both.
    var between: [(first: Instant, last: Instant)] = []

    /// The ticks after one instant, up to another, without those that are decided.
    init(of timetable: Timetable, after: Instant, through: Instant, without settled: SettledTimes) {
        var last = after
        func following() -> Instant? {
            while let tick = timetable.next(after: last), tick <= through {
                guard let end = settled.end(of: tick) else { return tick }
                last = end
            }
            return nil
        }
        while head.count < Self.maximum {
            guard let tick = following() else { return }
            head.append(tick)
            last = tick
        }
        guard following() != nil else { return }
        var before = through.advanced(by: .nanoseconds(1))
        while tail.count < Self.maximum, let tick = timetable.previous(before: before), tick > last {
            if let start = settled.start(of: tick) {
                before = start.advanced(by: .nanoseconds(1))
            } else {
                tail.append(tick)
                before = tick
            }
        }
        tail.reverse()
        while let first = following(), first < before {
            let end =
                settled.start(after: first).map { min($0.advanced(by: .nanoseconds(1)), before) } ?? before
            let row = timetable.previous(before: end) ?? first
            between.append((first, row))
            last = row
        }
    }
}
