/// What a command line asked for: which command, and the values of its options and arguments by name.
package struct ParsedCommand: Equatable, Sendable {
    /// Where a value came from.
    package enum Source: Equatable, Sendable { case commandLine, environment(String), fallback }

    /// The command's names below the program's: `["state", "show"]`.
    package var path: [String]
    /// The program and the path, for messages.
    package var title: String
    var entries: [String: Entry]

    struct Entry: Equatable, Sendable {
        var texts: [String]
        var source: Source
    }

    /// Whether the flag, option or argument was said or has a value from elsewhere.
    package func has(_ name: String) -> Bool { entries[name] != nil }

    /// The value of an option or argument, nil where there is none.
    package func value(_ name: String) -> String? { entries[name]?.texts.last }

    /// All values of a repeated option or argument, in order.
    package func values(_ name: String) -> [String] { entries[name]?.texts ?? [] }

    /// How often a flag was said.
    package func count(_ name: String) -> Int { entries[name]?.texts.count ?? 0 }

    /// Where the value came from.
    package func source(_ name: String) -> Source? { entries[name]?.source }

    /// A whole number within bounds; nil where the option has no value.
    package func int(_ name: String, in bounds: ClosedRange<Int>) throws(UsageError) -> Int? {
        guard let text = value(name) else { return nil }
        guard let number = Int(text), bounds.contains(number) else {
            throw bad(name, text, "a whole number from \(bounds.lowerBound) to \(bounds.upperBound)")
        }
        return number
    }

    /// A length of time (`250ms`, `15s`, `5m`, `2h`, `7d`); nil where the option has no value.
    package func duration(_ name: String) throws(UsageError) -> Duration? {
        guard let text = value(name) else { return nil }
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        let milliseconds: [Substring: Int64] = [
            "ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000,
        ]
        guard let count = Int64(digits), let unit = milliseconds[text[digits.endIndex...]],
            case let (product, overflow) = count.multipliedReportingOverflow(by: unit), !overflow
        else { throw bad(name, text, "a number with ms, s, m, h or d behind it, such as 15s") }
        return .milliseconds(product)
    }

    /// An error about a value that the command itself found wanting.
    package func bad(_ name: String, _ text: String, _ expected: String) -> UsageError {
        let label =
            switch source(name) {
            case .environment(let variable): "$\(variable)"
            case .commandLine, .fallback, nil: "--\(name)"
            }
        return UsageError(.badValue, "\(label): \"\(text)\" is not \(expected)", command: title)
    }
}
