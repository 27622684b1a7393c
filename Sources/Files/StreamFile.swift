import Core

/// A stream's file, `<stream>.jsonl`: what is committed of it, and the lines that are about to be.
struct StreamFile: Sendable {
    let stream: StreamName
    let file: DiskFile
    private(set) var committed: LocalState.File
    /// The last bytes that are written, up to what the hash covers.
    private var tail: [UInt8]
    /// The lines that are not written yet, and where they belong.
    private var lines: [UInt8] = []
    private var end: Int

    /// Lines are written when so many bytes of them have come together: a bigger write is no faster (I7).
    private static let bufferSize = 4 << 20

    /// A file with what is committed of it, whose last bytes are `tail`.
    init(_ file: DiskFile, committed: LocalState.File, tail: [UInt8]) {
        stream = committed.stream
        self.file = file
        self.committed = committed
        self.tail = tail
        end = committed.length
    }

    /// Takes the events of a page.
    mutating func append(_ page: EventPage, transaction: String) throws(StateError) {
        let line = EventLine(page, transaction: transaction)
        for event in page.events {
            line.append(event, of: page, to: &lines)
            if lines.count >= Self.bufferSize { try flush() }
        }
    }

    /// Writes what is left; nothing of it counts before the state names it.
    mutating func flush() throws(StateError) {
        guard !lines.isEmpty else { return }
        try file.write(lines, at: end)
        end += lines.count
        tail = FileTail.joined(tail, lines)
        // A record of many megabytes must not hold its memory for ever.
        let keeps = lines.count <= 2 * Self.bufferSize
        lines.removeAll(keepingCapacity: keeps)
    }

    /// What the state is to say of it once everything is written.
    func pending() throws(StateError) -> LocalState.File {
        LocalState.File(
            stream: stream,
            length: end,
            modified: try file.status().modified,
            tail: FileTail.hash(tail)
        )
    }

    /// The commit happened.
    mutating func commit(_ pending: LocalState.File) { committed = pending }

    /// The commit did not happen: nothing of it stays.
    mutating func rollBack() throws(StateError) {
        lines.removeAll()
        end = committed.length
        try file.truncate(to: end)
        tail = try FileTail.read(file, length: end)
        committed.modified = try file.status().modified
    }
}
