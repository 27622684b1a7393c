/// The second request for the records of a page, by their keys: what comes replaces them.
package struct Hydrate: Hashable, Sendable {
    /// Over `keys`, the texts of so many keys at most.
    package var request: RequestTemplate
    package var recordsPath: [String]
    package var size: Int
    /// The records that do not exist; nil where each that does not come is taken for such a one.
    package var missing: NamedKeys?

    /// A request for so many records at once.
    package init(request: RequestTemplate, recordsPath: [String], size: Int, missing: NamedKeys? = nil) {
        self.request = request
        self.recordsPath = recordsPath
        self.size = size
        self.missing = missing
    }
}
