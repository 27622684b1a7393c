/// What becomes of a personal value before it is published.
package enum PrivacyAction: String, CaseIterable, Sendable {
    case pass
    /// The member is not there.
    case drop
    /// Something stands there, and nothing of the value.
    case mask
    /// A token that is the same for the same value, and tells it to nobody.
    case hash

    /// All of them in words, for errors.
    package static let words = allCases.map(\.rawValue).joined(separator: ", ")
}

/// What becomes of a field's values, and what they are.
package struct Treatment: Hashable, Sendable {
    package var action: PrivacyAction
    /// In which form a value is hashed, and what a mask may leave of it.
    package var kind: PersonalKind

    /// A treatment.
    package init(_ action: PrivacyAction, _ kind: PersonalKind) {
        self.action = action
        self.kind = kind
    }

    /// Nothing becomes of it.
    package static let pass = Treatment(.pass, .other)
}
