import CommandLine
import Configuration
import Core
import Kafka

/// The committed state of the accounts that a command's options ask for.
struct StateRecords {
    /// By account the records, by their keys' bytes.
    let accounts: [AccountName: [[UInt8]: [UInt8]]]

    /// Reads them from the installation that the options name.
    init(program: Program, command: ParsedCommand) async throws {
        let options = try KafkaOptions(program: program, command: command, file: nil)
        let choice = try AccountChoice(program: program, command: command)
        accounts = try await StateScan(options.settings, prefix: options.prefix).run().accounts.filter {
            choice.contains($0.key)
        }
    }
}
