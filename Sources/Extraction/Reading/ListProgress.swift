package import Core

/// How far a list was read: what a bookmark holds of it.
package typealias ListProgress = Bookmark.List

extension Bookmark.List {
    /// Before the first page.
    package static let start = Bookmark.List()
}
