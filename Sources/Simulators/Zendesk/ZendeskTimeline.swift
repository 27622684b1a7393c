/// The order in which an export shows objects: by second, then by place.
///
/// What has moved on leaves its old entry behind, which whoever walks the line must tell from the new one.
struct ZendeskTimeline: Sendable {
    /// Where something stands.
    struct Entry: Comparable, Hashable, Sendable {
        var stamp: Int
        var place: Int

        static func < (left: Entry, right: Entry) -> Bool {
            (left.stamp, left.place) < (right.stamp, right.place)
        }
    }

    private(set) var entries: [Entry]

    /// A line of entries in any order.
    init(_ entries: [Entry] = []) { self.entries = entries.sorted() }

    /// Adds an entry, most often at the end.
    mutating func add(_ entry: Entry) {
        var place = entries.endIndex
        while place > 0, entry < entries[place - 1] { place -= 1 }
        guard place == 0 || entries[place - 1] != entry else { return }
        entries.insert(entry, at: place)
    }

    /// Leaves out the entries that are of no use any more.
    mutating func compact(where isUseful: (Entry) -> Bool) { entries.removeAll { !isUseful($0) } }

    /// The index of the first entry that is not before that one.
    func index(of entry: Entry) -> Int {
        var (low, high) = (0, entries.count)
        while low < high {
            let middle = (low + high) / 2
            if entries[middle] < entry { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
