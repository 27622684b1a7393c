import JSON

/// Reads one expression, with Jinja's precedences.
struct Parser {
    /// More would let an expression exhaust the stack when it is evaluated.
    private static let maximumNodes = 1_000
    private static let maximumDepth = 64

    private let tokens: [Token]
    private var position = 0
    private var nodes = 0
    private var depth = 0
    /// Which values the expression reads, as far as their names stand in it.
    private(set) var references: [Template.Reference] = []

    init(_ tokens: [Token]) {
        self.tokens = tokens
    }

    mutating func expression() throws(ExpressionError) -> Expression {
        guard current.kind != .end else { throw error("there is no expression between {{ and }}") }
        let result = try conditional()
        guard current.kind == .end else {
            throw error("}} is expected here, not \(current.shown)")
        }
        return result
    }

    private var current: Token { tokens[position] }

    private func error(_ message: String) -> ExpressionError {
        ExpressionError(offset: current.offset, message: message)
    }

    private mutating func accept(_ symbol: String) -> Bool {
        guard current.kind == .symbol(symbol) || current.kind == .name(symbol) else { return false }
        position += 1
        return true
    }

    private mutating func expect(_ symbol: String) throws(ExpressionError) {
        guard accept(symbol) else { throw error("\(symbol) is expected here, not \(current.shown)") }
    }

    private mutating func count(_ node: Expression) throws(ExpressionError) -> Expression {
        nodes += 1
        guard nodes <= Self.maximumNodes else {
            throw error("an expression has at most \(Self.maximumNodes) parts")
        }
        return node
    }

    private mutating func conditional() throws(ExpressionError) -> Expression {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.maximumDepth else {
            throw error("an expression is nested at most \(Self.maximumDepth) deep")
        }
        let value = try or()
        guard accept("if") else { return value }
        let condition = try or()
        guard accept("else") else { throw error("an if needs an else: a if condition else b") }
        return try count(.conditional(value, condition: condition, otherwise: try conditional()))
    }

    private mutating func or() throws(ExpressionError) -> Expression {
        var left = try and()
        while case let offset = current.offset, accept("or") {
            left = try count(.binary(.or, left, try and(), offset: offset))
        }
        return left
    }

    private mutating func and() throws(ExpressionError) -> Expression {
        var left = try not()
        while case let offset = current.offset, accept("and") {
            left = try count(.binary(.and, left, try not(), offset: offset))
        }
        return left
    }

    private mutating func not() throws(ExpressionError) -> Expression {
        var negations = 0
        while accept("not") { negations += 1 }
        let value = try comparison()
        guard negations > 0 else { return value }
        // An even number still makes a truth value.
        let negated = try count(.not(value))
        return negations.isMultiple(of: 2) ? .not(negated) : negated
    }

    private mutating func comparison() throws(ExpressionError) -> Expression {
        let left = try sum()
        let offset = current.offset
        guard let operation = try comparisonOperator() else { return left }
        let result = try count(.binary(operation, left, try sum(), offset: offset))
        guard try comparisonOperator() == nil else {
            position -= 1
            throw error("comparisons are not chained; join two of them with and")
        }
        return result
    }

    private mutating func comparisonOperator() throws(ExpressionError) -> BinaryOperator? {
        for symbol in ["==", "!=", "<=", ">=", "<", ">", "in"] where accept(symbol) {
            return BinaryOperator(rawValue: symbol)
        }
        if current.kind == .symbol("=") { throw error("write == to compare") }
        guard current.kind == .name("not") else { return nil }
        position += 1
        try expect("in")
        return .isNotIn
    }

    private mutating func sum() throws(ExpressionError) -> Expression {
        var left = try concatenation()
        while case let token = current, accept("+") || accept("-") {
            let operation: BinaryOperator = token.kind == .symbol("+") ? .plus : .minus
            left = try count(.binary(operation, left, try concatenation(), offset: token.offset))
        }
        return left
    }

    private mutating func concatenation() throws(ExpressionError) -> Expression {
        var left = try product()
        while case let offset = current.offset, accept("~") {
            left = try count(.binary(.concatenate, left, try product(), offset: offset))
        }
        return left
    }

    private mutating func product() throws(ExpressionError) -> Expression {
        var left = try unary(filtered: true)
        while case .symbol(let symbol) = current.kind, ["*", "/", "//", "%"].contains(symbol),
            let operation = BinaryOperator(rawValue: symbol)
        {
            let offset = current.offset
            position += 1
            left = try count(.binary(operation, left, try unary(filtered: true), offset: offset))
        }
        return left
    }

