package import Core

/// A record that cannot become an event: its stream fails, and nothing of its page is visible (I2).
package struct EventError: SluiceError {
    /// The kinds of failure.
    package struct Code: Hashable, Sendable {
        fileprivate enum Kind: String, CaseIterable {
            case missingKey = "event.missing_key"
            case badKey = "event.bad_key"
            case badVersion = "event.bad_version"
            case badEntity = "event.bad_entity"
        }
        fileprivate let kind: Kind

        package static let missingKey = Code(kind: .missingKey)
        package static let badKey = Code(kind: .badKey)
        package static let badVersion = Code(kind: .badVersion)
        package static let badEntity = Code(kind: .badEntity)

        /// Every code's text form.
        package static var allTexts: [String] { Kind.allCases.map(\.rawValue) }
    }

    package var code: Code
    package var message: String
    /// The stream whose record it is, where that is not clear from where it happens.
    package var stream: String?

    /// An error with its kind and one line of text.
    package init(_ code: Code, _ message: String, stream: String? = nil) {
        self.code = code
        self.message = message
        self.stream = stream
    }

    package var codeText: String { code.kind.rawValue }
    package var recovery: Recovery { .failStream }
    package var exitCode: ExitCode { .failed }
}
