import CommandLine
import Configuration
import Core

/// The accounts that `--extractor` and `--account` choose; all of them where neither is said.
struct AccountChoice: Sendable {
    private let extractor: String?
    private let account: String?

    /// The choice of a command; throws where `--extractor` leads to no extractor.
    init(program: Program, command: ParsedCommand) throws {
        extractor = try command.value("extractor").map {
            try program.extractorName(PlacedText($0, at: .flag("--extractor")), command)
        }
        account = command.value("account")
    }

    /// Whether an account is one of them.
    func contains(_ name: AccountName) -> Bool {
        (extractor ?? name.extractor) == name.extractor && (account ?? name.account) == name.account
    }
}
