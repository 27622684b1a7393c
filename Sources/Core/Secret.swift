/// A text that must not be shown: whatever prints, interpolates or dumps it gets bullets (I6).
package struct Secret: Hashable, Sendable {
    /// What stands in a secret's place.
    package static let mask = "•••"

    /// The text itself, for the one place that needs it.
    package let revealed: String

    /// A secret with its text.
    package init(_ text: String) {
        revealed = text
    }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { Self.mask }
    package var debugDescription: String { Self.mask }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
