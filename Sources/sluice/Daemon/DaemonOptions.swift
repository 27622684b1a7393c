import CommandLine
import Configuration
import Core
import Daemon
import Extraction

/// What the commands about a daemon are told of its settings: a file, flags, the environment.
struct DaemonOptions {
    let program: Program
    let command: ParsedCommand

    /// The settings; throws all that is wrong with them.
    func settings() throws -> DaemonSettings {
        try DaemonSettings.resolve(
            file: try command.value("config").map { try DaemonFile.load($0) },
            flags: try flags(),
            environment: program.environment
        )
    }

    /// The settings as far as they could be worked out, with all that is wrong, also with a file that cannot be read.
    func draft() -> DaemonDraft {
        var unread: [ConfigurationError] = []
        var file: DaemonFile?
        var flags: [GivenSetting] = []
        do throws(ConfigurationError) {
            if let path = command.value("config") { file = try DaemonFile.load(path) }
        } catch {
            unread.append(error)
        }
        do throws(ConfigurationError) {
            flags = try self.flags()
        } catch {
            unread.append(error)
        }
        var draft = DaemonSettings.draft(file: file, flags: flags, environment: program.environment)
        // What an unread file would have said is not missing as well.
        if !unread.isEmpty { draft.error = ConfigurationError.of(unread) }
        return draft
    }

    private func flags() throws(ConfigurationError) -> [GivenSetting] {
        try DaemonSettings.flags(
            // What the environment says is resolved with the file, which it beats.
            value: { command.source($0) == .commandLine ? command.value($0) : nil },
            kafkaSet: command.values("kafka-set"),
            pools: command.values("pool"),
            stateKeys: command.values("state-key")
        )
    }

    /// What an account is put together from, with what the daemon says of all accounts.
    func sources(
        _ file: AccountFile,
        stateKeys: [Secret],
        privacy: PlacedText?,
        reader: SecretReader,
        locator: ExtractorLocator
    ) -> AccountSources {
        let program = program
        var sources = AccountSources(file: file, reader: reader) {
            try program.definition(of: $0, locator, file: file)
        }
        // Read anew each time, so that a change of what a reference names counts.
        sources.stateKeys = command.values("state-key")
        sources.stateKeyVariable = program.environment["SLUICE_STATE_KEY"]
        sources.fallbackStateKeys = stateKeys
        // The file's own word is nearer.
        sources.privacy = sources.privacy ?? privacy
        return sources
    }
}
