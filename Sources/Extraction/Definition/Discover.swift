package import Expressions

/// A list that is read before a stream, for what its requests have to say: `discovered.NAME` is an array of values.
package struct Discover: Hashable, Sendable {
    package var name: String
    package var request: RequestTemplate
    package var recordsPath: [String]
    package var paging: Paging
    /// The field of each record that is a value.
    package var value: [String]
    /// Over the settings: where it does not hold the list is not asked for, and has no values.
    package var condition: Template?

    /// A list of values.
    package init(
        name: String,
        request: RequestTemplate,
        recordsPath: [String],
        paging: Paging,
        value: [String],
        condition: Template? = nil
    ) {
        self.name = name
        self.request = request
        self.recordsPath = recordsPath
        self.paging = paging
        self.value = value
        self.condition = condition
    }
}
