/// A list beside a stream's own that is read for its keys, every so often: of what was deleted (`deletes`), or of all that
/// there is, so that what is remembered and not on it was deleted (`reconcile`).
package struct KeyList: Hashable, Sendable {
    /// When a delete happened: it is the delete's version.
    package struct Time: Hashable, Sendable {
        package var path: [String]
        package var format: TimeFormat

        /// A field and how it is written.
        package init(path: [String], format: TimeFormat) {
            self.path = path
            self.format = format
        }
    }

    package var request: RequestTemplate
    package var recordsPath: [String]
    package var paging: Paging
    /// The parts of the stream's key in these records.
    package var key: [[String]]
    /// Nil where nobody says, and always of a list of what there is.
    package var at: Time?
    package var every: Duration
    /// Of a list of what there is: whether what of it was never published, or as deleted only, is read and published.
    package var fillsGaps: Bool

    /// A list of keys.
    package init(
        request: RequestTemplate,
        recordsPath: [String],
        paging: Paging,
        key: [[String]],
        at: Time? = nil,
        every: Duration,
        fillsGaps: Bool = false
    ) {
        self.request = request
        self.recordsPath = recordsPath
        self.paging = paging
        self.key = key
        self.at = at
        self.every = every
        self.fillsGaps = fillsGaps
    }
}
