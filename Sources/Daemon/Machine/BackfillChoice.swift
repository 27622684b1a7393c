/// Which streams of a schedule can be read by time.
package struct BackfillChoice: Hashable, Sendable {
    /// Nil where only the account's own objects say which there are.
    package var readable: Set<String>?
    /// Why the others cannot be, and what to do instead.
    package var refused: [String: String]

    /// A choice; by default one of which nothing is known before it is read.
    package init(readable: Set<String>? = nil, refused: [String: String] = [:]) {
        self.readable = readable
        self.refused = refused
    }
}
