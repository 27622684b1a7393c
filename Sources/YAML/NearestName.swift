/// "Did you mean": the known name that differs by the fewest edits.
package enum NearestName {
    /// The nearest name within a third of the length (at least one edit), or nil; the earlier of equally near ones.
    package static func of(_ name: String, among known: some Sequence<String>) -> String? {
        var best: (name: String, distance: Int)?
        for candidate in known {
            let distance = distance(Array(name.lowercased().utf8), Array(candidate.lowercased().utf8))
            guard distance <= max(1, max(name.utf8.count, candidate.utf8.count) / 3) else { continue }
            if best.map({ distance < $0.distance }) ?? true { best = (candidate, distance) }
        }
        return best?.name
    }

    /// What to do about a name that is not known: the nearest one, else all that there are.
    package static func hint(for name: String, among known: [String]) -> String {
        of(name, among: known).map { "did you mean \($0)?" }
            ?? (known.isEmpty
                ? "there is none here" : "known here: \(known.sorted().joined(separator: ", "))")
    }

    /// Insertions, deletions, substitutions and swaps of neighbours, each at a cost of one.
    static func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
        var beforeLast: [Int] = []
        var last = Array(0...b.count)
        for i in 0..<a.count {
            var row = [i + 1]
            row.reserveCapacity(b.count + 1)
            for j in 0..<b.count {
                var cost = min(last[j] + (a[i] == b[j] ? 0 : 1), last[j + 1] + 1, row[j] + 1)
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
                    cost = min(cost, beforeLast[j - 1] + 1)
                }
                row.append(cost)
            }
            (beforeLast, last) = (last, row)
        }
        return last[b.count]
    }
}
