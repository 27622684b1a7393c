import Core
import JSON

/// Finds the keys that stand twice in a page: an open-addressed table of event positions by key bytes.
struct KeyTable: ~Copyable {
    private var slots: [Int32]
    private let mask: Int

    /// A table for so many keys, at most half full.
    init(capacity: Int) {
        var size = 16
        while size < capacity * 2 { size *= 2 }
        slots = [Int32](repeating: -1, count: size)
        mask = size - 1
    }

    /// The position of the earlier event with the same key as `events[position]`; nil where it is the first.
    mutating func insert(_ position: Int, events: [Event], text: [UInt8]) -> Int? {
        let key = events[position].key.range
        var slot = Self.hash(text, key) & mask
        while slots[slot] >= 0 {
            let other = Int(slots[slot])
            if Self.equal(text, events[other].key.range, key) { return other }
            slot = (slot + 1) & mask
        }
        slots[slot] = Int32(position)
        return nil
    }

    /// FNV-1a with a final mix: keys of a page, or names of members, are few and short, and a collision only costs a
    /// comparison.
    static func hash(_ text: [UInt8], _ range: Range<Int>) -> Int {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for position in range { hash = (hash ^ UInt64(text[position])) &* 0x100_0000_01b3 }
        return Int(truncatingIfNeeded: (hash ^ (hash >> 29)) & UInt64(Int64.max))
    }

    private static func equal(_ text: [UInt8], _ left: Range<Int>, _ right: Range<Int>) -> Bool {
        guard left.count == right.count else { return false }
        for offset in 0..<left.count where text[left.lowerBound + offset] != text[right.lowerBound + offset] {
            return false
        }
        return true
    }
}
