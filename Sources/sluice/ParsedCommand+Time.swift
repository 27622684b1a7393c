import CommandLine
import Configuration
import Core

extension ParsedCommand {
    /// The time that an option says; nil where it is not given.
    func instant(_ name: String) throws(UsageError) -> Instant? {
        guard let text = value(name) else { return nil }
        guard let time = TimeText.instant(text) else { throw bad(name, text, TimeText.forms) }
        return time
    }
}
