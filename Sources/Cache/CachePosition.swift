import Core

/// How far into its log a cache has come, and when that was the log's end.
struct CachePosition: Equatable {
    var offset: Int64
    var isCurrentAt: Instant

    init(offset: Int64, isCurrentAt: Instant) {
        self.offset = offset
        self.isCurrentAt = isCurrentAt
    }

    /// The position in the file, nil in a new one.
    init?(in transaction: CacheTransaction) throws(CacheFault) {
        let found = try transaction.get(CacheHead.position) { cell throws(CacheFault) in
            guard cell.count == 16 else { throw VersionCell.damaged }
            return (cell.number(at: 0), cell.number(at: 8))
        }
        guard let found else { return nil }
        offset = Int64(bitPattern: found.0)
        isCurrentAt = Instant(nanoseconds: Int64(bitPattern: found.1))
    }

    func write(to transaction: CacheTransaction) throws(CacheFault) {
        var cell: [UInt8] = []
        cell.appendNumber(UInt64(bitPattern: offset))
        cell.appendNumber(UInt64(bitPattern: isCurrentAt.nanoseconds))
        try transaction.put(CacheHead.position, cell)
    }
}
