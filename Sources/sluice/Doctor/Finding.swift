import Configuration
import Core
import JSON

/// What one look of the doctor came to.
struct Finding: Sendable {
    enum Status: String, Sendable { case ok, warning, error }

    /// What was looked at: `kafka.topics`.
    var check: String
    /// Which of several: a topic, a schedule, an account.
    var subject: String?
    var status: Status
    var text: String
    /// What helps, a line each.
    var remedy: [String] = []
    /// How the program ends for it, where it is an error.
    var exitCode = ExitCode.configuration

    /// All is well.
    static func ok(_ check: String, _ subject: String? = nil, _ text: String, _ remedy: [String] = [])
        -> Finding
    {
        Finding(check: check, subject: subject, status: .ok, text: text, remedy: remedy)
    }

    /// It works, and may not always.
    static func warning(_ check: String, _ subject: String? = nil, _ text: String, _ remedy: String)
        -> Finding
    {
        Finding(check: check, subject: subject, status: .warning, text: text, remedy: [remedy])
    }

    /// It does not work.
    static func error(
        _ check: String,
        _ subject: String? = nil,
        _ text: String,
        _ remedy: [String],
        _ exitCode: ExitCode = .configuration
    ) -> Finding {
        Finding(
            check: check,
            subject: subject,
            status: .error,
            text: text,
            remedy: remedy,
            exitCode: exitCode
        )
    }

    /// An error of the program, a finding for each that it stands for.
    static func errors(
        _ check: String,
        _ subject: String? = nil,
        _ error: any SluiceError,
        remedy: String? = nil
    ) -> [Finding] {
        error.single.map { error in
            let (text, own) = parts(of: error.message)
            let isSetting = error.exitCode == .configuration
            return Finding.error(
                check,
                subject,
                "\(text) [\(error.codeText)]",
                [remedy ?? own ?? Self.remedies[error.codeText]].compactMap(\.self),
                isSetting ? .configuration : .environment
            )
        }
    }

    /// What helps where a message does not say it.
    private static let remedies = [
        "configuration.secret_unavailable":
            "make it readable in the environment and for the user that the daemon has, or name another reference",
        "http.cannot_resolve": "look at this machine's DNS",
        "http.cannot_connect": "look at the network, at firewalls, and at the account's connection.proxy",
    ]

    /// A message ends with what helps, behind a semicolon.
    static func parts(of message: String) -> (text: String, remedy: String?) {
        guard let place = message.ranges(of: "; ").last else { return (message, nil) }
        return (String(message[..<place.lowerBound]), String(message[place.upperBound...]))
    }

    /// As people read it.
    var lines: String {
        let name = check + (subject.map { " (\($0))" } ?? "")
        return "\(status.rawValue.padded(to: 8)) \(name): \(text)\n"
            + remedy.map { "         → \($0)\n" }.joined()
    }

    var json: JSONValue {
        [
            "check": .string(check),
            "subject": subject.map(JSONValue.string) ?? .null,
            "status": .string(status.rawValue),
            "text": .string(text),
            "remedy": .array(remedy.map(JSONValue.string)),
        ]
    }
}

extension String {
    fileprivate func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - count))
    }
}
