package import JSON
package import Telemetry

/// Records as a table: the key, the version, and of the other fields those that tell most, as far as there is room.
package struct RecordTable {
    /// A field that could be a column.
    private struct Column {
        var path: [String]
        var cells: [String]
        var isNumber: Bool
        /// The less, the sooner it is shown.
        var rank: Int

        var heading: String { path.joined(separator: ".").uppercased() }
        var width: Int {
            min(RecordTable.widest, ([heading] + cells).map(TerminalText.width).max() ?? 0)
        }
    }

    /// A text beyond this says no more at a glance.
    private static let widest = 36
    private static let telling = [
        "name", "title", "subject", "number", "email", "status", "state", "type", "amount", "total",
        "total_price",
        "currency", "created", "created_at", "updated", "updated_at",
    ]

    /// The table.
    package let table: Table
    /// The fields of the records that had no room.
    package let others: [String]

    /// Chooses columns for a width in cells.
    package init(_ records: [JSONValue], key: [[String]], version: [String]?, width: Int) {
        var columns: [Column] = []
        for path in key { columns.append(Self.column(path, records, rank: 0)) }
        if let version, !key.contains(version) { columns.append(Self.column(version, records, rank: 1)) }
        let names = Self.names(of: records)
        for (position, name) in names.enumerated() where !columns.contains(where: { $0.path == [name] }) {
            columns.append(Self.column([name], records, rank: Self.rank(of: name, position, in: records)))
        }
        var chosen = Set<Int>()
        var room = width
        for index in columns.indices.sorted(by: { (columns[$0].rank, $0) < (columns[$1].rank, $1) }) {
            let needed = columns[index].width + (chosen.isEmpty ? 0 : 2)
            // The key stands whatever its width: the table is cut instead.
            guard columns[index].rank == 0 || (needed <= room && columns[index].rank < Self.hidden) else {
                continue
            }
            chosen.insert(index)
            room -= needed
        }
        let shown = columns.indices.filter { chosen.contains($0) }.map { columns[$0] }
        var table = Table(shown.map { .init($0.heading, $0.isNumber ? .right : .left) })
        for row in records.indices {
            table.append(shown.map { TerminalText.cut($0.cells[row], to: Self.widest) })
        }
        self.table = table
        let seen = Set(shown.map { $0.path[0] })
        others = names.filter { !seen.contains($0) }
    }

    /// The rank of what is never shown.
    private static let hidden = 10_000

    private static func names(of records: [JSONValue]) -> [String] {
        var names: [String] = []
        var seen: Set<String> = []
        for member in records.flatMap({ $0.members ?? [] }) where seen.insert(member.name).inserted {
            names.append(member.name)
        }
        return names
    }

    private static func rank(of name: String, _ position: Int, in records: [JSONValue]) -> Int {
        let values = records.compactMap { $0[name] }.filter { !$0.isNull }
        let isPlain = values.allSatisfy { $0.members == nil && $0.elements == nil }
        guard isPlain, values.count * 2 >= records.count else { return hidden }
        // What is the same in all says nothing of any.
        guard records.count < 3 || Set(values).count > 1 else { return hidden }
        let cells = values.map { TerminalText.width(text(of: $0)) }
        guard cells.reduce(0, +) <= widest * cells.count else { return hidden - 1 }
        return telling.firstIndex(of: name.lowercased()).map { 2 + $0 } ?? 100 + position
    }

    private static func column(_ path: [String], _ records: [JSONValue], rank: Int) -> Column {
        let values = records.map { $0.member(at: path) }
        let isNumber = values.allSatisfy { if case .number? = $0 { true } else { $0?.isNull ?? true } }
        return Column(
            path: path,
            cells: values.map { $0.map(text) ?? "" },
            isNumber: isNumber && values.contains { $0 != nil },
            rank: rank
        )
    }

    private static func text(of value: JSONValue) -> String {
        value.isNull ? "" : value.text ?? value.compactText
    }
}
