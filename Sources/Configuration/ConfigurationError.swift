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

        /// Every code's text form.
        package static var allTexts: [String] { Kind.allCases.map(\.rawValue) }
    }

    package var code: Code
    package var message: String

    /// An error with its kind and one line of text.
    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var codeText: String { code.kind.rawValue }
    package var recovery: Recovery { .failRun }
    package var exitCode: ExitCode { .configuration }
}
