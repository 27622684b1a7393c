import JSON

/// Where a child stream stands among its parent's pages: the token of a page, and the last parent of it that is done.
struct ParentToken: Hashable {
    var page: JSONValue?
    var after: [UInt8]?

    init(page: JSONValue? = nil, after: [UInt8]? = nil) {
        self.page = page
        self.after = after
    }

    /// As a bookmark has it.
    init(_ token: JSONValue?) {
        page = token?["page"].flatMap { $0 == .null ? nil : $0 }
        after = token?["after"]?.text.map { Array($0.utf8) }
    }

    /// Nil at the beginning.
    var json: JSONValue? {
        guard page != nil || after != nil else { return nil }
        return .object([
            .init(name: "page", value: page ?? .null),
            .init(name: "after", value: after.map { .string(String(decoding: $0, as: UTF8.self)) } ?? .null),
        ])
    }
}
