import Core
import JSON
import ProcessSupport

@testable import Extraction

/// Rows with times, as an API that is asked for windows of them has.
struct TimedRows: Sendable {
    struct Row: Hashable, Sendable {
        var id: Int
        /// What the row bears, in milliseconds.
        var time: Int
        /// What an index has it under.
        var indexed: Int
    }

    /// What a definition says of the end of an ordered window.
    enum End: String, CaseIterable, Sendable { case total, more, none }

    var rows: [Row]
    var pageSize: Int
    /// Milliseconds of one unit of the parameters.
    var unit = 1

    /// So many rows with few different times.
    static func random(_ count: Int, from start: Int, spread: Int, using random: inout SeededGenerator)
        -> [Row]
    {
        (0..<count).map { id in
            let time = start + Int.random(in: 0...spread, using: &random)
            return Row(id: id, time: time, indexed: time)
        }
    }

    /// The answer to `from`, `to` in order, or to `at`, `after` by key.
    func ordered(_ asked: HandlerTransport.Asked) -> HTTPResponse {
        let matching: [Row]
        if let at = asked["at"].flatMap({ Int($0) }) {
            let after = asked["after"].flatMap { Int($0) } ?? -1
            matching = rows.filter { $0.indexed / unit == at && $0.id > after }.sorted { $0.id < $1.id }
        } else {
            let from = asked["from"].flatMap { Int($0) } ?? 0
            let to = asked["to"].flatMap { Int($0) } ?? .max / unit
            matching = rows.filter { $0.indexed >= from * unit && $0.indexed < to * unit }
                .sorted { ($0.indexed, $0.id) < ($1.indexed, $1.id) }
        }
        let page = matching.prefix(pageSize)
        return .json(
            .object([
                .init(name: "results", value: .array(page.map { $0.json })),
                .init(name: "total", value: .number(matching.count)),
                .init(name: "more", value: .bool(matching.count > page.count)),
            ])
        )
    }

    /// The answer to `from`, `to`, `cursor`, in no order, with at most `cap` rows in all.
    func paged(_ asked: HandlerTransport.Asked, cap: Int) -> HTTPResponse {
        if asked["at"] != nil { return ordered(asked) }
        let from = (asked["from"].flatMap { Int($0) } ?? 0) * unit
        let to = (asked["to"].flatMap { Int($0) } ?? 0) * unit
        let matching = rows.filter { (from..<to).contains($0.indexed) }.sorted { $0.id < $1.id }.prefix(cap)
        let start = asked["cursor"].flatMap { Int($0) } ?? 0
        let page = matching.dropFirst(start).prefix(pageSize)
        let next = start + page.count
        return .json(
            .object([
                .init(name: "results", value: .array(page.map { $0.json })),
                .init(name: "next", value: next < matching.count ? .string(String(next)) : .null),
            ])
        )
    }
}

extension TimedRows.Row {
    var json: JSONValue {
        .object([.init(name: "id", value: .number(id)), .init(name: "at", value: .number(time))])
    }
}
