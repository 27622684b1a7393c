/// A second list, whose records are deletes of a stream's keys.
package struct Deletes: Hashable, Sendable {
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
    package var at: Time?
    package var every: Duration

    /// A list of deletes.
    package init(
        request: RequestTemplate,
        recordsPath: [String],
        paging: Paging,
        key: [[String]],
        at: Time?,
        every: Duration
    ) {
        self.request = request
        self.recordsPath = recordsPath
        self.paging = paging
        self.key = key
        self.at = at
        self.every = every
    }
}
