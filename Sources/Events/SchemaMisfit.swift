/// One value of a record that is not as the stream's schema says.
package struct SchemaMisfit: Hashable, Sendable {
    /// What is wrong with it.
    package enum Kind: String, Hashable, Sendable {
        /// A value of another type.
        case type
        /// A member that every record has is not there.
        case missing
        /// A value that is none of those that are possible.
        case value
        /// A text that is no time.
        case format
        /// A value that fits none of several descriptions.
        case choice
        /// A member where no other is possible.
        case unknown
        /// A member that the schema does not name: it fits, and somebody may want to know.
        case undeclared
    }

    /// One step from a value into it.
    package enum Step: Hashable, Sendable {
        case member(String)
        case element(Int)
    }

    /// From the record to the value.
    package var path: [Step]
    package var kind: Kind
    /// What was expected, in words (`string or null`).
    package var expected: String
    /// The value's JSON, cut where it is long; empty where there is none.
    package var found: String

    /// Whether the record fits all the same.
    package var isAllowed: Bool { kind == .undeclared }

    /// The path with the places of elements: `lines.data[3].amount`.
    package var place: String { Self.text(path) { "[\($0)]" } }

    /// The path without them, as one field of many records: `lines.data[].amount`.
    package var field: String { Self.field(path) }

    /// A path of one field of many records: `lines.data[].amount`.
    static func field(_ path: [Step]) -> String { text(path) { _ in "[]" } }

    /// A dot within a name is written `\.`, as in a definition.
    private static func text(_ path: [Step], element: (Int) -> String) -> String {
        var text = ""
        for step in path {
            switch step {
            case .element(let index): text += element(index)
            case .member(let name):
                if !text.isEmpty { text += "." }
                for character in name {
                    if character == "." || character == "\\" { text += "\\" }
                    text.append(character)
                }
            }
        }
        return text
    }
}

extension SchemaMisfit: CustomStringConvertible {
    package var description: String {
        let place = path.isEmpty ? "the record" : place
        switch kind {
        case .missing: return "\(place) is missing"
        case .unknown: return "\(place) is not in the schema, and no other member is possible"
        case .undeclared: return "\(place) is not in the schema"
        case .type, .value, .format, .choice: return "\(place) is \(found), not \(expected)"
        }
    }
}
