/// A change as the list of events tells it.
struct StripeEvent: Sendable {
    /// Its number in the order of happening: its id follows from it.
    var sequence: Int
    /// The second that it bears.
    var created: Int
    /// From this second on it is listed.
    var visible: Int
    /// Its place among those of the same second.
    var tie: UInt64
    var type: String
    var object: StripeObject
    /// What the object was before; nil for a new one.
    var before: StripeEdit?
    /// What it was then.
    var after: StripeEdit
    /// Whether the object is shown as an older version of the API has it.
    var isOld: Bool
    /// The number of the change of which it tells.
    var change: UInt64

    /// Whether it stands before another one, oldest first.
    func precedes(_ other: StripeEvent) -> Bool {
        (created, tie, sequence) < (other.created, other.tie, other.sequence)
    }
}

/// The events that are kept, oldest first.
struct StripeEventLog: Sendable {
    /// For so long an event can be read.
    static let retention = 30 * 86_400
    /// So many are held at most.
    static let limit = 2_000_000

    private var entries: [StripeEvent] = []
    private var created: [Int: Int] = [:]
    /// The number of the next event.
    private(set) var next = 0

    var isFull: Bool { entries.count >= Self.limit }

    /// Adds an event; its number must be `next`.
    mutating func append(_ event: StripeEvent, now: Int) {
        next += 1
        created[event.sequence] = event.created
        var place = entries.endIndex
        while place > 0, event.precedes(entries[place - 1]) { place -= 1 }
        entries.insert(event, at: place)
        let gone = first(createdAtLeast: now - Self.retention)
        // Only now and then: the array moves.
        guard gone > max(1024, entries.count / 8) else { return }
        for event in entries[..<gone] { created[event.sequence] = nil }
        entries.removeFirst(gone)
    }

    /// The events that can be read, oldest first; some may not be visible yet.
    func kept(now: Int) -> ArraySlice<StripeEvent> {
        entries[first(createdAtLeast: now - Self.retention)...]
    }

    /// The place of an event among `kept`; nil if it is not there or not visible.
    func place(of sequence: Int, now: Int) -> Int? {
        guard let second = created[sequence], second >= now - Self.retention else { return nil }
        return entries[first(createdAtLeast: second)...].firstIndex { $0.sequence == sequence }
            .flatMap { entries[$0].visible <= now ? $0 : nil }
    }

    /// Whether there was such an event, and it is no longer kept.
    func isGone(_ sequence: Int, now: Int) -> Bool {
        sequence < next && (created[sequence] ?? .min) < now - Self.retention
    }

    /// The place of the first event that bears that second or a later one.
    func first(createdAtLeast second: Int) -> Int {
        var (low, high) = (0, entries.count)
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].created < second { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
