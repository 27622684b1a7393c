/// Reading of one document with all that can be wrong with it said by file, line and column.
package enum YAMLDocument {
    /// The most bytes a document may have.
    package static let maximumBytes = 4 << 20
    /// The deepest nesting of sequences and mappings.
    package static let maximumDepth = 64
    /// The most nodes a document may have after aliases are expanded.
    package static let maximumNodes = 200_000

    /// The tree of a document; an empty one is an empty mapping.
    ///
    /// Anchors, aliases and merge keys are resolved. Duplicate keys, keys that are not scalars, tags beyond the
    /// core schema's and a second document are refused.
    package static func parse(_ bytes: [UInt8], file: String) throws(YAMLError) -> YAMLNode {
        guard bytes.count <= maximumBytes else {
            throw YAMLError(
                file: file,
                line: 1,
                column: 1,
                problem: "the file has \(bytes.count) bytes; at most \(maximumBytes) are read"
            )
        }
        var builder = YAMLTreeBuilder(reader: YAMLEventReader(bytes, file: file), file: file)
        return try builder.document()
    }
}
