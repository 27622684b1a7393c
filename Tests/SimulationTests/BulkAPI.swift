import Core
import Simulators
import Synchronization

/// An API in memory of which very many rows change in one instant, and some more from second to second after it.
///
/// Rows are made when they are asked for, so that an account of any size costs nothing but the reading. What can be
/// asked: windows of time in order with ties (`/search`), a token (`/export`), a list (`/objects`), one object, and a
/// feed of what happened (`/events`).
final class BulkAPI: HTTPTransport {
    /// What changed when.
    struct Contents: Sendable {
        /// How many rows change at `bulkAt`, all of them in that second.
        var bulk = 0
        /// Nil before it.
        var bulkAt: Int64?
        /// How many rows change one second after the other from `steadyAt` on.
        var steady = 0
        var steadyAt: Int64?
        /// A row of the bulk that changed once more, on its own.
        var touched: (row: Int, at: Int64)?
        /// What the feed says happened to the rows of the bulk.
        var bulkEvent = "row.updated"
        /// The rows and entries that were given.
        var given = 0
        var requests = 0
    }

    /// A row, by where it belongs.
    private enum Row {
        case bulk(Int)
        case steady(Int)
        case touched
    }

    static let start = Instant(seconds: 1_735_689_600)
    let clock = VirtualClock(start: start, speed: 0, wall: { Instant(seconds: 4_000_000_000) })
    private let contents = Locked(Contents())

    var now: Int64 { clock.now.seconds }

    /// The rows and entries given since it was asked last.
    func takeGiven() -> Int {
        contents.withLock { contents in
            defer { contents.given = 0 }
            return contents.given
        }
    }

    func change(_ body: (inout Contents) -> Void) { contents.withLock { body(&$0) } }

    func perform(_ request: HTTPRequest) async throws -> HTTPResponse {
        try Task.checkCancellation()
        let address = try HTTPAddress(parsing: request.address)
        var query: [String: String] = [:]
        for part in (address.query ?? "").split(separator: "&") {
            let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            query[String(sides[0])] = sides.count > 1 ? String(sides[1]) : ""
        }
        let path = address.path
        let asked = query
        let now = now
        let (status, body) = contents.withLock { contents in
            contents.requests += 1
            return Self.answer(path, asked, now: now, &contents)
        }
        return HTTPResponse(
            status: status,
            headers: [("Content-Type", "application/json")],
            body: body
        )
    }

    // MARK: Answers

