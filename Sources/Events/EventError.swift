package import Core

/// A record that cannot become an event: its stream fails, and nothing of its page is visible (I2).
package struct EventError: SluiceError {
    /// The kinds of failure.
    package struct Code: Hashable, Sendable {
        fileprivate enum Kind: String, CaseIterable {
            case missingKey = "event.missing_key"
            case badKey = "event.bad_key"
            case badVersion = "event.bad_version"
        }
        fileprivate let kind: Kind

        package static let missingKey = Code(kind: .missingKey)
        package static let badKey = Code(kind: .badKey)
        package static let badVersion = Code(kind: .badVersion)

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
    package var recovery: Recovery { .failStream }
    package var exitCode: ExitCode { .failed }
}
