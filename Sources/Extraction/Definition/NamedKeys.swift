/// Where an answer names keys of which it has nothing: parents without children, records that do not exist.
package struct NamedKeys: Hashable, Sendable {
    /// The path to an array of entries, beside the answer's records.
    package var recordsPath: [String]
    /// Of an entry: a key, or a list of keys.
    package var keys: [String]
    /// Over `record`; nil where every entry there tells of such keys.
    package var condition: DeletionRule?

    /// A list of such entries.
    package init(recordsPath: [String], keys: [String], condition: DeletionRule? = nil) {
        self.recordsPath = recordsPath
        self.keys = keys
        self.condition = condition
    }
}
