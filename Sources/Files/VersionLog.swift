import Core
import JSON

/// The log of what is remembered: one line for each change, `{"key": …, "value": …}` as in the versions topic.
struct VersionLog: Sendable {
    let file: DiskFile
    let account: AccountName

    /// How many bytes are read or written at once (I7).
    static let chunk = 1 << 20

    /// The lines of a group's changes.
    func lines(of changes: [VersionChange]) -> [UInt8] {
        let records = VersionRecords(changes, account: account)
        var lines: [UInt8] = []
        lines.reserveCapacity(records.bytes.count + records.records.count * 24)
        for record in records.records {
            lines.append(contentsOf: Self.head)
            lines.append(contentsOf: records.bytes[record.key.range])
            lines.append(contentsOf: Self.middle)
            if record.value.isAbsent {
                lines.append(contentsOf: "null".utf8)
            } else {
                lines.append(contentsOf: records.bytes[record.value.range])
            }
            lines.append(contentsOf: "}\n".utf8)
        }
        return lines
    }

    /// Gives the changes of a range in turn, chunk by chunk, with the place behind each chunk.
    func read(
        _ range: Range<Int>,
        each: (_ changes: [(change: VersionChange, line: ArraySlice<UInt8>)], _ end: Int) throws(StateError)
            ->
            Void
    ) throws(StateError) {
        var reader = VersionRecordReader(account: account)
        var rest: [UInt8] = []
        var place = range.lowerBound
        while place < range.upperBound {
            let bytes = try file.read(place..<min(place + Self.chunk, range.upperBound))
            guard !bytes.isEmpty else { throw unreadable(at: place, "it ends there") }
            place += bytes.count
            rest += bytes
            guard let last = rest.lastIndex(of: UInt8(ascii: "\n")) else { continue }
            var changes: [(change: VersionChange, line: ArraySlice<UInt8>)] = []
            for line in rest[...last].split(separator: UInt8(ascii: "\n")) {
                guard let (key, value) = Self.parts(line) else {
                    throw unreadable(
                        at: place - rest.count + line.startIndex,
                        "no record of sluice's stands there"
                    )
                }
                if let change = try reader.change(key: key, value: value) { changes.append((change, line)) }
            }
            rest.removeSubrange(...last)
            try each(changes, place - rest.count)
        }
        guard rest.isEmpty else { throw unreadable(at: place - rest.count, "the last line has no end") }
    }

    private static let head = Array(#"{"key":"#.utf8)
    private static let middle = Array(#","value":"#.utf8)

    /// A line's key and value, which is nil for null.
    ///
    /// Inside of the key's text a quote has a backslash before it, so the first `],"value":` is its end.
    private static func parts(_ line: ArraySlice<UInt8>) -> (key: [UInt8], value: [UInt8]?)? {
        guard line.starts(with: head), line.last == UInt8(ascii: "}") else { return nil }
        var index = line.startIndex + head.count
        let start = index
        while index + middle.count < line.endIndex {
            index += 1
            guard line[index] == middle[0], line[index - 1] == UInt8(ascii: "]"),
                line[index...].starts(with: middle)
            else { continue }
            let value = line[(index + middle.count)..<(line.endIndex - 1)]
            return (Array(line[start..<index]), value.elementsEqual("null".utf8) ? nil : Array(value))
        }
        return nil
    }

    private func unreadable(at place: Int, _ reason: String) -> StateError {
        StateError(
            .unreadable,
            "\(file.path) cannot be read at byte \(place): \(reason); restore it, or publish everything again with "
                + "--resync"
        )
    }
}
