/// What a personal field says of a person.
package enum PersonalKind: String, CaseIterable, Sendable {
    case email, phone, name, address
    case dateOfBirth = "date_of_birth"
    case ip
    /// A name that others know the person by, outside of the service: a tax number, a passport's, a bank account's.
    case id
    /// Free text, which may name anybody.
    case text
    case other

    /// All of them in words, for errors.
    package static let words = allCases.map(\.rawValue).joined(separator: ", ")
}

/// A field of a stream's records that says something of a person.
package struct PersonalField: Hashable, Sendable {
    /// Through objects and, of arrays on the way, each element.
    ///
    /// An object or array at its end is meant with all that is in it.
    package var path: [String]
    package var kind: PersonalKind

    /// A field.
    package init(path: [String], kind: PersonalKind) {
        self.path = path
        self.kind = kind
    }
}
