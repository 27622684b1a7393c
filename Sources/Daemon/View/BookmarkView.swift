package import Core
package import JSON

/// How far a stream has been read, as it is shown.
package struct BookmarkView: Sendable {
    package var stream: String
    package var bookmark: Bookmark
    /// As the state holds it.
    package var json: JSONValue

    /// A bookmark.
    package init(stream: String, bookmark: Bookmark, json: JSONValue) {
        self.stream = stream
        self.bookmark = bookmark
        self.json = json
    }

    /// The bookmarks among an account's state records, by stream.
    static func all(in state: [[UInt8]: [UInt8]], of account: AccountName) throws(StateError)
        -> [BookmarkView]
    {
        var views: [BookmarkView] = []
        for stream in try Bookmark.bookmarked(in: state).sorted() {
            guard let value = state[StateKey.bookmark(account, stream).bytes] else { continue }
            views.append(
                BookmarkView(
                    stream: stream.text,
                    bookmark: try Bookmark(value, account: account, stream: stream),
                    json: (try? JSONValue.parse(value)) ?? .null
                )
            )
        }
        return views
    }
}
