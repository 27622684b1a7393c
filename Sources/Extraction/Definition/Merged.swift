/// The field of a record that names the keys which it swallowed: those records are gone.
package struct Merged: Hashable, Sendable {
    package var path: [String]
    /// What stands between the keys of a text; nil where the field is a list, or one key.
    package var separator: String?

    /// A field.
    package init(path: [String], separator: String? = nil) {
        self.path = path
        self.separator = separator
    }
}
