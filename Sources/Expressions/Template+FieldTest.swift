package import JSON

extension Template {
    /// A condition that needs no more of a variable than one of its fields.
    package struct FieldTest: Hashable, Sendable {
        /// The variable and the names that lead to the field.
        package var path: [String]
        /// What the field has to be, a text, truth value or null; nil where it only has to count as true.
        package var value: JSONValue?

        /// A test of a field.
        package init(path: [String], value: JSONValue? = nil) {
            self.path = path
            self.value = value
        }
    }

    /// The condition as a test of one field, where it is `{{ a.b }}` or `{{ a.b == 'text' }}`.
    ///
    /// Numbers are left out: `1` and `1.0` are the same one.
    package var fieldTest: FieldTest? {
        switch lone {
        case .binary(.equal, let left, .literal(let value), _)?,
            .binary(.equal, .literal(let value), let left, _)?:
            guard let path = left.fieldPath else { return nil }
            switch value {
            case .string, .bool, .null: return FieldTest(path: path, value: value)
            case .number, .array, .object: return nil
            }
        case let expression?: return expression.fieldPath.map { FieldTest(path: $0) }
        case nil: return nil
        }
    }
}

extension Expression {
    /// The names of `a.b['c']`.
    fileprivate var fieldPath: [String]? {
        switch self {
        case .variable(let name, _): [name]
        case .index(let base, .literal(.string(let name)), _): base.fieldPath.map { $0 + [name] }
        default: nil
        }
    }
}
