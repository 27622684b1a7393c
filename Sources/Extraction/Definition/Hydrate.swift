/// The second request for the records of a page, by their keys: what comes replaces them.
package struct Hydrate: Hashable, Sendable {
    /// Over `keys`, the texts of so many keys at most.
    package var request: RequestTemplate
    package var recordsPath: [String]
    package var size: Int

    /// A request for so many records at once.
    package init(request: RequestTemplate, recordsPath: [String], size: Int) {
        self.request = request
        self.recordsPath = recordsPath
        self.size = size
    }
}
