/// One way in which the records of a stream are not as its schema says, whichever record showed it.
///
/// Never a value: what a record holds is nobody's business but its topic's.
package struct SchemaDrift: Hashable, Sendable {
    /// What it is; the stable words of events, state and metrics.
    package enum Kind: String, CaseIterable, Sendable {
        /// A member that the schema does not name.
        case newField = "new_field"
        /// A value of a type that the schema does not let through.
        case type
        /// A member that was always there, and is in no record any more.
        case gone
    }

    /// As one field of many records: `lines.data[].amount`, `metadata.*`; a dot within a name is written `\.`.
    package var path: String
    package var kind: Kind
    /// The types that the schema lets through, in words; empty for a new field.
    package var expected: String
    /// The type that was found; empty for what is gone.
    package var found: String

    /// A drift.
    package init(path: String, kind: Kind, expected: String = "", found: String = "") {
        self.path = path
        self.kind = kind
        self.expected = expected
        self.found = found
    }

    /// Whether both are told as one: of a new field it does not matter of what type it was met.
    func isSame(as other: SchemaDrift) -> Bool {
        path == other.path && kind == other.kind && (kind != .type || found == other.found)
    }
}

extension SchemaDrift: CustomStringConvertible {
    package var description: String {
        switch kind {
        case .newField where found.isEmpty: "\(path) is not in the schema"
        case .newField: "\(path) (\(found)) is not in the schema"
        case .type: "\(path) is of type \(found), not \(expected)"
        case .gone: "\(path) was in every record, and is in none any more"
        }
    }
}
