import Core

/// Lines of the log of runs as they are read, each once and where it was written first.
///
/// A line out of which a key was erased is written again under its own key, behind all others: it takes the place of the one
/// that it replaces, or where compaction has taken that away already, the place that its time gives it.
struct RunLines: Sendable {
    private var read: [RunLine] = []
    private var places: [[UInt8]: Int] = [:]
    /// Those whose first form is not there any more.
    private var moved: [RunLine] = []
    private var movedPlaces: [[UInt8]: Int] = [:]

    /// Takes a line in; in the order of the log.
    mutating func take(_ line: RunLine, key: [UInt8]?) {
        guard line.erased != nil, let key else {
            if let key, RunLine.isOwnKey(key) { places[key] = read.count }
            read.append(line)
            return
        }
        if let place = places[key] {
            read[place] = line
        } else if let place = movedPlaces[key] {
            moved[place] = line
        } else {
            movedPlaces[key] = moved.count
            moved.append(line)
        }
    }

    /// The lines, in the order in which they were written first.
    var lines: [RunLine] {
        var lines = read
        for line in moved {
            lines.insert(line, at: lines.firstIndex { $0.at > line.at } ?? lines.endIndex)
        }
        return lines
    }
}
