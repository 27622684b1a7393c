package import JSON

/// A record of the versions topic: one key's version, or one done entry of a feed; a null value forgets it.
///
/// There is one for each event of a transaction, so they are written and read byte by byte, without a tree.
package enum VersionRecord {
    /// The format that this version writes.
    package static let format = 1

    /// Appends a change's key: a JSON array.
    ///
    /// Compaction goes by these bytes: they never change.
    package static func appendKey(of change: VersionChange, account: AccountName, to bytes: inout [UInt8]) {
        let name: [UInt8]
        switch change.change {
        case .version(let key, _):
            bytes.append(contentsOf: #"["version",""#.utf8)
            name = key
        case .entry(let id, _):
            bytes.append(contentsOf: #"["entry",""#.utf8)
            name = id
        }
        // The names of accounts and streams hold nothing that JSON escapes.
        bytes.append(contentsOf: account.extractor.utf8)
        bytes.append(UInt8(ascii: "/"))
        bytes.append(contentsOf: account.account.utf8)
        bytes.append(contentsOf: #"",""#.utf8)
        bytes.append(contentsOf: change.stream.text.utf8)
        bytes.append(contentsOf: #"","#.utf8)
        JSONText.appendQuoted(name, to: &bytes)
        bytes.append(UInt8(ascii: "]"))
    }

    /// Appends a change's value; nothing, and false, where it forgets.
    package static func appendValue(of change: VersionChange, to bytes: inout [UInt8]) -> Bool {
        switch change.change {
        case .version(_, nil), .entry(_, nil): return false
        case .entry(_, let time?):
            bytes.append(contentsOf: #"{"format":1,"time":"#.utf8)
            append(time.milliseconds, to: &bytes)
        case .version(_, let version?): append(version, to: &bytes)
        }
        bytes.append(UInt8(ascii: "}"))
        return true
    }

    private static func append(_ version: RememberedVersion, to bytes: inout [UInt8]) {
        bytes.append(contentsOf: #"{"format":1,"content":""#.utf8)
        version.content.appendHex(to: &bytes)
        bytes.append(contentsOf: #"","count":"#.utf8)
        append(version.count, to: &bytes)
        bytes.append(contentsOf: #","seen":"#.utf8)
        append(version.seen.milliseconds, to: &bytes)
        bytes.append(contentsOf: #","read":"#.utf8)
        append(version.read, to: &bytes)
        if let text = version.version {
            bytes.append(contentsOf: #","version":"#.utf8)
            JSONText.appendQuoted(text, to: &bytes)
        }
        if version.isDeleted { bytes.append(contentsOf: #","deleted":true"#.utf8) }
        if let parent = version.parent {
            bytes.append(contentsOf: #","parent":"#.utf8)
            JSONText.appendQuoted(parent, to: &bytes)
        }
    }

    /// A number from 0; no count or time of ours is below.
    private static func append(_ number: Int, to bytes: inout [UInt8]) {
        var left = UInt64(max(number, 0))
        let start = bytes.count
        repeat {
            let (quotient, digit) = left.quotientAndRemainder(dividingBy: 10)
            bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: digit))
            left = quotient
        } while left > 0
        bytes[start...].reverse()
    }
}

/// The records of a group's changes, back to back in one buffer, ready to publish.
package struct VersionRecords: Sendable {
    /// One record, as slices of `bytes`.
    package struct Record: Hashable, Sendable {
        package var key: ByteSlice
        /// Absent for a tombstone.
        package var value: ByteSlice
    }

    package private(set) var bytes: [UInt8] = []
    package private(set) var records: [Record] = []

    /// The records of an account's changes, in their order.
    package init(_ changes: [VersionChange], account: AccountName) {
        records.reserveCapacity(changes.count)
        bytes.reserveCapacity(changes.count * 192)
        for change in changes {
            let start = bytes.count
            VersionRecord.appendKey(of: change, account: account, to: &bytes)
            let middle = bytes.count
            let hasValue = VersionRecord.appendValue(of: change, to: &bytes)
            let value = ByteSlice(offset: middle, count: bytes.count - middle)
            records.append(
                Record(
                    key: ByteSlice(offset: start, count: middle - start),
                    value: hasValue ? value : .absent
                )
            )
        }
    }
}
