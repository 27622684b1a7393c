/// A command line that cannot be run: the program ends with exit code 2.
package struct UsageError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The kinds of mistake.
    package struct Code: Hashable, Sendable {
        fileprivate enum Kind: String, CaseIterable {
            case unknownCommand = "usage.unknown_command"
            case missingCommand = "usage.missing_command"
            case unknownOption = "usage.unknown_option"
            case missingOption = "usage.missing_option"
            case missingValue = "usage.missing_value"
            case unexpectedValue = "usage.unexpected_value"
            case badValue = "usage.bad_value"
            case repeatedOption = "usage.repeated_option"
            case missingArgument = "usage.missing_argument"
            case unexpectedArgument = "usage.unexpected_argument"
        }
        fileprivate let kind: Kind

        package static let unknownCommand = Code(kind: .unknownCommand)
        package static let missingCommand = Code(kind: .missingCommand)
        package static let unknownOption = Code(kind: .unknownOption)
        package static let missingOption = Code(kind: .missingOption)
        package static let missingValue = Code(kind: .missingValue)
        package static let unexpectedValue = Code(kind: .unexpectedValue)
        package static let badValue = Code(kind: .badValue)
        package static let repeatedOption = Code(kind: .repeatedOption)
        package static let missingArgument = Code(kind: .missingArgument)
        package static let unexpectedArgument = Code(kind: .unexpectedArgument)

        /// Every code's text form.
        package static var allTexts: [String] { Kind.allCases.map(\.rawValue) }
    }

    package var code: Code
    /// What was found, and what to write instead where it is known.
    package var message: String
    /// The command whose help would answer (`sluice state show`).
    package var command: String

    /// An error with its kind, one line of text and the command it is about.
    package init(_ code: Code, _ message: String, command: String) {
        self.code = code
        self.message = message
        self.command = command
    }

    /// The stable dotted text form.
    package var codeText: String { code.kind.rawValue }

    package var description: String { "\(command): \(message) (see '\(command) --help') [\(codeText)]" }
}
