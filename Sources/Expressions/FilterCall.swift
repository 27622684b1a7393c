import Core
import JSON

/// The filters' work on values (`default` works on what is missing and is the evaluator's).
struct FilterCall {
    let evaluator: Evaluator
    /// What the filter is applied to and where, for errors.
    let operand: Expression
    let offset: Int

    func apply(
        _ filter: Filter,
        to value: JSONValue,
        _ arguments: [JSONValue]
    ) throws(ExpressionError) -> JSONValue {
        switch filter {
        case .default: return value
        case .lower: return .string(try text(value).lowercased())
        case .upper: return .string(try text(value).uppercased())
        case .trim: return .string(trimmed(try text(value)))
        case .urlencode: return .string(percentEncoded(try text(value)))
        case .base64encode: return .string(Base64.encode(Array(try text(value).utf8)))
        case .string: return .string(try text(value))
        case .int: return try whole(value, arguments.first)
        case .length: return try length(value)
        case .join:
            var parts: [String] = []
            for item in try items(value, for: filter) { parts.append(try text(item)) }
            return .string(parts.joined(separator: arguments.isEmpty ? "" : try text(arguments[0])))
        case .mapObjects:
            let name = try text(arguments[0])
            return .array(
                try items(value, for: filter).map { .object([JSONValue.Member(name: name, value: $0)]) }
            )
        case .replace:
            let (old, new) = (try text(arguments[0]), try text(arguments[1]))
            return .string(replaced(try text(value), old: old, new: new))
        case .first, .last:
            let items = try items(value, for: filter)
            guard let item = filter == .first ? items.first : items.last else {
                throw error("is an empty list and has no \(filter.rawValue) item")
            }
            return item
        }
    }

    private func error(_ message: String) -> ExpressionError {
        ExpressionError(offset: offset, message: "\(operand.shown) \(message)")
    }

    private func text(_ value: JSONValue) throws(ExpressionError) -> String {
        try evaluator.text(value, of: operand, at: offset)
    }

    private func items(_ value: JSONValue, for filter: Filter) throws(ExpressionError) -> [JSONValue] {
        guard case .array(let items) = value else {
            throw error("is \(value.kindName); \(filter.rawValue) needs a list")
        }
        return items
    }

    private func length(_ value: JSONValue) throws(ExpressionError) -> JSONValue {
        switch value {
        case .string(let text): return .number(String(text.unicodeScalars.count))
        case .array(let items): return .number(String(items.count))
        case .object(let members): return .number(String(members.count))
        case .null, .bool, .number: throw error("is \(value.kindName) and has no length")
        }
    }

    private func whole(_ value: JSONValue, _ fallback: JSONValue?) throws(ExpressionError) -> JSONValue {
        let number: DecimalNumber? =
            switch value {
            case .number: value.decimal
            case .string(let text): DecimalNumber(trimmed(text))
            case .bool(let isTrue): DecimalNumber(isTrue ? "1" : "0")
            case .null, .array, .object: nil
            }
        if let number { return .number(number.truncated.text) }
        if let fallback { return fallback }
        throw error("is \(value.kindName) that is no number; int('…') takes a value for that case")
    }

    private func trimmed(_ text: String) -> String {
        let scalars = text.unicodeScalars
        guard let first = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
            let last = scalars.lastIndex(where: { !$0.properties.isWhitespace })
        else { return "" }
        return String(scalars[first...last])
    }

    /// Everything but unreserved characters encoded, the slash as well: a value never becomes two path segments.
    private func percentEncoded(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var result: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
                UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                result.append(byte)
            default: result += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    private func replaced(_ text: String, old: String, new: String) -> String {
        guard !old.isEmpty else { return text }
        let bytes = Array(text.utf8)
        var result: [UInt8] = []
        var position = 0
        for range in bytes.ranges(of: Array(old.utf8)) {
            result += bytes[position..<range.lowerBound]
            result += new.utf8
            position = range.upperBound
        }
        result += bytes[position...]
        return String(decoding: result, as: UTF8.self)
    }
}
