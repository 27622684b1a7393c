/// Takes an account's secrets out of text that comes from outside, before it can reach an error (I6).
package struct SecretFilter: Sendable {
    /// Longest first, so that a secret that holds another one goes whole.
    private let secrets: [String]

    /// A filter for these texts; empty ones are left out.
    package init(_ secrets: [String]) {
        self.secrets = Set(secrets).filter { !$0.isEmpty }.sorted {
            ($0.utf8.count, $0) > ($1.utf8.count, $1)
        }
    }

    /// Whether the text holds one of them.
    ///
    /// Secrets shorter than 8 bytes stand in texts by chance and do not count.
    package func finds(in text: String) -> Bool {
        secrets.contains { $0.utf8.count >= 8 && text.contains($0) }
    }

    /// The text with `***` in place of each.
    package func clean(_ text: String) -> String {
        secrets.reduce(text) { text, secret in
            guard text.contains(secret) else { return text }
            return text.split(separator: secret, omittingEmptySubsequences: false).joined(separator: "***")
        }
    }

    /// The text on one line, cleaned and cut to so many characters.
    package func excerpt(_ text: String, characters: Int) -> String {
        // Cleaned before it is cut: a cut through a secret would leave its beginning.
        let line = String(clean(text).map { $0.isNewline || $0 == "\t" ? " " : $0 })
        return line.count > characters ? line.prefix(characters) + "…" : line
    }
}
