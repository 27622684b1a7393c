import CommandLine
import Configuration
import Core
import Daemon

extension AccountSources {
    /// What is said of an account that is known already: by its file, or by flags.
    init(of account: AccountName, program: Program, command: ParsedCommand, file: AccountFile?) throws {
        try self.init(program: program, command: command, file: file)
        guard file == nil else { return }
        extractor = command.given("extractor", else: nil) ?? PlacedText(account.extractor, at: .definition)
        self.account = PlacedText(account.account, at: .definition)
    }

    /// Throws where a file is another account's.
    func check(_ found: AccountName, is wanted: AccountName) throws {
        guard found != wanted else { return }
        throw ConfigurationError(
            .badFlag,
            "--config is the file of \(found), and this is about \(wanted): choose what is of one account by --extractor and --account, "
                + "with its file"
        )
    }
}
