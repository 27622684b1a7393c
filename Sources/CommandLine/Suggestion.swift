/// "Did you mean": the nearest of the known words.
enum Suggestion {
    /// `; did you mean …?`, or nothing where no word is near.
    static func text(for word: String, among known: [String], prefix: String = "") -> String {
        nearest(to: word, among: known).map { "; did you mean \(prefix)\($0)?" } ?? ""
    }

    /// The word of the fewest slips; the earlier one of a tie.
    ///
    /// Nil beyond a slip for every three letters.
    static func nearest(to word: String, among known: [String]) -> String? {
        let candidates = known.map { (word: $0, distance: distance(Array(word), Array($0))) }
        guard let best = candidates.min(by: { $0.distance < $1.distance }) else { return nil }
        if best.distance <= max(1, word.count / 3) { return best.word }
        return word.count >= 3 ? known.first { $0.hasPrefix(word) } : nil
    }

    /// Letters to insert, remove, change or swap with their neighbour (optimal string alignment).
    static func distance(_ left: [Character], _ right: [Character]) -> Int {
        var beforeLast = [Int](repeating: 0, count: right.count + 1)
        var last = Array(0...right.count)
        for row in 0..<left.count {
            var current = [row + 1] + [Int](repeating: 0, count: right.count)
            for column in 0..<right.count {
                let change = last[column] + (left[row] == right[column] ? 0 : 1)
                current[column + 1] = min(change, last[column + 1] + 1, current[column] + 1)
                if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
                    current[column + 1] = min(current[column + 1], beforeLast[column - 1] + 1)
                }
            }
            (beforeLast, last) = (last, current)
        }
        return last[right.count]
    }
}
