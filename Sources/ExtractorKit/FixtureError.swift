package import Core

/// A fixture that cannot be read, written or replayed.
package struct FixtureError: SluiceError {
    /// The kinds of failure.
    package struct Code: Hashable, Sendable {
        fileprivate enum Kind: String, CaseIterable {
            case bad = "fixture.bad"
            case none = "fixture.none"
            case exists = "fixture.exists"
            case notRecorded = "fixture.not_recorded"
        }
        fileprivate let kind: Kind

        /// A file that is no fixture.
        package static let bad = Code(kind: .bad)
        /// No file where the stream's fixture is looked for.
        package static let none = Code(kind: .none)
        /// A file that is there already and would be lost.
        package static let exists = Code(kind: .exists)
        /// A request that the fixture has no answer to.
        package static let notRecorded = Code(kind: .notRecorded)

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
    package var exitCode: ExitCode { .configuration }
}
