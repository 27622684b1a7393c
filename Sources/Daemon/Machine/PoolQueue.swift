import Core
import Scheduling

/// A pool: so many runs at once, and those that wait for a place in it.
///
/// A waiting run gains one priority a minute. Since all gain alike, their order never changes while they wait: a priority more
/// is as good as having come a minute earlier.
struct PoolQueue: Sendable {
    private struct Place: Hashable, Comparable, Sendable {
        var number: Int
        var run: String

        static func < (left: Place, right: Place) -> Bool { left.number < right.number }
    }

    let slots: Int
    private(set) var used = 0
    private var waiting = WakeQueue<Place>()
    private var places: [String: Place] = [:]
    private var number = 0

    init(slots: Int) { self.slots = slots }

    var isFull: Bool { used >= slots }
    var count: Int { places.count }

    mutating func add(_ run: String, priority: Int, at monotonic: Duration) {
        let place = Place(number: number, run: run)
        number += 1
        // A priority beyond a year of waiting is as good as that.
        let head = Duration.seconds(60 * min(max(priority, -500_000), 500_000))
        places[run] = place
        waiting.set(place, Instant(nanoseconds: 0).advanced(by: monotonic - head))
    }

    mutating func remove(_ run: String) {
        guard let place = places.removeValue(forKey: run) else { return }
        waiting.set(place, nil)
    }

    /// Gives places to those that wait, in their order, as far as there are any and as `mayStart` says of each.
    mutating func fill(_ mayStart: (String) -> Bool) -> [String] {
        var passed: [(place: Place, time: Instant)] = []
        var started: [String] = []
        while !isFull, let time = waiting.next, let place = waiting.popDue(time) {
            if mayStart(place.run) {
                places[place.run] = nil
                used += 1
                started.append(place.run)
            } else {
                passed.append((place, time))
            }
        }
        for (place, time) in passed { waiting.set(place, time) }
        return started
    }

    /// A run that had a place gives it back.
    mutating func release() { used -= 1 }
}
