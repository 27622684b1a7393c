import Web

/// A list by pages: by cursor for who asks with `page[size]`, by offset for others.
struct ZendeskList {
    /// The number of places at which there may be a row.
    var places: Int
    /// Whether there is one.
    var isThere: (Int) -> Bool = { _ in true }
    /// Appends a row.
    var write: (Int, inout ObjectWriter) -> Void
    /// The member that holds the rows.
    var name: String
    /// What it can be sorted by, beside `id`.
    var orders: [String: (Int) -> Int] = [:]
    /// Appends what stands beside the rows.
    var others: ([Int], inout ObjectWriter) -> Void = { _, _ in }
    /// Whether it comes whole for who asks for no pages.
    var isWhole = false
    /// The largest page.
    var most = 100
    /// Behind so many rows offsets are refused.
    var depth = 10_000

    private static let cursorNames: Set = ["page[after]", "page[before]", "page[size]"]

    /// The page that a request asks for; `isRepeated` gives the cursor that was asked with once more.
    ///
    /// - Throws: if it is refused.
    func page(_ request: WebRequest, isRepeated: Bool = false) throws(ZendeskError) -> [UInt8] {
        let query = request.query
        if query.items.contains(where: { Self.cursorNames.contains($0.name) }) {
            return try cursorPage(request, isRepeated)
        }
        if isWhole, query.last("page") == nil, query.last("per_page") == nil { return whole() }
        return try offsetPage(request)
    }

    private func whole() -> [UInt8] {
        var body = ObjectWriter(capacity: 4096)
        body.object { body in writeRows((0..<places).filter(isThere), to: &body) }
        return body.bytes
    }

    private func writeRows(_ rows: [Int], to body: inout ObjectWriter) {
        body.array(name) { body in
            for place in rows { write(place, &body) }
        }
        others(rows, &body)
    }

    // MARK: By cursor

    private func cursorPage(_ request: WebRequest, _ isRepeated: Bool) throws(ZendeskError) -> [UInt8] {
        let query = request.query
        var size = most
        if let text = query.last("page[size]") {
            guard let number = Int(text), number > 0 else { throw .invalidValue("page[size]") }
            size = min(number, most)
        }
        // sort_by and sort_order are of no effect here, and nobody says so.
        let order = try order(query.last("sort") ?? "id")
        let (after, before) = (query.last("page[after]"), query.last("page[before]"))
        let isBefore = after == nil && before != nil
        let rest =
            if after == nil, let before {
                try order.rows(before: before, places, where: isThere)
            } else {
                try order.rows(behind: after, places, size: size, where: isThere)
            }
        let found = Array(isBefore ? rest.suffix(size) : rest.prefix(size))
        let hasMore = rest.count > found.count || isRepeated
        let last = isRepeated ? after : found.last.map(order.cursor)
        let first = found.first.map(order.cursor)
        let links = PageLinks(request)
        func link(_ name: String, _ cursor: String?) -> String? {
            cursor.map { links.link(without: Self.cursorNames, (name, $0), ("page[size]", String(size))) }
        }
        var body = ObjectWriter(capacity: 512 + found.count * 2048)
        body.object { body in
            writeRows(found, to: &body)
            body.object("meta") { body in
                body.bool("has_more", hasMore)
                body.text("after_cursor", last)
                body.text("before_cursor", first)
            }
            body.object("links") { body in
                // Also where nothing follows: has_more alone tells.
                body.text("next", link("page[after]", last))
                body.text("prev", link("page[before]", first))
            }
        }
        return body.bytes
    }

    private func order(_ text: String) throws(ZendeskError) -> ZendeskOrder {
        let isDescending = text.hasPrefix("-")
        let name = isDescending ? String(text.dropFirst()) : text
        guard name == "id" || orders[name] != nil else {
            throw .list(400, "InvalidPaginationParameter", "sort is not valid: \(text)")
        }
        return ZendeskOrder(name: text, value: orders[name], isDescending: isDescending)
    }

    // MARK: By offset

    private func offsetPage(_ request: WebRequest) throws(ZendeskError) -> [UInt8] {
        let query = request.query
        let size = min(most, max(1, query.last("per_page").flatMap { Int($0) } ?? most))
        let page = max(1, query.last("page").flatMap { Int($0) } ?? 1)
        let offset = (page - 1).multipliedReportingOverflow(by: size)
        guard !offset.overflow, offset.partialValue < depth else {
            throw depth == 10_000 ? .tooDeep : .tooManyResults
        }
        let rows = ZendeskOrder(
            name: "",
            value: query.last("sort_by").flatMap { orders[$0] },
            isDescending: query.last("sort_order") == "desc"
        ).rows(places, where: isThere)
        let found = Array(rows.dropFirst(offset.partialValue).prefix(size))
        let links = PageLinks(request)
        func link(_ page: Int) -> String {
            links.link(without: ["page", "per_page"], ("page", String(page)), ("per_page", String(size)))
        }
        var body = ObjectWriter(capacity: 512 + found.count * 2048)
        body.object { body in
            writeRows(found, to: &body)
            body.text("next_page", offset.partialValue + found.count < rows.count ? link(page + 1) : nil)
            body.text("previous_page", page > 1 ? link(page - 1) : nil)
            body.number("count", rows.count)
        }
        return body.bytes
    }
}
