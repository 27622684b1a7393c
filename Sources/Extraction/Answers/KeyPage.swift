package import Core
import JSON

/// A page of a list of keys.
package struct KeyPage: Sendable {
    /// As events bear them.
    package var keys: [[UInt8]]
    /// When each was deleted, as the list says; nil where it does not, empty for a list that never does.
    package var deletedAt: [Instant?]
    /// The place behind this page.
    package var progress: ListProgress
    package var times: AnswerTimes
    /// The requests that it took, retries and redirects included.
    package var requests: Int

    /// A page.
    package init(
        keys: [[UInt8]],
        deletedAt: [Instant?],
        progress: ListProgress,
        times: AnswerTimes,
        requests: Int
    ) {
        self.keys = keys
        self.deletedAt = deletedAt
        self.progress = progress
        self.times = times
        self.requests = requests
    }
}
