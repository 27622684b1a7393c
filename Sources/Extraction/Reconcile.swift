/// A whole list of what a stream has: what is remembered and not on it was deleted.
package struct Reconcile: Hashable, Sendable {
    package var request: RequestTemplate
    package var recordsPath: [String]
    package var paging: Paging
    /// The parts of the stream's key in these records.
    package var key: [[String]]
    package var every: Duration

    /// A list of what is there.
    package init(
        request: RequestTemplate,
        recordsPath: [String],
        paging: Paging,
        key: [[String]],
        every: Duration
    ) {
        self.request = request
        self.recordsPath = recordsPath
        self.paging = paging
        self.key = key
        self.every = every
    }
}
