import JSON

/// Computes an expression's value from those of its variables.
struct Evaluator {
    /// What looking a name up can give.
    private enum Found {
        case value(JSONValue)
        /// Nothing: what is missing, for the error that follows unless `default` or `is defined` asked.
        case missing(ExpressionError)
    }

    private let scope: [String: JSONValue]

    init(scope: [String: JSONValue]) {
        self.scope = scope
    }

    func value(_ expression: Expression) throws(ExpressionError) -> JSONValue {
        switch try find(expression) {
        case .value(let value): return value
        case .missing(let error): throw error
        }
    }

    /// Whether there is such a value, and it counts as true.
    func holds(_ expression: Expression) throws(ExpressionError) -> Bool {
        guard case .value(let value) = try find(expression) else { return false }
        return value.isTruthy
    }

    /// A value as part of a text.
    func text(_ value: JSONValue, of expression: Expression, at offset: Int) throws(ExpressionError) -> String
    {
        switch value {
        case .string(let text), .number(let text): return text
        case .bool(let value): return value ? "true" : "false"
        case .array, .object: return value.compactText
        case .null:
            // A null that turns into the text "null" or "None" in a URL is never what was meant.
            throw ExpressionError(
                offset: offset,
                message: "\(expression.shown) is null and cannot be part of a text; "
                    + "write \(expression.shown) | default('', true)"
            )
        }
    }

    private func find(_ expression: Expression) throws(ExpressionError) -> Found {
        switch expression {
        case .literal(let value): return .value(value)
        case .variable(let name, let offset):
            if let value = scope[name] { return .value(value) }
            let known = scope.keys.sorted().joined(separator: ", ")
            let message = "there is no variable \(name)" + (known.isEmpty ? "" : "; known here: \(known)")
            return .missing(ExpressionError(offset: offset, message: message))
        case .list(let items):
            var values: [JSONValue] = []
            for item in items { values.append(try value(item)) }
            return .value(.array(values))
        case .index(let base, let key, let offset):
            guard case .value(let container) = try find(base) else { return try find(base) }
            return try member(of: container, key: try value(key), base: base, at: offset)
        case .not(let operand): return .value(.bool(!(try value(operand).isTruthy)))
        case .negate(let operand, let offset):
            return .value(.number(try number(try value(operand), of: operand, at: offset).negated.text))
        case .binary(let operation, let left, let right, let offset):
            return .value(try binary(operation, left, right, at: offset))
        case .conditional(let first, let condition, let otherwise):
            return try find(try value(condition).isTruthy ? first : otherwise)
        case .filter(.default, let operand, let arguments, _):
            return try defaulted(operand, arguments)
        case .filter(let filter, let operand, let arguments, let offset):
            var values: [JSONValue] = []
            for argument in arguments { values.append(try value(argument)) }
            let call = FilterCall(evaluator: self, operand: operand, offset: offset)
            return .value(try call.apply(filter, to: try value(operand), values))
        case .test(let test, let operand, let isNegated):
            return .value(.bool(try isTrue(test, operand) != isNegated))
        }
    }

    private func member(
        of container: JSONValue,
        key: JSONValue,
        base: Expression,
        at offset: Int
    ) throws(ExpressionError) -> Found {
        switch (container, key) {
        case (.object, .string(let name)):
            if let value = container[name] { return .value(value) }
            return .missing(
                ExpressionError(offset: offset, message: "\(base.shown) has no member \(name)\(Self.hint)")
            )
        case (.array(let items), .number(let text)):
            guard let index = Int(text) else {
                throw ExpressionError(offset: offset, message: "a list's index is a whole number")
            }
            let place = index < 0 ? items.count + index : index
            if items.indices.contains(place) { return .value(items[place]) }
            return .missing(
                ExpressionError(
                    offset: offset,
                    message: "\(base.shown) has \(items.count) items and none at \(index)\(Self.hint)"
                )
            )
        case (.null, _):
            return .missing(
                ExpressionError(
                    offset: offset,
                    message: "\(base.shown) is null and has no members\(Self.hint)"
                )
            )
        default:
            let wanted = if case .number = key { "index" } else { "member" }
            throw ExpressionError(
                offset: offset,
                message: "\(base.shown) is \(container.kindName) and has no \(wanted) by \(key.kindName)"
            )
        }
    }

    private static let hint = "; add | default(…) if it may be missing"

    private func defaulted(
        _ operand: Expression,
        _ arguments: [Expression]
    ) throws(ExpressionError) -> Found {
        guard case .value(let value) = try find(operand) else { return try find(arguments[0]) }
        guard arguments.count == 2, try self.value(arguments[1]).isTruthy, !value.isTruthy else {
            return .value(value)
        }
        return try find(arguments[0])
    }

