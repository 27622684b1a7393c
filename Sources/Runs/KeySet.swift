/// Very many keys, of which only whether one is among them will be asked.
///
/// Each takes eight bytes, its hash under a seed of this process. Two keys that share one would make a record that is
/// gone pass for one that is there, until the next look under another seed: of twenty million keys, one in a
/// trillion.
struct KeySet {
    /// No list of keys may have more (I7).
    static let maximumCount = 20_000_000

    private var hashes: [Int] = []
    private var isSorted = true

    var count: Int { hashes.count }

    mutating func insert(_ key: [UInt8]) {
        hashes.append(key.hashValue)
        isSorted = false
    }

    /// Ends the inserting, so that it can be asked.
    mutating func sort() {
        hashes.sort()
        isSorted = true
    }

    func contains(_ key: [UInt8]) -> Bool {
        precondition(isSorted, "asked before it was sorted")
        let hash = key.hashValue
        var low = 0
        var high = hashes.count
        while low < high {
            let middle = (low + high) / 2
            if hashes[middle] < hash { low = middle + 1 } else { high = middle }
        }
        return low < hashes.count && hashes[low] == hash
    }
}
