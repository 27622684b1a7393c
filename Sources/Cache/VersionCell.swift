import Core

/// How a version stands in the cache: what counting looks at first, what can be of any length last.
enum VersionCell {
    static let damaged = CacheFault(kind: .damaged, attempt: "reading", reason: "a record is cut")

    private static let deleted: UInt8 = 1
    private static let hasVersion: UInt8 = 2
    private static let hasParent: UInt8 = 4
    /// Flags, read, content, count, seen.
    private static let fixed = 1 + 5 * 8

    static func append(_ version: RememberedVersion, to cell: inout [UInt8]) {
        cell.append(
            (version.isDeleted ? deleted : 0) | (version.version == nil ? 0 : hasVersion)
                | (version.parent == nil ? 0 : hasParent)
        )
        cell.appendNumber(UInt64(bitPattern: Int64(version.read)))
        cell.appendNumber(version.content.high)
        cell.appendNumber(version.content.low)
        cell.appendNumber(UInt64(bitPattern: Int64(version.count)))
        cell.appendNumber(UInt64(bitPattern: Int64(version.seen.milliseconds)))
        if let parent = version.parent {
            cell.appendNumber(UInt64(parent.count))
            cell.append(contentsOf: parent)
        }
        if let text = version.version { cell.append(contentsOf: text) }
    }

    static func version(_ cell: Span<UInt8>) throws(CacheFault) -> RememberedVersion {
        let (isDeleted, read) = try summary(cell)
        var version = RememberedVersion(
            content: ContentHash(high: cell.number(at: 9), low: cell.number(at: 17)),
            count: Int(truncatingIfNeeded: cell.number(at: 25)),
            isDeleted: isDeleted,
            seen: Instant(milliseconds: Int(truncatingIfNeeded: cell.number(at: 33))),
            read: read
        )
        var index = fixed
        if cell[0] & hasParent != 0 {
            let range = try parentRange(cell)
            version.parent = cell.bytes(range)
            index = range.upperBound
        }
        if cell[0] & hasVersion != 0 { version.version = cell.bytes(index..<cell.count) }
        return version
    }

    /// Whether its ordered version is a time before another.
    ///
    /// A look at very many: what is later is told by the text as it lies there.
    static func isPassed(_ cell: Span<UInt8>, by bound: VersionBound) throws(CacheFault) -> Bool {
        guard cell.count >= fixed else { throw damaged }
        guard cell[0] & hasVersion != 0 else { return false }
        let start = cell[0] & hasParent == 0 ? fixed : try parentRange(cell).upperBound
        if bound.isCertainlyBefore(cell.extracting(start..<cell.count)) { return false }
        return try version(cell).isPassed(by: bound.time, format: bound.format)
    }

    /// Whether it is deleted, and the last full read that had it.
    static func summary(_ cell: Span<UInt8>) throws(CacheFault) -> (isDeleted: Bool, read: Int) {
        guard cell.count >= fixed else { throw damaged }
        return (cell[0] & deleted != 0, Int(truncatingIfNeeded: cell.number(at: 1)))
    }

    /// The parent, where there is one.
    static func parent(_ cell: Span<UInt8>) throws(CacheFault) -> [UInt8]? {
        guard cell.count >= fixed else { throw damaged }
        return cell[0] & hasParent == 0 ? nil : cell.bytes(try parentRange(cell))
    }

    private static func parentRange(_ cell: Span<UInt8>) throws(CacheFault) -> Range<Int> {
        guard cell.count >= fixed + 8, case let count = Int(truncatingIfNeeded: cell.number(at: fixed)),
            count >= 0, cell.count - fixed - 8 >= count
        else { throw damaged }
        return fixed + 8..<fixed + 8 + count
    }
}

extension [UInt8] {
    /// Eight bytes, the lowest first.
    mutating func appendNumber(_ number: UInt64) {
        for shift in stride(from: 0, to: 64, by: 8) { append(UInt8(truncatingIfNeeded: number >> shift)) }
    }
}

extension Span<UInt8> {
    func number(at index: Int) -> UInt64 {
        var number: UInt64 = 0
        for position in 0..<8 { number |= UInt64(self[index + position]) << (8 * position) }
        return number
    }

    func bytes(_ range: Range<Int>) -> [UInt8] {
        unsafe extracting(range).withUnsafeBufferPointer { unsafe Array($0) }
    }

    func starts(with head: [UInt8]) -> Bool {
        guard count >= head.count else { return false }
        for index in 0..<head.count where self[index] != head[index] { return false }
        return true
    }

    func equals(_ other: [UInt8]) -> Bool { count == other.count && starts(with: other) }
}
