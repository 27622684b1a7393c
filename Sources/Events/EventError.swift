package import Core

/// A record that cannot become an event: it becomes a dead letter, or its stream fails, and nothing of its page is
/// visible (I2).
package struct EventError: SluiceError {
    /// The kinds of failure.
    package struct Code: Hashable, Sendable {
        fileprivate enum Kind: String, CaseIterable {
            case missingKey = "event.missing_key"
            case badKey = "event.bad_key"
            case badVersion = "event.bad_version"
            case badEntity = "event.bad_entity"
            case tooManyDead = "event.too_many_dead_letters"
        }
        fileprivate let kind: Kind

        package static let missingKey = Code(kind: .missingKey)
        package static let badKey = Code(kind: .badKey)
        package static let badVersion = Code(kind: .badVersion)
        package static let badEntity = Code(kind: .badEntity)
        /// More records of a stream cannot be published than a run goes past.
        package static let tooManyDead = Code(kind: .tooManyDead)

        /// Those of records that become dead letters.
        package static var ofDeadLetters: [String] { [badVersion, badEntity].map(\.kind.rawValue) }

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

    /// The error of a record that nothing goes past.
    package init(_ reason: DeadLetter.Reason, stream: String) {
        code = Code.Kind(rawValue: reason.code).map(Code.init) ?? .tooManyDead
        message = reason.text
        self.stream = stream
    }

    /// The same, of a record that becomes a dead letter.
    package var reason: DeadLetter.Reason { DeadLetter.Reason(code: codeText, text: message) }

    package var codeText: String { code.kind.rawValue }
    package var recovery: Recovery { .failStream }
    package var exitCode: ExitCode { .failed }
}
