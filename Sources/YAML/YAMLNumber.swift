/// The numbers of YAML's core schema in JSON's form.
enum YAMLNumber {
    /// The number as JSON writes it, all digits kept; nil for what is no number.
    static func json(_ text: String) -> String? {
        if text.hasPrefix("0x") { return radix(text.dropFirst(2), 16) }
        if text.hasPrefix("0o") { return radix(text.dropFirst(2), 8) }
        var rest = Substring(text)
        let isNegative = rest.first == "-"
        if isNegative || rest.first == "+" { rest.removeFirst() }
        let whole = digits(&rest)
        var fraction: Substring = ""
        if rest.first == "." {
            rest.removeFirst()
            fraction = digits(&rest)
        }
        guard !whole.isEmpty || !fraction.isEmpty else { return nil }
        var exponent = ""
        if rest.first == "e" || rest.first == "E" {
            exponent.append(rest.removeFirst())
            if let sign = rest.first, sign == "+" || sign == "-" { exponent.append(rest.removeFirst()) }
            let power = digits(&rest)
            guard !power.isEmpty else { return nil }
            exponent += power
        }
        guard rest.isEmpty else { return nil }
        let significant = whole.drop { $0 == "0" }
        return (isNegative ? "-" : "") + (significant.isEmpty ? "0" : significant)
            + (fraction.isEmpty ? "" : "." + fraction) + exponent
    }

    private static func digits(_ rest: inout Substring) -> Substring {
        let found = rest.prefix { ("0"..."9").contains($0) }
        rest = rest[found.endIndex...]
        return found
    }

    private static func radix(_ digits: Substring, _ radix: Int) -> String? {
        guard digits.first?.isHexDigit == true else { return nil }
        return UInt64(digits, radix: radix).map(String.init)
    }
}
