package import Core
package import JSON

/// One page of a stream, scanned, with all that its events and its bookmark need.
package struct ExtractedPage: Sendable {
    package var page: ScannedPage
    /// Which of a record's fields are the parts of its key; each is a string or a number, never empty.
    package var keyFields: Range<Int>
    /// Which of a record's fields is its version; it may be null or absent in a record.
    package var versionField: Int?
    /// The place behind this page: what the bookmark holds once its events are committed (I1).
    package var progress: ListProgress
    /// The earlier of the API's `Date` and the local clock: either can be wrong, and what lags loses nothing.
    package var now: Instant
    /// When it was asked for, or the API's `Date` where that is earlier: what happened before, it tells.
    package var asked: Instant
    /// The requests that it took, retries and redirects included.
    package var requests: Int

    /// A page.
    package init(
        page: ScannedPage,
        keyFields: Range<Int>,
        versionField: Int?,
        progress: ListProgress,
        now: Instant,
        asked: Instant,
        requests: Int
    ) {
        self.page = page
        self.keyFields = keyFields
        self.versionField = versionField
        self.progress = progress
        self.now = now
        self.asked = asked
        self.requests = requests
    }
}
