/// A share in whole hundredths, as a definition writes it: `10%`.
enum Percentage {
    /// The hundredths of a text, with or without its sign; nil where they are not 1 to 100.
    static func parse(_ text: String) -> Int? {
        let digits = text.hasSuffix("%") ? text.dropLast() : text[...]
        guard digits.utf8.allSatisfy({ (48...57).contains($0) }), let count = Int(digits),
            (1...100).contains(count)
        else { return nil }
        return count
    }
}
