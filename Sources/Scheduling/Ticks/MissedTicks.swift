import Core

/// The ticks of a while, few or very many: all of them where that is possible, else both ends of them.
struct MissedTicks {
    /// Above this, ticks are not looked at one by one.
    static let maximum = 2 * TickPolicy.maximumCatchUp

    /// The first ones, or all.
    var head: [Instant] = []
    /// The last ones where there are too many; between them and the first ones lie more.
    var tail: [Instant] = []
    var isComplete: Bool { tail.isEmpty }

    /// The ticks after one instant, up to another.
    init(of timetable: Timetable, after: Instant, through: Instant) {
        var last = after
        while head.count < Self.maximum {
            guard let tick = timetable.next(after: last), tick <= through else { return }
            head.append(tick)
            last = tick
        }
        guard let following = timetable.next(after: last), following <= through else { return }
        var before = through.advanced(by: .nanoseconds(1))
        while tail.count < Self.maximum, let tick = timetable.previous(before: before), tick > last {
            tail.append(tick)
            before = tick
        }
        tail.reverse()
    }
}
