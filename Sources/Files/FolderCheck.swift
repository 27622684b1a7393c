import Core

/// Compares a stream's file with what the state says of it, before a session writes to it (I2).
///
/// Behind the committed bytes there may be what a crash left of a transaction; everything else that differs was done
/// by somebody else and is refused, until the user says how to go on.
struct FolderCheck {
    let folder: String
    let state: LocalState
    /// Whether there was no state at all.
    let isNew: Bool
    /// Whether a session died there.
    let wasRunning: Bool
    /// Whether the stream's file is taken as it is, whatever happened to it (`--accept`, `--resync`).
    let accepts: (StreamName) -> Bool

    /// What stands on the disk of a stream's file.
    struct Found {
        var file: DiskFile
        /// What counts from now on.
        var committed: LocalState.File
        /// The file's length; what is behind the committed bytes is to be cut off.
        var size: Int
        /// Whether it lost something, or was changed, and is taken as it is.
        var isAccepted: Bool
    }

    /// Looks at a stream's file; nil where there is none and none is missed.
    func look(_ stream: StreamName) throws(StateError) -> Found? {
        let path = Self.path(folder, stream)
        let known = state.files.first { $0.stream == stream }
        guard let file = try DiskFile.open(path, creates: false) else {
            guard let known, known.length > 0 else { return nil }
            try refuse(stream, "\(path) is gone, it had \(known.length) bytes")
            return nil
        }
        do throws(StateError) {
            return try compare(file, known, stream)
        } catch {
            file.close()
            throw error
        }
    }

    static func path(_ folder: String, _ stream: StreamName) -> String { "\(folder)/\(stream).jsonl" }

    private func compare(_ file: DiskFile, _ known: LocalState.File?, _ stream: StreamName) throws(StateError)
        -> Found
    {
        let status = try file.status()
        let length = known?.length ?? 0
        guard let difference = try difference(file, known, status) else {
            let committed = LocalState.File(
                stream: stream,
                length: length,
                modified: status.modified,
                tail: known?.tail ?? FileTail.hash([])
            )
            return Found(file: file, committed: committed, size: status.size, isAccepted: false)
        }
        try refuse(stream, "\(file.path) \(difference)")
        // Half a line of ours says nothing any more; one that somebody else wrote is theirs.
        let kept = status.size < length ? try Self.lastLineEnd(file, status.size) : status.size
        let committed = LocalState.File(
            stream: stream,
            length: kept,
            modified: status.modified,
            tail: FileTail.hash(try FileTail.read(file, length: kept))
        )
        return Found(file: file, committed: committed, size: status.size, isAccepted: true)
    }

    /// The place behind the last end of line.
    private static func lastLineEnd(_ file: DiskFile, _ size: Int) throws(StateError) -> Int {
        var end = size
        while end > 0 {
            let start = max(0, end - (64 << 10))
            let bytes = try file.read(start..<end)
            if let last = bytes.lastIndex(of: UInt8(ascii: "\n")) { return start + last + 1 }
            end = start
        }
        return 0
    }

    /// What somebody else did to the file, in words; nil where it is as we left it.
    private func difference(
        _ file: DiskFile,
        _ known: LocalState.File?,
        _ status: (size: Int, modified: Int)
    ) throws(StateError) -> String? {
        let length = known?.length ?? 0
        if status.size < length {
            return "was cut or replaced: it has \(status.size) bytes, \(length) were committed"
        }
        if let known, FileTail.hash(try FileTail.read(file, length: length)) != known.tail {
            return "was changed: the last bytes of the \(length) that were committed are others"
        }
        if status.size > length {
            if isNew { return "holds \(status.size) bytes, and there is no state that says what they are" }
            guard wasRunning else {
                return
                    "was written to by something else: it has \(status.size) bytes, \(length) were committed"
            }
            guard try isRemainder(file, length..<status.size) else {
                return
                    "was written to by something else: behind the \(length) bytes that were committed stands no "
                    + "remainder of the transaction that was lost"
            }
            return nil
        }
        // While a session runs the time may be that of a transaction that was taken back.
        if !wasRunning, let known, known.modified != status.modified {
            return
                "was changed after the last commit: written to at \(Self.text(status.modified)), committed at "
                + Self.text(known.modified)
        }
        return nil
    }

    /// Whether the bytes can be what a crash left of the transaction after the last: its lines, or zeros that the
    /// file system put in the place of bytes that never came to the disk.
    private func isRemainder(_ file: DiskFile, _ range: Range<Int>) throws(StateError) -> Bool {
        let bytes = try file.read(range.lowerBound..<min(range.upperBound, range.lowerBound + (64 << 10)))
        if bytes.allSatisfy({ $0 == 0 }) { return true }
        let head = Array(#"{"key":""#.utf8)
        guard bytes.prefix(head.count).elementsEqual(head.prefix(bytes.count)) else { return false }
        let line = bytes.prefix { $0 != UInt8(ascii: "\n") && $0 != 0 }
        // In a key or an id a quote has a backslash before it, so this is the header.
        let text = String(decoding: line, as: UTF8.self)
        let name = "\"\(EventHeader.transaction)\":\""
        guard let label = text.firstRange(of: name) else { return true }
        let prefix = EventHeader.transactionPrefix(run: state.run, number: state.transaction + 1)
        let found = text[label.upperBound...]
        return found.count < prefix.count ? prefix.hasPrefix(found) : found.hasPrefix(prefix)
    }

    private func refuse(_ stream: StreamName, _ what: String) throws(StateError) {
        if accepts(stream) { return }
        guard stream != .deadLetters else {
            throw StateError(
                .fileChanged,
                "\(what); the file of dead letters is only ever appended to by sluice. Restore it, or go on with it as it is with "
                    + "--accept"
            )
        }
        throw StateError(
            .fileChanged,
            "\(what); a file of events is only ever appended to by sluice: rotating or editing it loses events for who "
                + "follows it. Restore it, publish the stream again with --stream \(stream) --resync, or go on with "
                + "the file as it is with --accept"
        )
    }

    private static func text(_ nanoseconds: Int) -> String {
        Instant(nanoseconds: Int64(nanoseconds)).rfc3339(fractionDigits: 3)
    }
}