    private mutating func unary(filtered: Bool) throws(ExpressionError) -> Expression {
        let offset = current.offset
        var node: Expression
        if accept("-") {
            depth += 1
            defer { depth -= 1 }
            guard depth <= Self.maximumDepth else { throw error("too many signs") }
            node = try count(.negate(try unary(filtered: false), offset: offset))
        } else {
            node = try postfix()
        }
        while filtered {
            if accept("|") {
                node = try filter(of: node)
            } else if accept("is") {
                node = try test(of: node)
            } else {
                break
            }
        }
        return node
    }

    private mutating func postfix() throws(ExpressionError) -> Expression {
        let start = current
        var node = try primary()
        var path: [String]?
        if case .variable(let name, _) = node { path = [name] }
        while true {
            let offset = current.offset
            if accept(".") {
                guard case .name(let name) = current.kind else {
                    throw error("a member's name is expected after the dot; write ['…'] for other names")
                }
                position += 1
                node = try count(.index(node, .literal(.string(name)), offset: offset))
                path?.append(name)
            } else if accept("[") {
                let key = try conditional()
                try expect("]")
                node = try count(.index(node, key, offset: offset))
                if case .literal(.string(let name)) = key, path != nil {
                    path?.append(name)
                } else {
                    record(path, at: start.offset)
                    path = nil
                }
            } else {
                break
            }
        }
        record(path, at: start.offset)
        if current.kind == .symbol("(") {
            throw error("there are no functions; a filter follows its value: value | default('x')")
        }
        return node
    }

    private mutating func record(_ path: [String]?, at offset: Int) {
        if let path { references.append(Template.Reference(path: path, offset: offset)) }
    }

    private mutating func primary() throws(ExpressionError) -> Expression {
        let token = current
        switch token.kind {
        case .string(let text):
            position += 1
            return try count(.literal(.string(text)))
        case .number(let text):
            position += 1
            return try count(.literal(.number(text)))
        case .name(let name):
            guard !["if", "else", "and", "or", "not", "in", "is"].contains(name) else {
                throw error("a value is expected here, not \(name)")
            }
            position += 1
            return try count(Self.constant(name) ?? .variable(name, offset: token.offset))
        case .symbol("("):
            position += 1
            let value = try conditional()
            try expect(")")
            return value
        case .symbol("["):
            position += 1
            return try count(.list(try items(until: "]")))
        case .symbol, .end:
            throw error("a value is expected here, not \(token.shown)")
        }
    }

    private static func constant(_ name: String) -> Expression? {
        switch name {
        case "true", "True": .literal(.bool(true))
        case "false", "False": .literal(.bool(false))
        case "null", "none", "None": .literal(.null)
        default: nil
        }
    }

    private mutating func items(until close: String) throws(ExpressionError) -> [Expression] {
        var items: [Expression] = []
        while !accept(close) {
            if !items.isEmpty {
                try expect(",")
                if accept(close) { break }
            }
            items.append(try conditional())
        }
        return items
    }

    private mutating func filter(of value: Expression) throws(ExpressionError) -> Expression {
        let offset = current.offset
        guard case .name(let name) = current.kind else { throw error("a filter's name is expected after |") }
        guard let filter = Filter(rawValue: name) else {
            let known = Filter.allCases.map(\.rawValue).sorted().joined(separator: ", ")
            throw error("there is no filter \(name); known: \(known)")
        }
        position += 1
        let arguments = accept("(") ? try items(until: ")") : []
        guard filter.arguments.contains(arguments.count) else {
            let (low, high) = (filter.arguments.lowerBound, filter.arguments.upperBound)
            let needed = low == high ? "\(low)" : "\(low) or \(high)"
            throw ExpressionError(
                offset: offset,
                message: "\(name) takes \(needed) argument\(high == 1 && low == high ? "" : "s"), "
                    + "not \(arguments.count)"
            )
        }
        return try count(.filter(filter, value, arguments, offset: offset))
    }

    private mutating func test(of value: Expression) throws(ExpressionError) -> Expression {
        let isNegated = accept("not")
        guard case .name(let name) = current.kind,
            let test = KindTest(rawValue: name == "null" ? "none" : name)
        else {
            let known = KindTest.allCases.map(\.rawValue).joined(separator: ", ")
            throw error("after is one of these is expected: \(known)")
        }
        position += 1
        return try count(.test(test, value, isNegated: isNegated))
    }
}
