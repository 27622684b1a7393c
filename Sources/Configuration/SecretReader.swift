package import Core

/// Fetches what references name.
///
/// Reads nothing ahead and keeps nothing: each call looks anew.
package struct SecretReader: Sendable {
    /// The most bytes that a file or a command may give.
    static let maximumBytes = 64 << 10

    private let environment: [String: String]
    private let commandLimit: Duration
    /// Whether references are left unread: for looking at what is written, on a machine that has not what it names.
    package private(set) var isBlind = false

    /// A reader that reads nothing: what a reference names is empty to it.
    package static var blind: SecretReader {
        var reader = SecretReader(environment: [:])
        reader.isBlind = true
        return reader
    }

    /// A reader that sees an environment and gives a command some time.
    package init(
        environment: [String: String] = ProcessEnvironment.current,
        commandLimit: Duration = .seconds(10)
    ) {
        self.environment = environment
        self.commandLimit = commandLimit
    }

    /// The value that a reference names; relative paths start at `folder`.
    ///
    /// Blocks while it reads a file or runs a command, the latter up to its limit.
    package func read(_ reference: SecretReference, folder: String = ".") throws(ConfigurationError) -> Secret
    {
        let text: String
        if isBlind, !reference.isLiteral { return Secret("") }
        switch reference {
        case .literal(let secret): return secret
        case .environment(let name):
            guard let value = environment[name] else {
                throw unavailable(reference, "the variable is not set")
            }
            text = value
        case .file(let path):
            let bytes: [UInt8]
            do {
                bytes = try FileBytes.read(Self.path(path, in: folder), limit: Self.maximumBytes)
            } catch let error {
                throw unavailable(reference, error.reason)
            }
            text = withoutLineEnd(try decoded(bytes, reference))
        case .command(let words):
            let bytes: [UInt8]
            do {
                let run = CommandRun(words: words, environment: environment, limit: commandLimit)
                bytes = try run.output(limit: Self.maximumBytes)
            } catch let error {
                throw unavailable(reference, error.reason)
            }
            text = firstLine(try decoded(bytes, reference))
        }
        guard !text.isEmpty else { throw unavailable(reference, "it is empty") }
        return Secret(text)
    }

    /// A path as seen from a folder.
    static func path(_ path: String, in folder: String) -> String {
        path.hasPrefix("/") || folder == "." || folder.isEmpty ? path : "\(folder)/\(path)"
    }

    private func unavailable(_ reference: SecretReference, _ reason: String) -> ConfigurationError {
        ConfigurationError(.secretUnavailable, "cannot read \(reference): \(reason)")
    }

    private func decoded(_ bytes: [UInt8], _ reference: SecretReference) throws(ConfigurationError) -> String
    {
        guard let text = String(validating: bytes, as: UTF8.self), !bytes.contains(0) else {
            throw unavailable(reference, "what it holds is not UTF-8 text")
        }
        return text
    }

    private func withoutLineEnd(_ text: String) -> String {
        text.last?.isNewline == true ? String(text.dropLast()) : text
    }

    /// Password programs print the secret on the first line; a PEM key has no meaning without its others.
    private func firstLine(_ text: String) -> String {
        text.hasPrefix("-----BEGIN ") ? withoutLineEnd(text) : String(text.prefix { !$0.isNewline })
    }
}
