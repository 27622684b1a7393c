import Core
import JSON

/// An account's bookmarks, as the API gives them.
enum BookmarkShapes {
    static let change = Shape<HandChange>(
        "HandChange",
        "What somebody made of a bookmark by hand, until a run has gone on from there.",
        [
            .word("what", of: HandChange.Kind.allCases.map(\.rawValue), "What was done.") {
                $0.kind.rawValue
            },
            .time("at", "When.") { $0.at },
            .text("by", "Who asked for it.") { $0.by },
            .text("reason", "Why.") { $0.reason },
        ]
    )

    static let bookmark = Shape<BookmarkView>(
        "Bookmark",
        "How far a stream has been read.",
        [
            .text("stream", "The stream.") { $0.stream },
            .text("state", "Where it stands, in words.") { $0.bookmark.words },
            .number("records", "Records read of its list.") { $0.bookmark.list.records },
            .number("pages", "Pages read of its list.") { $0.bookmark.list.pages },
            .time("updated", "When it last moved.") {
                Instant(milliseconds: Int($0.bookmark.updated))
            },
            .objectOrNull("changed", change, "What was made of it by hand, and no run has taken up yet.") {
                $0.bookmark.changed
            },
            .any("bookmark", "As the state holds it.") { $0.json },
        ]
    )

    static let list = Shape<[BookmarkView]>(
        "Bookmarks",
        "The bookmarks of an account.",
        [.list("bookmarks", bookmark, "By stream.") { $0 }]
    )
}
