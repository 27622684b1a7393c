package import Core

/// Where a setting's value is: named by the way to it, or written out.
package enum SecretReference: Hashable, Sendable {
    /// `env:NAME`, an environment variable.
    case environment(String)
    /// `file:PATH`, a file's text; a relative path is one from the folder of the file that names it.
    case file(String)
    /// `exec:ARGV`, the first line that a program prints, started without a shell.
    case command([String])
    /// Anything else: the value itself.
    case literal(Secret)

    /// The forms that are not literal, for errors.
    package static let forms = "env:NAME, file:PATH or exec:COMMAND"

    /// Reads a reference.
    package init(parsing text: String) throws(ConfigurationError) {
        guard let colon = text.firstIndex(of: ":") else {
            self = .literal(Secret(text))
            return
        }
        let rest = String(text[text.index(after: colon)...])
        switch text[..<colon] {
        case "env":
            guard !rest.isEmpty, !rest.contains("="), !rest.contains("\0") else {
                throw ConfigurationError(
                    .badReference,
                    "env: needs the name of an environment variable: env:NAME"
                )
            }
            self = .environment(rest)
        case "file":
            guard !rest.isEmpty, !rest.contains("\0") else {
                throw ConfigurationError(.badReference, "file: needs the path of a file: file:PATH")
            }
            self = .file(rest)
        case "exec":
            self = .command(try Self.words(rest))
        default: self = .literal(Secret(text))
        }
    }

    /// Whether the value itself was written.
    package var isLiteral: Bool { if case .literal = self { true } else { false } }

    /// Cuts a command into its words at white space.
    ///
    /// Within '…' everything stands for itself; within "…" a backslash before " or \ does not. There is no shell:
    /// `$`, `*`, `;` and `|` mean nothing.
    private static func words(_ text: String) throws(ConfigurationError) -> [String] {
        var words: [String] = []
        var word: String.UnicodeScalarView?
        var quote: Unicode.Scalar?
        var isEscaped = false
        for scalar in text.unicodeScalars {
            guard scalar != "\0" else {
                throw ConfigurationError(.badReference, "exec: takes no NUL character in a command")
            }
            if isEscaped {
                if scalar != "\"", scalar != "\\" { word?.append("\\") }
                word?.append(scalar)
                isEscaped = false
            } else if let open = quote {
                if scalar == open {
                    quote = nil
                } else if scalar == "\\", open == "\"" {
                    isEscaped = true
                } else {
                    word?.append(scalar)
                }
            } else if scalar == "'" || scalar == "\"" {
                quote = scalar
                word = word ?? String.UnicodeScalarView()
            } else if scalar.properties.isWhitespace {
                if let word { words.append(String(word)) }
                word = nil
            } else {
                word = word ?? String.UnicodeScalarView()
                word?.append(scalar)
            }
        }
        guard quote == nil else {
            throw ConfigurationError(.badReference, "exec: has a quote that is never closed")
        }
        if let word { words.append(String(word)) }
        guard let program = words.first, !program.isEmpty else {
            throw ConfigurationError(.badReference, "exec: needs a command: exec:PROGRAM ARGUMENT …")
        }
        return words
    }
}

extension SecretReference: CustomStringConvertible {
    /// The way to the value; of a command only the program, since an argument may be a secret itself.
    package var description: String {
        switch self {
        case .environment(let name): "env:\(name)"
        case .file(let path): "file:\(path)"
        case .command(let words): "exec:\(words[0])" + (words.count > 1 ? " …" : "")
        case .literal: Secret.mask
        }
    }
}
