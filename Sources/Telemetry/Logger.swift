package import Core
package import JSON

/// Writes what happened, one line an event, as text for people or as JSON for machines.
///
/// A value: `with` makes one that adds its fields to every line. What is thrown is not also logged.
package struct Logger: Sendable {
    /// How much a line matters.
    package enum Level: Int, Comparable, CaseIterable, Sendable {
        case debug, info, warning, error

        /// The name in JSON lines and on the command line.
        package var name: String {
            switch self {
            case .debug: "debug"
            case .info: "info"
            case .warning: "warning"
            case .error: "error"
            }
        }

        /// The level of that name.
        package init?(name: String) {
            guard let level = Self.allCases.first(where: { $0.name == name }) else { return nil }
            self = level
        }

        package static func < (left: Level, right: Level) -> Bool { left.rawValue < right.rawValue }
    }

    /// How a line is written.
    package enum Format: Sendable { case text, json }

    private let minimum: Level
    private let format: Format
    private let now: WallClock
    private let redact: @Sendable (String) -> String
    private let write: Writer
    private var context: [JSONValue.Member] = []

    /// A logger to `writer`.
    ///
    /// - Parameters:
    ///   - format: Text or JSON lines.
    ///   - minimum: What matters less is dropped.
    ///   - now: The time of each line.
    ///   - redact: Takes the secrets out of a text (I6); it sees the message and every text among the fields.
    ///   - writer: Gets each line whole, with its line end.
    package init(
        format: Format,
        minimum: Level = .info,
        now: @escaping WallClock = Instant.systemClock,
        redact: @escaping @Sendable (String) -> String = { $0 },
        writer: @escaping Writer
    ) {
        self.format = format
        self.minimum = minimum
        self.now = now
        self.redact = redact
        self.write = writer
    }

    /// A logger that drops everything.
    package static let silent = Logger(format: .text, minimum: .error, writer: { _ in })

    /// The same logger, with fields that it adds to every line.
    package func with(_ fields: KeyValuePairs<String, JSONValue>) -> Logger {
        var copy = self
        copy.context += fields.map { .init(name: $0.key, value: $0.value) }
        return copy
    }

    /// Whether a line of that level would be written: for what costs something to say.
    package func isEnabled(_ level: Level) -> Bool { level >= minimum }

    /// For whoever looks for a fault.
    package func debug(_ message: @autoclosure () -> String, _ fields: KeyValuePairs<String, JSONValue> = [:])
    {
        if isEnabled(.debug) { log(.debug, message(), fields) }
    }

    /// For whoever wants to know what is done.
    package func info(_ message: String, _ fields: KeyValuePairs<String, JSONValue> = [:]) {
        log(.info, message, fields)
    }

    /// Something is odd, and the run goes on.
    package func warning(_ message: String, _ fields: KeyValuePairs<String, JSONValue> = [:]) {
        log(.warning, message, fields)
    }

    /// Something failed that nobody else will report.
    package func error(_ message: String, _ fields: KeyValuePairs<String, JSONValue> = [:]) {
        log(.error, message, fields)
    }

    /// Writes one line.
    package func log(_ level: Level, _ message: String, _ fields: KeyValuePairs<String, JSONValue> = [:]) {
        guard isEnabled(level) else { return }
        let members = (context + fields.map { .init(name: $0.key, value: $0.value) }).map {
            JSONValue.Member(name: $0.name, value: redacted($0.value))
        }
        let text = redact(message)
        switch format {
        case .json: write(jsonLine(level, text, members))
        case .text: write(textLine(level, text, members))
        }
    }

    private func jsonLine(_ level: Level, _ message: String, _ members: [JSONValue.Member]) -> [UInt8] {
        let start: [JSONValue.Member] = [
            .init(name: "time", value: .string(now().rfc3339(fractionDigits: 3))),
            .init(name: "level", value: .string(level.name)),
            .init(name: "message", value: .string(message)),
        ]
        return JSONValue.object(start + members).bytes() + [UInt8(ascii: "\n")]
    }

    private func textLine(_ level: Level, _ message: String, _ members: [JSONValue.Member]) -> [UInt8] {
        var line =
            "\(now().rfc3339(fractionDigits: 3)) \(level.name.uppercased()) \(TerminalText.clean(message))"
        for member in members { line += " \(member.name)=\(Self.fieldText(member.value))" }
        return Array((line + "\n").utf8)
    }

    /// Plain where it reads as one word, else as JSON.
    private static func fieldText(_ value: JSONValue) -> String {
        guard case .string(let text) = value else { return TerminalText.clean(value.compactText) }
        let isWord = !text.isEmpty && text.allSatisfy { $0.isASCII && $0 > " " && $0 != "\"" && $0 != "=" }
        return isWord ? TerminalText.clean(text) : TerminalText.clean(value.compactText)
    }

    private func redacted(_ value: JSONValue) -> JSONValue {
        switch value {
        case .string(let text): .string(redact(text))
        case .array(let elements): .array(elements.map(redacted))
        case .object(let members): .object(members.map { .init(name: $0.name, value: redacted($0.value)) })
        case .null, .bool, .number: value
        }
    }
}
