import Core

/// Divides a window that has more records than an API gives at once, oldest part first.
///
/// The keys that were given of a part before it turned out too large are remembered, up to twice the cap (I7): beyond
/// that a record may come again, which its version then shows.
struct WindowHalves: Sendable {
    /// What follows a page.
    enum Step: Hashable, Sendable {
        case goOn
        /// The part was read to its end.
        case ended
        /// This part has as many records as the cap, or more: not all of them may have come, or will.
        case tooMany(from: Instant, to: Instant)
    }

    let cap: Int?
    /// The parts to come, the next one last.
    private var pending: [(from: Instant, to: Instant)]
    private var current: (from: Instant, to: Instant)?
    private var count = 0
    private var largestPage = 0
    /// Everything before this came.
    private(set) var readTo: Instant
    private(set) var given: Set<[UInt8]> = []

    /// A window.
    init(from: Instant, to: Instant, cap: Int?) {
        self.cap = cap
        readTo = from
        pending = from < to ? [(from, to)] : []
    }

    /// The next part; nil where there is none.
    mutating func next() -> (from: Instant, to: Instant)? {
        count = 0
        current = pending.popLast()
        readTo = current?.from ?? readTo
        return current
    }

    /// A page of the part at hand came with so many records.
    mutating func took(_ records: Int, isDone: Bool) -> Step {
        count += records
        largestPage = max(largestPage, records)
        guard let cap, let current else { return isDone ? .ended : .goOn }
        // An API may refuse a page that would pass the cap, or leave out what is above it without a word.
        let isTooMany = isDone ? count >= cap : count + largestPage > cap
        if isTooMany { return .tooMany(from: current.from, to: current.to) }
        if isDone { readTo = current.to }
        return isDone ? .ended : .goOn
    }

    /// The part at hand is read anew, in two.
    mutating func divide(from: Instant, at middle: Instant, to: Instant) {
        pending.append((middle, to))
        pending.append((from, middle))
    }

    /// Whether a record did not come yet.
    mutating func isNew(_ key: [UInt8]) -> Bool {
        guard given.count < 2 * (cap ?? 0) else { return !given.contains(key) }
        return given.insert(key).inserted
    }
}
