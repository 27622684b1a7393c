/// One value of a document, with the place where it stands.
///
/// Scalars stay text: whether `no` or `1.10` is a text, a number or a truth value is for the field that reads it
/// to say, so nothing is guessed and no digit is lost.
package struct YAMLNode: Hashable, Sendable {
    /// What a node holds.
    package enum Content: Hashable, Sendable {
        /// A text; only a plain one (neither quoted, nor a block, nor tagged as text) may mean something else.
        case scalar(text: String, isPlain: Bool)
        case sequence([YAMLNode])
        case mapping([YAMLMember])
    }

    package var file: String
    package var line: Int
    package var column: Int
    package var content: Content

    /// A node at a place.
    package init(file: String, line: Int, column: Int, content: Content) {
        self.file = file
        self.line = line
        self.column = column
        self.content = content
    }
}

/// A key of a mapping with its value.
package struct YAMLMember: Hashable, Sendable {
    package var key: String
    package var keyLine: Int
    package var keyColumn: Int
    package var value: YAMLNode

    /// A member whose key stands at a place.
    package init(key: String, keyLine: Int, keyColumn: Int, value: YAMLNode) {
        self.key = key
        self.keyLine = keyLine
        self.keyColumn = keyColumn
        self.value = value
    }
}
