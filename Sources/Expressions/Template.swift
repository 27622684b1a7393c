package import JSON

/// A text with expressions in it: `https://{{ config.subdomain }}.example.com`.
///
/// The expressions are a subset of Jinja's, stricter where Jinja guesses: a name that does not exist and a null
/// within a text are errors, with `default` and `is defined` as the ways around.
package struct Template: Sendable {
    /// A value that a template reads.
    package struct Reference: Hashable, Sendable {
        /// The variable and the members that are named outright: `config.a['b'][i]` reads `config`, `a`, `b`.
        package var path: [String]
        /// Where it stands in the template, in Unicode scalars from 0.
        package var offset: Int
    }

    private enum Segment {
        case text(String)
        case expression(Expression, offset: Int)
    }

    /// The text as it was written.
    package let source: String
    /// Every value that is read and not bound, in the order of the text.
    package private(set) var references: [Reference]
    private let segments: [Segment]
    /// Variables that are known already.
    private var bound: [String: JSONValue] = [:]

    /// The names of the variables that are read.
    package var variables: Set<String> { Set(references.compactMap(\.path.first)) }

    /// The expression that is all of it.
    var lone: Expression? {
        guard segments.count == 1, case .expression(let expression, _) = segments[0] else { return nil }
        return expression
    }

    /// Whether there is no expression in it.
    package var isLiteral: Bool {
        segments.allSatisfy { if case .text = $0 { true } else { false } }
    }

    /// Reads a template.
    package init(parsing source: String) throws(ExpressionError) {
        let text = Array(source.unicodeScalars)
        var segments: [Segment] = []
        var references: [Reference] = []
        var literal = String.UnicodeScalarView()
        var position = 0
        while position < text.count {
            let opening = text[position...].prefix(2)
            guard opening.first == "{", let second = opening.last, opening.count == 2,
                second == "{" || second == "%" || second == "#"
            else {
                literal.append(text[position])
                position += 1
                continue
            }
            guard second == "{" else {
                throw ExpressionError(
                    offset: position,
                    message:
                        "{\(second) is not supported; write {{ a if condition else b }}, or {{ '{\(second)' }}"
                )
            }
            if position + 2 < text.count, text[position + 2] == "-" {
                throw ExpressionError(
                    offset: position,
                    message: "{{- (white space control) is not supported; write {{"
                )
            }
            if !literal.isEmpty { segments.append(.text(String(literal))) }
            literal = String.UnicodeScalarView()
            var lexer = Lexer(text, at: position + 2)
            var parser = Parser(try lexer.tokens())
            segments.append(.expression(try parser.expression(), offset: position))
            references += parser.references
            position = lexer.position
        }
        if !literal.isEmpty { segments.append(.text(String(literal))) }
        self.source = source
        self.references = references
        self.segments = segments
    }

    /// The same with the value of a variable that no scope needs to have any more.
    package func binding(_ variable: String, to value: JSONValue) -> Template {
        guard references.contains(where: { $0.path.first == variable }) else { return self }
        var template = self
        template.references.removeAll { $0.path.first == variable }
        template.bound[variable] = value
        return template
    }

    private func evaluator(_ scope: [String: JSONValue]) -> Evaluator {
        Evaluator(scope: bound.isEmpty ? scope : scope.merging(bound) { $1 })
    }

    /// The value: of an expression that stands alone with its type, else the text.
    package func evaluate(_ scope: [String: JSONValue]) throws(ExpressionError) -> JSONValue {
        if segments.count == 1, case .expression(let expression, _) = segments[0] {
            return try evaluator(scope).value(expression)
        }
        return .string(try text(scope))
    }

    /// Whether the condition holds: not where its value is null, false, zero or empty, or does not exist.
    package func holds(_ scope: [String: JSONValue]) throws(ExpressionError) -> Bool {
        guard segments.count == 1, case .expression(let expression, _) = segments[0] else {
            return try !text(scope).isEmpty
        }
        return try evaluator(scope).holds(expression)
    }

    /// The text, whatever stands in it; a null is an error.
    package func text(_ scope: [String: JSONValue]) throws(ExpressionError) -> String {
        let evaluator = evaluator(scope)
        var result = ""
        for segment in segments {
            switch segment {
            case .text(let text): result += text
            case .expression(let expression, let offset):
                result += try evaluator.text(try evaluator.value(expression), of: expression, at: offset)
            }
        }
        return result
    }
}

extension Template: Hashable {
    // Equal sources parse to equal expressions.
    package static func == (left: Template, right: Template) -> Bool {
        left.source == right.source && left.bound == right.bound
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(source)
        hasher.combine(bound)
    }
}
