package import Core

/// What a schedule says that cannot be followed: a time, a zone, a policy (exit 2).
package struct ScheduleError: SluiceError, Hashable {
    /// The kinds of failure.
    package struct Code: Hashable, Sendable {
        fileprivate enum Kind: String, CaseIterable {
            case badField = "schedule.bad_field"
            case badExpression = "schedule.bad_expression"
            case neverRuns = "schedule.never_runs"
            case badInterval = "schedule.bad_interval"
            case badCalendar = "schedule.bad_calendar"
            case unknownZone = "schedule.unknown_zone"
            case badZone = "schedule.bad_zone"
        }
        fileprivate let kind: Kind

        package static let badField = Code(kind: .badField)
        package static let badExpression = Code(kind: .badExpression)
        package static let neverRuns = Code(kind: .neverRuns)
        package static let badInterval = Code(kind: .badInterval)
        package static let badCalendar = Code(kind: .badCalendar)
        package static let unknownZone = Code(kind: .unknownZone)
        package static let badZone = Code(kind: .badZone)

        /// Every code's text form.
        package static var allTexts: [String] { Kind.allCases.map(\.rawValue) }
    }

    package var code: Code
    package var message: String
    /// Where in the expression the error stands, from 1; nil where it is about all of it.
    package var column: Int?

    /// An error with its kind and one line: what was found, what is allowed, and what to write instead.
    package init(_ code: Code, _ message: String, column: Int? = nil) {
        self.code = code
        self.message = message
        self.column = column
    }

    package var codeText: String { code.kind.rawValue }
    package var recovery: Recovery { .failRun }
    package var exitCode: ExitCode { .configuration }
}
