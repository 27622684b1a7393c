package import Core

/// What ended a run and belongs to no other module.
package struct RunError: SluiceError {
    /// The kinds of failure.
    package struct Code: Hashable, Sendable {
        fileprivate enum Kind: String, CaseIterable {
            case unexpected = "run.unexpected"
            case absenceWithheld = "run.absence_withheld"
            case feedLost = "run.feed_lost"
            case tooManyKeys = "run.too_many_keys"
            case clockBehind = "run.clock_behind"
            case parentsGone = "run.parents_gone"
            case noBackfill = "run.no_backfill"
            case schemaDrift = "run.schema_drift"
        }
        fileprivate let kind: Kind

        /// An error of a type that says nothing of its recovery: a defect, reported as it is.
        package static let unexpected = Code(kind: .unexpected)
        /// A full read missed more records than are taken for deleted.
        package static let absenceWithheld = Code(kind: .absenceWithheld)
        /// A list took longer than the feed behind it keeps its entries.
        package static let feedLost = Code(kind: .feedLost)
        /// The list of what is there has more keys than are held at once (I7).
        package static let tooManyKeys = Code(kind: .tooManyKeys)
        /// The clock stands before what was read already.
        package static let clockBehind = Code(kind: .clockBehind)
        /// All parents of a child stream seem to be gone.
        package static let parentsGone = Code(kind: .parentsGone)
        /// The stream cannot be read by time, or has not been read yet.
        package static let noBackfill = Code(kind: .noBackfill)

        /// Records are not as the stream's schema says, and it is to stop then.
        package static let schemaDrift = Code(kind: .schemaDrift)

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
    package var recovery: Recovery { code == .unexpected ? .failRun : .failStream }
    package var exitCode: ExitCode { .failed }
}
