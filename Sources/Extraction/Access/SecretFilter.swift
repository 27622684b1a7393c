import Core

/// Keeps an account's secrets out of text that comes from an API, before it can reach an error or the state (I6).
struct SecretFilter: Sendable {
    /// Shorter ones stand in an API's tokens by chance.
    private static let minimumLength = 8

    private let redaction: Redaction
    private let longer: Redaction

    init(_ secrets: [String]) {
        redaction = Redaction(secrets: secrets)
        longer = Redaction(secrets: secrets.filter { $0.utf8.count >= Self.minimumLength })
    }

    /// Whether the text holds a secret in any form.
    func finds(in text: String) -> Bool { longer(text) != text }

    /// The text without them.
    func clean(_ text: String) -> String { redaction(text) }

    /// The text on one line, cleaned and cut to so many characters.
    func excerpt(_ text: String, characters: Int) -> String {
        // Cleaned before it is cut: a cut through a secret would leave its beginning.
        let line = String(
            clean(text).map { character in
                character.unicodeScalars.contains { $0.properties.generalCategory == .control }
                    ? " " : character
            }
        )
        return line.count > characters ? line.prefix(characters) + "…" : line
    }
}