    private static func answer(
        _ path: String,
        _ query: [String: String],
        now: Int64,
        _ contents: inout Contents
    ) -> (Int, [UInt8]) {
        let times = (query["from"].flatMap { Int64($0) } ?? 0)..<(query["to"].flatMap { Int64($0) } ?? .max)
        switch path {
        case "/search":
            let page: (rows: [Row], total: Int)
            if let at = query["at"].flatMap({ Int64($0) }) {
                page = ties(at: at, after: query["after"] ?? "", contents)
            } else {
                page = rows(in: times, limit: 200, contents)
            }
            return (200, list(page.rows, #""total":\#(page.total)"#, &contents))
        case "/export": return (200, export(query, now: now, &contents))
        // It was read before anything was there.
        case "/objects": return (200, Array(#"{"data":[],"has_more":false}"#.utf8))
        case "/events": return (200, events(times, after: query["after"], &contents))
        default:
            guard let row = row(named: String(path.dropFirst("/objects/".count))) else {
                return (404, Array(#"{"error":{"message":"no such row","code":"gone"}}"#.utf8))
            }
            contents.given += 1
            var body: [UInt8] = []
            append(row, contents, to: &body)
            return (200, body)
        }
    }

    private static func list(_ rows: [Row], _ rest: String, _ contents: inout Contents) -> [UInt8] {
        contents.given += rows.count
        var body = Array(#"{"data":["#.utf8)
        body.reserveCapacity(rows.count * 280 + 100)
        for (position, row) in rows.enumerated() {
            if position > 0 { body.append(UInt8(ascii: ",")) }
            append(row, contents, to: &body)
        }
        body.append(contentsOf: "],\(rest)}".utf8)
        return body
    }

    /// In the order of time: the bulk before what is steady, and that before what was touched.
    private static func rows(in times: Range<Int64>, limit: Int, _ contents: Contents) -> (
        rows: [Row], total: Int
    ) {
        var rows: [Row] = []
        var total = 0
        if let at = contents.bulkAt, times.contains(at), contents.bulk > 0 {
            total += contents.bulk - (contents.touched == nil ? 0 : 1)
            rows += bulk(from: 0, limit: limit, contents)
        }
        if let at = contents.steadyAt {
            let first = max(0, times.lowerBound - at)
            let end = min(
                Int64(contents.steady),
                times.upperBound.subtractingReportingOverflow(at).partialValue
            )
            if first < end {
                total += Int(end - first)
                for row in first..<end where rows.count < limit { rows.append(.steady(Int(row))) }
            }
        }
        if let touched = contents.touched, times.contains(touched.at) {
            total += 1
            if rows.count < limit { rows.append(.touched) }
        }
        return (rows, total)
    }

    private static func bulk(from first: Int, limit: Int, _ contents: Contents) -> [Row] {
        var rows: [Row] = []
        var row = first
        while row < contents.bulk, rows.count < limit {
            if row != contents.touched?.row { rows.append(.bulk(row)) }
            row += 1
        }
        return rows
    }

    private static func ties(at time: Int64, after: String, _ contents: Contents) -> (rows: [Row], total: Int)
    {
        guard time == contents.bulkAt else { return rows(in: time..<time + 1, limit: 200, contents) }
        var first = 0
        if case .bulk(let last)? = row(named: after) { first = last + 1 }
        let skips = contents.touched.map { $0.row >= first } ?? false
        return (bulk(from: first, limit: 200, contents), contents.bulk - first - (skips ? 1 : 0))
    }

    /// Behind a token, a thousand to a page: the token says how many rows of all it has passed, in the order of time.
    private static func export(_ query: [String: String], now: Int64, _ contents: inout Contents) -> [UInt8] {
        var (time, skipped) = (query["start_time"].flatMap { Int64($0) } ?? 0, 0)
        if let token = query["cursor"]?.split(separator: "~"), token.count == 2 {
            time = Int64(token[0]) ?? 0
            skipped = Int(token[1]) ?? 0
        }
        let size = 1000
        let page: [Row]
        if time == contents.bulkAt {
            page = Array(
                (bulk(from: skipped, limit: size, contents)
                    + rows(in: time + 1..<now - 29, limit: size, contents).rows).prefix(size)
            )
        } else {
            page = rows(in: time..<now - 29, limit: size + skipped, contents).rows.dropFirst(skipped)
                .prefix(size).map { $0 }
        }
        var next = (time, skipped)
        switch page.last {
        case .bulk(let row)?: next = (contents.bulkAt ?? 0, row + 1)
        case .steady(let row)?: next = ((contents.steadyAt ?? 0) + Int64(row), 1)
        case .touched?: next = (contents.touched?.at ?? 0, 1)
        case nil: break
        }
        let rest = #""after_cursor":"\#(next.0)~\#(next.1)","end_of_stream":\#(page.count < size)"#
        return list(page, rest, &contents)
    }

    /// The newest first, a hundred to a page.
    private static func events(_ times: Range<Int64>, after id: String?, _ contents: inout Contents)
        -> [UInt8]
    {
        // An entry is named by its row and its time.
        let after = id?.split(separator: ".").first.map(String.init)
        var page: [(row: Row, type: String)] = []
        var isBehind = after == nil
        func add(_ row: Row, _ time: Int64, _ type: String = "row.updated") {
            guard times.contains(time), page.count <= 100 else { return }
            if isBehind { page.append((row, type)) } else { isBehind = name(row) == after }
        }
        if let touched = contents.touched { add(.touched, touched.at) }
        let last = after.flatMap(row(named:))
        if let at = contents.steadyAt, contents.steady > 0 {
            var row = contents.steady - 1
            if case .steady(let last)? = last { row = last }
            if case .bulk? = last { row = -1 }
            while row >= 0, page.count <= 100 {
                add(.steady(row), at + Int64(row))
                row -= 1
            }
        }
        if let at = contents.bulkAt, contents.bulk > 0 {
            var row = contents.bulk - 1
            if case .bulk(let last)? = last { row = last }
            while row >= 0, page.count <= 100 {
                add(.bulk(row), at, contents.bulkEvent)
                row -= 1
            }
        }
        let given = page.prefix(100)
        contents.given += given.count
        var body = Array(#"{"data":["#.utf8)
        for (position, entry) in given.enumerated() {
            if position > 0 { body.append(UInt8(ascii: ",")) }
            let name = name(entry.row)
            let time = version(entry.row, contents)
            body.append(
                contentsOf:
                    #"{"id":"\#(name).\#(time)","created":\#(time),"type":"\#(entry.type)","object":"\#(objectName(entry.row, contents))"}"#
                    .utf8
            )
        }
        body.append(contentsOf: #"],"has_more":\#(page.count > 100)}"#.utf8)
        return body
    }

    // MARK: Rows

    private static func version(_ row: Row, _ contents: Contents) -> Int64 {
        switch row {
        case .bulk(let number):
            if let touched = contents.touched, touched.row == number { return touched.at }
            return contents.bulkAt ?? 0
        case .steady(let number): return (contents.steadyAt ?? 0) + Int64(number)
        case .touched: return contents.touched?.at ?? 0
        }
    }

    /// What names an entry of the feed, and a row but the touched one.
    private static func name(_ row: Row) -> String {
        switch row {
        case .bulk(let number): "b\(10_000_000 + number)"
        case .steady(let number): "s\(10_000_000 + number)"
        case .touched: "t10000000"
        }
    }

    private static func objectName(_ row: Row, _ contents: Contents) -> String {
        if case .touched = row { return name(.bulk(contents.touched?.row ?? 0)) }
        return name(row)
    }

    private static func row(named name: String) -> Row? {
        guard let number = Int(name.dropFirst()).map({ $0 - 10_000_000 }), number >= 0 else { return nil }
        return switch name.first {
        case "b": .bulk(number)
        case "s": .steady(number)
        case "t": .touched
        default: nil
        }
    }

    private static let filling = Array(
        (#""name":"Müller & Söhne","city":"Zürich","tags":["a","b","c"],"amount":1234.500,"active":true,"owner":null,"#
            + #""notes":"as it was agreed with the customer, to be looked at again in spring"}"#).utf8
    )

    private static func append(_ row: Row, _ contents: Contents, to body: inout [UInt8]) {
        body.append(contentsOf: #"{"id":""#.utf8)
        body.append(contentsOf: objectName(row, contents).utf8)
        body.append(contentsOf: #"","updated":"#.utf8)
        body.append(contentsOf: String(version(row, contents)).utf8)
        body.append(UInt8(ascii: ","))
        body.append(contentsOf: filling)
    }
}
