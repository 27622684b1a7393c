/// The name of a collection inside an extractor: `customers`.
package struct StreamName: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let text: String

    /// A stream's name.
    package init(_ text: String) throws(NameError) {
        try NameRule.stream.check(text)
        self.text = text
    }

    private init(unchecked text: String) { self.text = text }

    /// What stands in a stream's place for the letters of all of an account: no stream can be called so.
    package static let deadLetters = StreamName(unchecked: "sluice.dead")

    package var description: String { text }

    package static func < (left: StreamName, right: StreamName) -> Bool { left.text < right.text }
}
