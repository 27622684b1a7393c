import CommandLine
import Configuration
import Core
import Daemon

extension AccountSources {
    /// What the account's file and a command's flags say of how the account is reached and its records are published; a flag
    /// beats the file.
    init(program: Program, command: ParsedCommand, file: AccountFile?) throws {
        self.init(
            file: file,
            reader: SecretReader(environment: program.environment),
            definition: { try program.definition(of: $0, command, file: file) }
        )
        template = command.given("topic-template", else: file?.topicTemplate)
        entities = command.given("entities", else: file?.entities)
        envelope = command.given("envelope", else: file?.envelope)
        privacy = command.given("privacy", else: file?.privacyPath)
        settings = try SettingFlag.parse(command.values("set"), option: "--set")
        stateKeys = command.values("state-key")
        stateKeyVariable = program.environment["SLUICE_STATE_KEY"]
        connection = ConnectionSettings.flags { command.value($0) }
    }
}
