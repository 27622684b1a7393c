import Core

/// The end of a run's log: the newest lines that fit.
struct LogTail: Sendable {
    /// What a record of the runs topic holds of it (I7).
    static let limit = 64 << 10
    private static let cut = "… (earlier lines were left out)\n"

    private var lines: [String] = []
    private var first = 0
    private var bytes = 0
    private var isCut = false

    /// Adds a line, with its line end.
    mutating func append(_ line: String) {
        let line = line.utf8.count <= Self.limit / 4 ? line : String(line.prefix(Self.limit / 8)) + "…\n"
        lines.append(line)
        bytes += line.utf8.count
        while bytes > Self.limit - Self.cut.utf8.count {
            bytes -= lines[first].utf8.count
            first += 1
            isCut = true
        }
        // Dropped lines are freed now and then, not one by one.
        guard first > 256 else { return }
        lines.removeFirst(first)
        first = 0
    }

    /// Takes keys out of the lines.
    mutating func erase(_ eraser: KeyEraser) {
        lines = lines.map { eraser.erased($0) ?? $0 }
        bytes = lines[first...].reduce(0) { $0 + $1.utf8.count }
    }

    /// The lines, the oldest first.
    var text: String { (isCut ? Self.cut : "") + lines[first...].joined() }
    var isEmpty: Bool { first == lines.count }
}
