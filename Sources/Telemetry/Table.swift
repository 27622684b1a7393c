/// Rows under headings, aligned, and cut or wrapped to a terminal's width.
package struct Table: Sendable {
    /// A heading and how its cells stand.
    package struct Column: Sendable {
        package enum Alignment: Sendable { case left, right }

        package var heading: String
        package var alignment: Alignment

        /// Declares a column.
        package init(_ heading: String, _ alignment: Alignment = .left) {
            self.heading = heading
            self.alignment = alignment
        }
    }

    /// A column is never cut below this.
    static let minimumWidth = 6
    private static let gap = "  "

    package var columns: [Column]
    package private(set) var rows: [[String]] = []

    /// A table without rows.
    package init(_ columns: [Column]) { self.columns = columns }

    /// Adds a row, one cell a column.
    package mutating func append(_ cells: [String]) {
        precondition(cells.count == columns.count, "a row needs \(columns.count) cells")
        rows.append(cells.map(TerminalText.clean))
    }

    /// The lines, headings first; with a width the widest columns are cut until the table fits.
    package func lines(width: Int? = nil) -> [String] {
        let (all, widths) = cells(width: width)
        return lines(of: all, widths: widths)
    }

    /// Headings and rows, and how wide the columns may be.
    private func cells(width: Int?) -> (rows: [[String]], widths: [Int]) {
        let all = [columns.map(\.heading)] + rows
        var widths = columns.indices.map { column in all.map { TerminalText.width($0[column]) }.max() ?? 0 }
        if let width { shrink(&widths, to: width - Self.gap.count * (columns.count - 1)) }
        return (all, widths)
    }

    private func lines(of rows: [[String]], widths: [Int]) -> [String] {
        rows.map { cells in
            let padded = zip(columns, zip(cells, widths)).map { column, cell in
                TerminalText.pad(
                    TerminalText.cut(cell.0, to: cell.1),
                    to: cell.1,
                    alignRight: column.alignment == .right
                )
            }
            let line = padded.joined(separator: Self.gap)
            return String(line.reversed().drop { $0 == " " }.reversed())
        }
    }

    /// The lines, headings first; where they would exceed the width, the widest cells go on in lines below.
    ///
    /// For what is looked at once and copied from: nothing is left out.
    package func wrapped(width: Int?) -> [String] {
        guard let width else { return lines() }
        let (all, widths) = cells(width: width)
        let pieces = all.flatMap { cells in
            let wrapped = zip(cells, widths).map { TerminalText.wrap($0, to: $1) }
            let height = wrapped.map(\.count).max() ?? 0
            return (0..<height).map { line in wrapped.map { line < $0.count ? $0[line] : "" } }
        }
        return lines(of: pieces, widths: widths)
    }

    private func shrink(_ widths: inout [Int], to room: Int) {
        var excess = widths.reduce(0, +) - room
        while excess > 0, let widest = widths.indices.max(by: { widths[$0] < widths[$1] }) {
            guard widths[widest] > Self.minimumWidth else { return }
            widths[widest] -= 1
            excess -= 1
        }
    }
}
