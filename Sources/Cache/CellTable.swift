/// Cells by keys of any length, in the order of their bytes: a range of rows with a common head.
///
/// The file's own keys end at 511 bytes. Keys over `longest` share a row by their first bytes, in which they stand in
/// order; it may be slow where very many do, and is exact.
struct CellTable {
    /// With a head of 90 bytes and the mark of a shared row this stays below the library's limit.
    static let longest = 400

    let transaction: CacheTransaction
    let head: [UInt8]

    /// The cell of a key; nil where there is none.
    func cell<Value>(
        of key: some RandomAccessCollection<UInt8>,
        _ body: (Span<UInt8>) throws(CacheFault) -> Value
    ) throws(CacheFault) -> Value? {
        guard key.count > Self.longest else { return try transaction.get(row(of: key), body) }
        guard let cell = try shared(row(of: key)).first(where: { $0.key.elementsEqual(key) })?.cell else {
            return nil
        }
        return try body(cell.span)
    }

    /// Sets a key's cell; nil takes it away.
    func set(_ key: [UInt8], _ cell: [UInt8]?) throws(CacheFault) {
        let row = row(of: key)
        guard key.count > Self.longest else {
            if let cell { try transaction.put(row, cell) } else { try transaction.delete(row) }
            return
        }
        var cells = try shared(row)
        let index = cells.firstIndex { !$0.key.lexicographicallyPrecedes(key) } ?? cells.count
        if index < cells.count, cells[index].key == key { cells.remove(at: index) }
        if let cell { cells.insert((key, cell), at: index) }
        if cells.isEmpty { try transaction.delete(row) } else { try transaction.put(row, Self.row(cells)) }
    }

    /// Gives the keys behind `after` with their cells, until `body` says false.
    func scan(
        after: [UInt8]? = nil,
        _ body: (Span<UInt8>, Span<UInt8>) throws(CacheFault) -> Bool
    ) throws(CacheFault) {
        var after = after
        try transaction.scan(from: after.map(row(of:)) ?? head) { (row, value) throws(CacheFault) in
            guard row.starts(with: head) else { return false }
            let key = row.extracting(head.count..<row.count)
            guard key.count > Self.longest else {
                if let start = after {
                    after = nil
                    if key.equals(start) { return true }
                }
                return try body(key, value)
            }
            let start = after
            after = nil
            for (key, cell) in try Self.cells(value) {
                if let start, !start.lexicographicallyPrecedes(key) { continue }
                guard try body(key.span, cell.span) else { return false }
            }
            return true
        }
    }

    /// Whether there is no key.
    func isEmpty() throws(CacheFault) -> Bool {
        var isEmpty = true
        try scan { (_, _) throws(CacheFault) in
            isEmpty = false
            return false
        }
        return isEmpty
    }

    private func row(of key: some RandomAccessCollection<UInt8>) -> [UInt8] {
        var row: [UInt8] = []
        row.reserveCapacity(head.count + min(key.count, Self.longest) + 1)
        row.append(contentsOf: head)
        row.append(contentsOf: key.prefix(Self.longest))
        // One byte more than any short key has, so that a shared row is known by its length.
        if key.count > Self.longest { row.append(0) }
        return row
    }

    private func shared(_ row: [UInt8]) throws(CacheFault) -> [(key: [UInt8], cell: [UInt8])] {
        try transaction.get(row, Self.cells) ?? []
    }

    private static func row(_ cells: [(key: [UInt8], cell: [UInt8])]) -> [UInt8] {
        var row: [UInt8] = []
        for cell in cells {
            for part in [cell.key, cell.cell] {
                row.appendNumber(UInt64(part.count))
                row.append(contentsOf: part)
            }
        }
        return row
    }

    private static func cells(_ row: Span<UInt8>) throws(CacheFault) -> [(key: [UInt8], cell: [UInt8])] {
        var cells: [(key: [UInt8], cell: [UInt8])] = []
        var index = 0
        while index < row.count {
            let key = try part(of: row, at: &index)
            cells.append((key, try part(of: row, at: &index)))
        }
        return cells
    }

    private static func part(of row: Span<UInt8>, at index: inout Int) throws(CacheFault) -> [UInt8] {
        guard row.count - index >= 8, case let count = Int(truncatingIfNeeded: row.number(at: index)),
            count >= 0, row.count - index - 8 >= count
        else { throw VersionCell.damaged }
        defer { index += 8 + count }
        return row.bytes(index + 8..<index + 8 + count)
    }
}
