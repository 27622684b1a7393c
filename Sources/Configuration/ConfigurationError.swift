package import Core

/// Settings that a command cannot work with (exit 2).
///
/// Names what is wrong, never a secret's value.
package struct ConfigurationError: SluiceError {
    /// The kinds of failure.
    package struct Code: Hashable, Sendable {
        fileprivate enum Kind: String, CaseIterable {
            case unknownSetting = "configuration.unknown_setting"
            case missingSetting = "configuration.missing_setting"
            case badSetting = "configuration.bad_setting"
            case literalSecret = "configuration.literal_secret"
            case badReference = "configuration.bad_reference"
            case secretUnavailable = "configuration.secret_unavailable"
            case badFile = "configuration.bad_file"
            case unreadableFile = "configuration.unreadable_file"
            case badFlag = "configuration.bad_flag"
            case several = "configuration.several"
        }
        fileprivate let kind: Kind

        package static let unknownSetting = Code(kind: .unknownSetting)
        package static let missingSetting = Code(kind: .missingSetting)
        package static let badSetting = Code(kind: .badSetting)
        package static let literalSecret = Code(kind: .literalSecret)
        package static let badReference = Code(kind: .badReference)
        package static let secretUnavailable = Code(kind: .secretUnavailable)
        package static let badFile = Code(kind: .badFile)
        package static let unreadableFile = Code(kind: .unreadableFile)
        package static let badFlag = Code(kind: .badFlag)
        /// More than one at once; each has its own code.
        package static let several = Code(kind: .several)

        /// Every code's text form.
        package static var allTexts: [String] { Kind.allCases.map(\.rawValue) }
    }

    package var code: Code
    package var message: String
    /// What it consists of; empty for an error of its own.
    package private(set) var parts: [any SluiceError] = []

    /// An error with its kind and one line of text.
    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// Several errors as one, a line each; one alone stays what it is.
    package static func of(_ errors: [ConfigurationError]) -> ConfigurationError {
        errors.count == 1 ? errors[0] : joined(errors)
    }

    /// The same of errors of any kind.
    package static func of(_ errors: [any SluiceError]) -> any SluiceError {
        errors.count == 1 ? errors[0] : joined(errors)
    }

    private static func joined(_ errors: [any SluiceError]) -> ConfigurationError {
        let parts = errors.flatMap { error in
            (error as? ConfigurationError).flatMap { $0.parts.isEmpty ? nil : $0.parts } ?? [error]
        }
        let lines = parts.map { "\n  \($0)" }.joined()
        var error = ConfigurationError(.several, "\(parts.count) errors:\(lines)")
        error.parts = parts
        return error
    }

    package var codeText: String { code.kind.rawValue }
    package var description: String { parts.isEmpty ? "\(message) [\(codeText)]" : message }
    package var recovery: Recovery { .failRun }
    package var exitCode: ExitCode { .configuration }
}
