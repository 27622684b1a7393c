/// By what the rows of a list are sorted, and then by id.
struct ZendeskOrder {
    /// As a request asks for it: `updated_at`, `-id`.
    var name: String
    /// The value by which a place is sorted; nil sorts by id alone.
    var value: ((Int) -> Int)?
    var isDescending: Bool

    /// The cursor that stands at a row.
    func cursor(_ place: Int) -> String { ZendeskCursor.list(name, value?(place) ?? place, place) }

    /// All rows that there are, in order.
    func rows(_ places: Int, where isThere: (Int) -> Bool) -> [Int] {
        let rows = (0..<places).filter(isThere)
        guard let value else { return isDescending ? rows.reversed() : rows }
        let valued = rows.map { (value: value($0), place: $0) }
        return valued.sorted { isDescending ? $1 < $0 : $0 < $1 }.map(\.place)
    }

    /// The rows behind a cursor, in order; of a long list no more than one above the size of a page.
    ///
    /// - Throws: if the cursor is none of this order.
    func rows(
        behind cursor: String?,
        _ places: Int,
        size: Int,
        where isThere: (Int) -> Bool
    ) throws(ZendeskError) -> [Int] {
        let mark = try mark(cursor)
        guard value == nil, !isDescending else {
            let rows = rows(places, where: isThere)
            return mark.map { mark in Array(rows.drop { !isBehind($0, mark) }) } ?? rows
        }
        // Not sorted for each of its pages.
        let first = mark.map { max(0, $0.place + 1) } ?? 0
        return Array((min(first, places)..<places).lazy.filter(isThere).prefix(size + 1))
    }

    /// The rows before a cursor, in order.
    ///
    /// - Throws: if the cursor is none of this order.
    func rows(before cursor: String, _ places: Int, where isThere: (Int) -> Bool) throws(ZendeskError)
        -> [Int]
    {
        guard let mark = try mark(cursor) else { return [] }
        return Array(rows(places, where: isThere).prefix { !isBehind($0, mark) && $0 != mark.place })
    }

    private func mark(_ cursor: String?) throws(ZendeskError) -> (value: Int, place: Int)? {
        guard let cursor else { return nil }
        guard let mark = ZendeskCursor.list(cursor, name) else { throw .badCursor }
        return mark
    }

    private func isBehind(_ place: Int, _ mark: (value: Int, place: Int)) -> Bool {
        let row = (value: value?(place) ?? place, place: place)
        return isDescending ? row < mark : row > mark
    }
}
