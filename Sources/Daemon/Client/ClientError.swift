package import Core

/// What was asked of a daemon and is not done.
package struct ClientError: SluiceError {
    /// The kinds of failure.
    package struct Code: Hashable, Sendable {
        fileprivate enum Kind: String, CaseIterable {
            case noDaemon = "daemon.none"
            case noAnswer = "daemon.no_answer"
            case unknownRun = "daemon.unknown_run"
        }
        fileprivate let kind: Kind

        /// None runs.
        package static let noDaemon = Code(kind: .noDaemon)
        /// One runs, and says nothing.
        package static let noAnswer = Code(kind: .noAnswer)
        /// The log of runs does not know it.
        package static let unknownRun = Code(kind: .unknownRun)

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
    package var exitCode: ExitCode { code == .unknownRun ? .configuration : .environment }
}
