/// The name of a collection inside an extractor: `customers`.
package struct StreamName: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let text: String

    /// A stream's name.
    package init(_ text: String) throws(NameError) {
        try NameRule.stream.check(text)
        self.text = text
    }

    package var description: String { text }

    package static func < (left: StreamName, right: StreamName) -> Bool { left.text < right.text }
}
