/// The children of many parents in one request: what its answer says nothing sure of is asked for parent by parent.
package struct ChildBatch: Hashable, Sendable {
    /// Over `keys`, the texts of so many parents' keys at most.
    package var request: RequestTemplate
    package var size: Int
    /// The path to an array of entries, one a parent.
    package var recordsPath: [String]
    /// Of an entry: the parent's key, and the array of its children.
    package var parent: [String]
    package var children: [String]
    /// Of an entry: what is there, and not null, where it has not all of the children.
    package var more: [String]?
    /// The parents that have no children.
    package var none: NamedKeys?
    /// How often the children of all parents are read, as the parents' `reconcile` lists them; nil where a change of
    /// the children always moves the parent.
    package var every: Duration?

    /// A request for so many parents at once.
    package init(
        request: RequestTemplate,
        size: Int,
        recordsPath: [String],
        parent: [String],
        children: [String],
        more: [String]? = nil,
        none: NamedKeys? = nil,
        every: Duration? = nil
    ) {
        self.request = request
        self.size = size
        self.recordsPath = recordsPath
        self.parent = parent
        self.children = children
        self.more = more
        self.none = none
        self.every = every
    }
}
