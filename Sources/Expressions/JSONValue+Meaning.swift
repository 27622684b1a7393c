import JSON

extension JSONValue {
    /// What counts as true in a condition: all but null, false, zero and what is empty.
    var isTruthy: Bool {
        switch self {
        case .null: false
        case .bool(let value): value
        case .number: decimal.map { !$0.isZero } ?? true
        case .string(let text): !text.isEmpty
        case .array(let items): !items.isEmpty
        case .object(let members): !members.isEmpty
        }
    }

    /// How an error calls the kind of a value.
    var kindName: String {
        switch self {
        case .null: "null"
        case .bool: "a truth value"
        case .number: "a number"
        case .string: "a text"
        case .array: "a list"
        case .object: "a mapping"
        }
    }

    /// The exact number, if this is one.
    var decimal: DecimalNumber? {
        guard case .number(let text) = self else { return nil }
        return DecimalNumber(text)
    }

    /// Whether two values are equal: numbers by their value, texts by their bytes, members in any order.
    func isSame(as other: JSONValue) -> Bool {
        switch (self, other) {
        case (.number, .number):
            guard let a = decimal, let b = other.decimal else { return false }
            return a == b
        // Swift's == takes texts for equal that differ in how an accent is encoded; an API does not.
        case (.string(let a), .string(let b)): return a.utf8.elementsEqual(b.utf8)
        case (.array(let a), .array(let b)):
            return a.count == b.count && zip(a, b).allSatisfy { $0.isSame(as: $1) }
        case (.object(let a), .object(let b)):
            return a.count == b.count
                && a.allSatisfy { member in other[member.name].map { $0.isSame(as: member.value) } ?? false }
        default: return self == other
        }
    }
}

extension Expression {
    /// How an error names it: by its path where it is one, never by a value.
    var shown: String {
        switch self {
        case .variable(let name, _): name
        case .index(let base, .literal(.string(let name)), _): "\(base.shown).\(name)"
        case .index(let base, _, _): "\(base.shown)[…]"
        case .filter(let filter, let operand, _, _): "\(operand.shown) | \(filter.rawValue)"
        case .literal, .list, .not, .negate, .binary, .conditional, .test: "the value"
        }
    }
}
