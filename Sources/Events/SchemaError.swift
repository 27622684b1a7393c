/// A schema that cannot be used, with all that is wrong with it.
package struct SchemaError: Error, Hashable, CustomStringConvertible {
    /// One mistake.
    package struct Problem: Hashable, Sendable {
        /// A JSON pointer into the schema, from `#` on; empty where the text is no JSON.
        package var pointer: String
        package var text: String
    }

    package var problems: [Problem]

    package var description: String {
        problems.map { $0.pointer.isEmpty ? $0.text : "\($0.pointer): \($0.text)" }.joined(separator: "; ")
    }
}
