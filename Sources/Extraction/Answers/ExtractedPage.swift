package import Core
package import JSON

/// One page of a stream, scanned, with all that its events and its bookmark need.
package struct ExtractedPage: Sendable {
    package var page: ScannedPage
    /// Which of a record's fields are the parts of its key; each is a string or a number, never empty.
    package var keyFields: Range<Int>
    /// Which of a record's fields is its version; it may be null or absent in a record.
    package var versionField: Int?
    /// How the version is written.
    package var versionFormat: VersionFormat?
    /// The place behind this page: what the bookmark holds once its events are committed (I1).
    package var progress: ListProgress
    package var times: AnswerTimes
    /// The requests that it took, retries and redirects included.
    package var requests: Int
    /// Which records say that they are deleted; empty where none does.
    package var isDeleted: [Bool] = []
    /// Keys that records of this page swallowed, as events bear them.
    package var mergedKeys: [(record: Int, key: [UInt8])] = []
    /// The newest version in it that is not later than its `now`; of token and window streams.
    package var newest: Instant?
    /// Whether more records of the same answer follow, so that nothing may end with it: its place is that before the
    /// answer.
    package var isPart = false
    /// How many records of the same answer were in the pages before it.
    package var recordsBefore = 0

    /// A page.
    package init(
        page: ScannedPage,
        keyFields: Range<Int>,
        versionField: Int?,
        progress: ListProgress,
        times: AnswerTimes,
        requests: Int
    ) {
        self.page = page
        self.keyFields = keyFields
        self.versionField = versionField
        self.progress = progress
        self.times = times
        self.requests = requests
    }
}

extension ExtractedPage {
    /// A record's key as events bear it: a text's decoded UTF-8, a number's digits, of several a JSON array.
    package func keyText(ofRecord record: Int) -> [UInt8] { page.keyText(keyFields, ofRecord: record) }

    /// The time that a record's version is; nil where it has none, or one that is no time.
    package func versionTime(ofRecord record: Int) -> Instant? {
        guard let versionField, let versionFormat else { return nil }
        return versionFormat.instant(page.text(of: page.field(versionField, ofRecord: record))[...])
    }

    /// Whether it has records, all of them with later versions than a time.
    package func isNewer(than time: Instant) -> Bool {
        !page.records.isEmpty
            && page.records.indices.allSatisfy { versionTime(ofRecord: $0).map { $0 > time } ?? false }
    }
}
