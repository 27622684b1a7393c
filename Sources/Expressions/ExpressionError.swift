/// A template that cannot be read, or one that cannot be evaluated with the values at hand.
package struct ExpressionError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Where in the template's text, in Unicode scalars from 0.
    package var offset: Int
    /// What is wrong, by names and kinds and never by values, which may be secrets (I6).
    package var message: String

    /// An error at a place of a template.
    package init(offset: Int, message: String) {
        self.offset = offset
        self.message = message
    }

    package var description: String { "at character \(offset + 1): \(message)" }
}
