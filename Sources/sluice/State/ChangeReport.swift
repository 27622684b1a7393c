import CommandLine
import Core
import Glibc
import JSON
import Telemetry

/// What is said of changes of state: before they are made, and what came of them.
struct ChangeReport {
    let program: Program
    let command: ParsedCommand

    private var isJSON: Bool { command.value("output") == "json" }

    /// Shows what will be done.
    func show(_ plans: [(account: AccountName, changed: ChangedState)]) {
        guard !isJSON else { return }
        var table = Table([
            .init("ACCOUNT"), .init("STREAM"), .init("BEFORE"), .init("AFTER"), .init("LEFT OUT"),
        ])
        for (account, changed) in plans {
            for line in changed.lines {
                table.append([
                    account.text, line.stream?.text ?? "", line.before, line.after, line.leftOut ?? "",
                ])
            }
        }
        program.print(table)
    }

    /// Whether whoever sits at a terminal wants it; where nobody does, the reason that was given is enough.
    func isWanted(_ question: String) -> Bool {
        guard !command.has("yes"), isatty(STDIN_FILENO) == 1, program.terminal.isInteractive else {
            return true
        }
        program.console.write(Array("\(question) [y/N] ".utf8))
        let answer = readLine()?.lowercased() ?? ""
        guard ["y", "yes"].contains(answer) else {
            program.complain("nothing was changed")
            return false
        }
        return true
    }

    /// What came of it, or would.
    enum Status: String {
        case planned, done, refused
        /// Some accounts, and others not.
        case partial
    }

    /// Says what came of it; for programs all of it in one object.
    func finish(
        _ status: Status,
        _ plans: [(account: AccountName, changed: ChangedState)],
        by doer: String? = nil,
        code: String? = nil,
        message: String
    ) {
        if isJSON {
            let accounts = plans.map { account, changed -> JSONValue in
                ["account": .string(account.text), "changes": changed.json]
            }
            let json: JSONValue = [
                "status": .string(status.rawValue), "by": .optional(doer), "code": .optional(code),
                "message": .string(message), "accounts": .array(accounts),
            ]
            return program.print(json.compactText + "\n")
        }
        switch status {
        case .planned, .done: program.print("\(message)\n")
        case .refused, .partial: program.complain(message + (code.map { " [\($0)]" } ?? ""))
        }
    }
}
