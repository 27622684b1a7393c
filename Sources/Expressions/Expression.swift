import JSON

/// One node of a parsed expression; the offset says where errors about it point.
indirect enum Expression: Sendable {
    case literal(JSONValue)
    case variable(String, offset: Int)
    case list([Expression])
    case index(Expression, Expression, offset: Int)
    case not(Expression)
    case negate(Expression, offset: Int)
    case binary(BinaryOperator, Expression, Expression, offset: Int)
    case conditional(Expression, condition: Expression, otherwise: Expression)
    case filter(Filter, Expression, [Expression], offset: Int)
    case test(KindTest, Expression, isNegated: Bool)
}

/// The operators between two values.
enum BinaryOperator: String {
    case or, and
    case equal = "=="
    case notEqual = "!="
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
    case isIn = "in"
    case isNotIn = "not in"
    case plus = "+"
    case minus = "-"
    case concatenate = "~"
    case times = "*"
    case divide = "/"
    case divideDown = "//"
    case remainder = "%"
}

/// What may follow `is`.
enum KindTest: String, CaseIterable {
    case defined, undefined, none, string, number, boolean, mapping, sequence
}

/// What may follow `|`, with the count of arguments that each takes.
enum Filter: String, CaseIterable {
    case `default`, lower, upper, trim, urlencode, base64encode, string, int, length, join, replace, first,
        last
    case mapObjects = "map_objects"

    var arguments: ClosedRange<Int> {
        switch self {
        case .default: 1...2
        case .int, .join: 0...1
        case .mapObjects: 1...1
        case .replace: 2...2
        case .lower, .upper, .trim, .urlencode, .base64encode, .string, .length, .first, .last: 0...0
        }
    }
}
