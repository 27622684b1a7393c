package import Core
package import JSON

/// How far a list was read: what a bookmark holds of it.
package struct ListProgress: Hashable, Sendable {
    /// What leads to the next page: a record's id, a cursor or an address; nil before the first page.
    package var token: JSONValue?
    /// Whether the list was read to its end.
    ///
    /// Nothing but the API's own sign sets it (I2).
    package var isDone: Bool
    package var records: Int
    package var pages: Int

    /// A place in a list.
    package init(token: JSONValue?, isDone: Bool, records: Int, pages: Int) {
        self.token = token
        self.isDone = isDone
        self.records = records
        self.pages = pages
    }

    /// Before the first page.
    package static let start = ListProgress(token: nil, isDone: false, records: 0, pages: 0)

    /// The bookmark's form.
    package var json: JSONValue {
        [
            "token": token ?? .null,
            "done": .bool(isDone),
            "records": .number(String(records)),
            "pages": .number(String(pages)),
        ]
    }

    /// Reads the bookmark's form.
    package init(json: JSONValue) throws(StateError) {
        guard let isDone = json["done"]?.bool, let records = json["records"]?.int,
            let pages = json["pages"]?.int,
            let token = json["token"], records >= 0, pages >= 0
        else {
            throw StateError(
                .unreadable,
                "a list's bookmark is unreadable: \(json.compactText); read the stream anew with --resync"
            )
        }
        // Spelled out: a bare nil would be taken for JSON's null, and a first page for one behind a token.
        let place: JSONValue? = if token.isNull { Optional.none } else { token }
        self.init(token: place, isDone: isDone, records: records, pages: pages)
    }
}
