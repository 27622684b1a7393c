/// A word of an expression with its place in the template.
struct Token {
    enum Kind: Hashable {
        case name(String)
        case string(String)
        case number(String)
        case symbol(String)
        /// The closing `}}`.
        case end
    }

    var kind: Kind
    var offset: Int

    /// How an error calls the token.
    var shown: String {
        switch kind {
        case .name(let name): name
        case .string: "a text"
        case .number(let text): text
        case .symbol(let symbol): symbol
        case .end: "}}"
        }
    }
}

/// Cuts the text of one expression into tokens.
struct Lexer {
    private static let longSymbols = ["==", "!=", "<=", ">=", "//"]
    private static let symbols: Set<Unicode.Scalar> = [
        "<", ">", "+", "-", "~", "*", "/", "%", "(", ")", "[", "]", ",", ".", "|", "=",
    ]

    private let text: [Unicode.Scalar]
    /// Where reading goes on; after `tokens()` just behind the closing `}}`.
    private(set) var position: Int

    init(_ text: [Unicode.Scalar], at position: Int) {
        self.text = text
        self.position = position
    }

    /// The tokens up to and with the closing `}}`.
    mutating func tokens() throws(ExpressionError) -> [Token] {
        let start = position
        var tokens: [Token] = []
        while let next = peek() {
            let offset = position
            if next.properties.isWhitespace {
                position += 1
                continue
            }
            if next == "}", peek(1) == "}" {
                position += 2
                tokens.append(Token(kind: .end, offset: offset))
                return tokens
            }
            tokens.append(Token(kind: try kind(of: next), offset: offset))
        }
        throw ExpressionError(offset: max(0, start - 2), message: "{{ is never closed; end it with }}")
    }

    private func peek(_ ahead: Int = 0) -> Unicode.Scalar? {
        position + ahead < text.count ? text[position + ahead] : nil
    }

    private mutating func kind(of next: Unicode.Scalar) throws(ExpressionError) -> Token.Kind {
        if next == "'" || next == "\"" { return .string(try string(quote: next)) }
        if Self.isDigit(next) { return .number(try number()) }
        if Self.isLetter(next) { return .name(take { Self.isLetter($0) || Self.isDigit($0) }) }
        if next == "-", peek(1) == "}", peek(2) == "}" {
            throw ExpressionError(
                offset: position,
                message: "-}} (white space control) is not supported; write }}"
            )
        }
        if let second = peek(1) {
            let pair = String(Character(next)) + String(Character(second))
            if Self.longSymbols.contains(pair) {
                position += 2
                return .symbol(pair)
            }
        }
        guard Self.symbols.contains(next) else {
            throw ExpressionError(offset: position, message: "\(next) means nothing here")
        }
        position += 1
        return .symbol(String(Character(next)))
    }

    private mutating func number() throws(ExpressionError) -> String {
        let start = position
        var number = take(Self.isDigit)
        if peek() == ".", let next = peek(1), Self.isDigit(next) {
            position += 1
            number += "." + take(Self.isDigit)
        }
        if let next = peek(), Self.isLetter(next) {
            throw ExpressionError(offset: start, message: "a number is followed by \(next); quote a text")
        }
        guard number.count == 1 || !number.hasPrefix("0") || number.hasPrefix("0.") else {
            throw ExpressionError(offset: start, message: "a number does not start with 0; quote a text")
        }
        return number
    }

    private mutating func string(quote: Unicode.Scalar) throws(ExpressionError) -> String {
        let start = position
        var result = String.UnicodeScalarView()
        position += 1
        while let next = peek() {
            position += 1
            if next == quote { return String(result) }
            result.append(next == "\\" ? try escape() : next)
        }
        throw ExpressionError(offset: start, message: "a text is never closed; end it with \(quote)")
    }

    private mutating func escape() throws(ExpressionError) -> Unicode.Scalar {
        let offset = position - 1
        guard let next = peek() else {
            throw ExpressionError(offset: offset, message: "a text ends within an escape")
        }
        position += 1
        switch next {
        case "n": return "\n"
        case "t": return "\t"
        case "r": return "\r"
        case "\\", "'", "\"", "/": return next
        case "u":
            let digits = text[position...].prefix(4)
            let hex = String(String.UnicodeScalarView(digits))
            guard digits.count == 4, let value = UInt32(hex, radix: 16), let scalar = Unicode.Scalar(value)
            else {
                throw ExpressionError(
                    offset: offset,
                    message: "\\u needs four hexadecimal digits of a character"
                )
            }
            position += 4
            return scalar
        default:
            throw ExpressionError(
                offset: offset,
                message: "the escape \\\(next) is unknown; write \\\\ for \\"
            )
        }
    }

    private mutating func take(_ isIncluded: (Unicode.Scalar) -> Bool) -> String {
        let found = text[position...].prefix(while: isIncluded)
        position = found.endIndex
        return String(String.UnicodeScalarView(found))
    }

    private static func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }

    private static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
        ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar) || scalar == "_"
    }
}
