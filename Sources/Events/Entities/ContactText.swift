/// E-mail addresses and telephone numbers in the forms by which they are compared.
enum ContactText {
    /// Without white space around it, in small letters.
    static func email(_ text: String) -> String { trimmed(text).lowercased() }

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

    /// Without white space at both ends.
    static func trimmed(_ text: String) -> String {
        let start = text.drop(while: \.isWhitespace)
        return String(start.reversed().drop(while: \.isWhitespace).reversed())
    }
}
