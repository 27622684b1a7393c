/// E-mail addresses and telephone numbers in the forms by which they are compared.
enum ContactText {
    /// Without white space around it, in small letters.
    static func email(_ text: String) -> String {
        let text = trimmed(text)
        guard text.utf8.allSatisfy({ $0 < 0x80 }) else { return text.lowercased() }
        return String(decoding: text.utf8.map { (65...90).contains($0) ? $0 | 0x20 : $0 }, as: UTF8.self)
    }

    /// `+` and digits where the number tells its country (`+` or `00`), else its digits; a text without digits as it is.
    ///
    /// What begins with a letter, as an extension does, is left out.
    static func phone(_ text: String) -> String {
        let text = trimmed(text)
        let digits = text.prefix { !$0.isLetter }.filter { ("0"..."9").contains($0) }
        guard !digits.isEmpty else { return text }
        if text.hasPrefix("+") { return "+" + digits }
        return text.hasPrefix("00") ? "+" + digits.dropFirst(2) : digits
    }

    /// Whether a text certainly has no white space at its ends: nearly all begin and end with a visible character of ASCII.
    static func isTrimmed(_ text: some BidirectionalCollection<UInt8>) -> Bool {
        guard let first = text.first, let last = text.last else { return true }
        return (0x21...0x7E).contains(first) && (0x21...0x7E).contains(last)
    }

    /// Without white space at both ends.
    static func trimmed(_ text: String) -> String {
        if isTrimmed(text.utf8) { return text }
        let start = text.drop(while: \.isWhitespace)
        return String(start.reversed().drop(while: \.isWhitespace).reversed())
    }
}