    private func isTrue(_ test: KindTest, _ operand: Expression) throws(ExpressionError) -> Bool {
        if test == .defined || test == .undefined {
            guard case .value = try find(operand) else { return test == .undefined }
            return test == .defined
        }
        switch (test, try value(operand)) {
        case (.none, .null), (.string, .string), (.number, .number), (.boolean, .bool), (.mapping, .object),
            (.sequence, .array):
            return true
        default: return false
        }
    }

    private func binary(
        _ operation: BinaryOperator,
        _ left: Expression,
        _ right: Expression,
        at offset: Int
    ) throws(ExpressionError) -> JSONValue {
        let first = try value(left)
        // Only `and` and `or` may leave their right side alone.
        if operation == .and { return first.isTruthy ? try value(right) : first }
        if operation == .or { return first.isTruthy ? first : try value(right) }
        let second = try value(right)
        switch operation {
        case .equal: return .bool(first.isSame(as: second))
        case .notEqual: return .bool(!first.isSame(as: second))
        case .less, .lessOrEqual, .greater, .greaterOrEqual:
            return .bool(try compare(operation, first, second, at: offset))
        case .isIn: return .bool(try contains(second, first, container: right, at: offset))
        case .isNotIn: return .bool(!(try contains(second, first, container: right, at: offset)))
        case .concatenate:
            return .string(try text(first, of: left, at: offset) + text(second, of: right, at: offset))
        case .plus:
            switch (first, second) {
            case (.string(let a), .string(let b)): return .string(a + b)
            case (.array(let a), .array(let b)): return .array(a + b)
            case (.string, _), (_, .string):
                throw ExpressionError(
                    offset: offset,
                    message: "+ adds \(first.kindName) and \(second.kindName) in no way; ~ joins texts"
                )
            default: break
            }
        case .minus, .times, .divide, .divideDown, .remainder, .and, .or: break
        }
        let a = try number(first, of: left, at: offset)
        let b = try number(second, of: right, at: offset)
        return .number(try compute(operation, a, b, at: offset).text)
    }

    private func compute(
        _ operation: BinaryOperator,
        _ a: DecimalNumber,
        _ b: DecimalNumber,
        at offset: Int
    ) throws(ExpressionError) -> DecimalNumber {
        let isDivision = [.divide, .divideDown, .remainder].contains(operation)
        guard !isDivision || !b.isZero else {
            throw ExpressionError(offset: offset, message: "division by zero")
        }
        let result =
            switch operation {
            case .plus: a + b
            case .minus: a - b
            case .times: a * b
            case .divide: a / b
            case .divideDown: DecimalNumber.divideDown(a, b)?.0
            default: DecimalNumber.divideDown(a, b)?.1
            }
        guard let result else {
            throw ExpressionError(
                offset: offset,
                message: "\(operation.rawValue) takes numbers of up to 1000 digits"
            )
        }
        return result
    }

    private func compare(
        _ operation: BinaryOperator,
        _ first: JSONValue,
        _ second: JSONValue,
        at offset: Int
    ) throws(ExpressionError) -> Bool {
        let isLess: Bool
        let isGreater: Bool
        if case .string(let a) = first, case .string(let b) = second {
            isLess = a.utf8.lexicographicallyPrecedes(b.utf8)
            isGreater = b.utf8.lexicographicallyPrecedes(a.utf8)
        } else if let a = first.decimal, let b = second.decimal {
            isLess = a < b
            isGreater = b < a
        } else {
            let both = "\(first.kindName) and \(second.kindName)"
            throw ExpressionError(
                offset: offset,
                message: "\(both) have no order; | int or | string makes them alike"
            )
        }
        return switch operation {
        case .less: isLess
        case .lessOrEqual: !isGreater
        case .greater: isGreater
        default: !isLess
        }
    }

    private func contains(
        _ container: JSONValue,
        _ item: JSONValue,
        container expression: Expression,
        at offset: Int
    ) throws(ExpressionError) -> Bool {
        switch (container, item) {
        case (.array(let items), _): return items.contains { $0.isSame(as: item) }
        case (.object, .string(let name)): return container[name] != nil
        case (.string(let text), .string(let part)):
            return part.isEmpty || !text.utf8.ranges(of: Array(part.utf8)).isEmpty
        default:
            throw ExpressionError(
                offset: offset,
                message:
                    "in looks for \(item.kindName) in \(container.kindName) (\(expression.shown)) in no way"
            )
        }
    }

    /// A value that must be a number.
    private func number(
        _ value: JSONValue,
        of expression: Expression,
        at offset: Int
    ) throws(ExpressionError) -> DecimalNumber {
        guard let number = value.decimal else {
            throw ExpressionError(
                offset: offset,
                message: "\(expression.shown) is \(value.kindName), not a number; | int makes one of a text"
            )
        }
        return number
    }
}
