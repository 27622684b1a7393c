import Core

/// Writes changes into a transaction, with the index of parents where a stream has any.
struct VersionWriter {
    private struct Tables {
        var stream: StreamName
        var versions: CellTable
        var entries: CellTable
        /// Only then is it looked up what a change replaces.
        var hasParents: Bool
    }

    private let transaction: CacheTransaction
    /// Of the last change's stream: nearly always the next one's as well.
    private var tables: Tables?
    private var cell: [UInt8] = []

    init(transaction: CacheTransaction) { self.transaction = transaction }

    mutating func apply(_ change: VersionChange) throws(CacheFault) {
        var tables = try tables(of: change.stream)
        switch change.change {
        case .version(let key, let version):
            if version?.parent != nil { tables.hasParents = true }
            if tables.hasParents { try index(key, version?.parent, tables) }
            try tables.versions.set(key, encoded(version))
        case .entry(let id, let time?):
            cell.removeAll(keepingCapacity: true)
            cell.appendNumber(UInt64(bitPattern: Int64(time.milliseconds)))
            try tables.entries.set(id, cell)
        case .entry(let id, nil): try tables.entries.set(id, nil)
        }
        self.tables = tables
    }

    private mutating func encoded(_ version: RememberedVersion?) -> [UInt8]? {
        guard let version else { return nil }
        cell.removeAll(keepingCapacity: true)
        VersionCell.append(version, to: &cell)
        return cell
    }

    private func index(_ key: [UInt8], _ parent: [UInt8]?, _ tables: Tables) throws(CacheFault) {
        let old = try tables.versions.cell(of: key, VersionCell.parent) ?? nil
        guard old != parent else { return }
        if let old { try children(of: old, tables.stream).set(key, nil) }
        if let parent { try children(of: parent, tables.stream).set(key, []) }
    }

    private func children(of parent: [UInt8], _ stream: StreamName) -> CellTable {
        CellTable(transaction: transaction, head: CacheHead.children(of: parent, stream))
    }

    private func tables(of stream: StreamName) throws(CacheFault) -> Tables {
        if let tables, tables.stream == stream { return tables }
        let children = CellTable(transaction: transaction, head: CacheHead.children(stream))
        return Tables(
            stream: stream,
            versions: CellTable(transaction: transaction, head: CacheHead.versions(stream)),
            entries: CellTable(transaction: transaction, head: CacheHead.entries(stream)),
            hasParents: try !children.isEmpty()
        )
    }
}
