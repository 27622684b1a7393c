import CommandLine
import Core

/// What the commands that change state are told in common.
extension ParsedCommand {
    /// The account that an argument names.
    func account() throws -> AccountName {
        let text = value("account") ?? ""
        do {
            return try AccountName(text)
        } catch {
            throw UsageError(.badValue, "account: \(error.message)", command: title)
        }
    }

    /// A stream's name.
    func stream(_ text: String) throws -> StreamName {
        do {
            return try StreamName(text)
        } catch {
            throw UsageError(.badValue, "stream: \(error.message)", command: title)
        }
    }

    /// Why something is changed.
    func reason() throws -> String {
        let text = value("reason") ?? ""
        guard text.contains(where: { !$0.isWhitespace }), text.count <= HandChange.longestReason else {
            throw bad(
                "reason",
                String(text.prefix(60)),
                "a reason of 1 to \(HandChange.longestReason) characters"
            )
        }
        return text
    }
}
