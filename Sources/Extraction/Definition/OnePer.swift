package import Expressions

/// The list of an account's own objects, for each of which a family has a stream.
package struct OnePer: Hashable, Sendable {
    package var request: RequestTemplate
    package var recordsPath: [String]
    package var paging: Paging
    /// The field of an object that its stream is named after.
    package var name: [String]
    /// Over `each`: which objects have a stream; nil where all have.
    package var condition: Template?

    /// A list of objects.
    package init(
        request: RequestTemplate,
        recordsPath: [String],
        paging: Paging,
        name: [String],
        condition: Template? = nil
    ) {
        self.request = request
        self.recordsPath = recordsPath
        self.paging = paging
        self.name = name
        self.condition = condition
    }
}
