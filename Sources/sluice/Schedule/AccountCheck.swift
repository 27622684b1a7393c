import CommandLine
import Configuration
import Core
import Daemon

/// What an account's file says of its account, looked at without reading what it refers to or asking anybody.
struct AccountCheck {
    let program: Program
    let command: ParsedCommand

    /// All that is wrong with it, but for when it runs.
    func errors(of file: AccountFile) throws -> [any SluiceError] {
        var problems = Problems()
        _ = try problems.take {
            try AccountSetup(
                AccountSources(file: file, reader: .blind) {
                    try program.definition(of: $0, command, file: file)
                }
            )
        }
        _ = try problems.take { try file.topicPrefix?.read { try TopicPrefix($0) } }
        _ = try problems.take {
            try KafkaClientSettings.resolve(
                // Where the file names no broker, the environment may.
                bootstrap: file.bootstrap == nil ? "localhost" : nil,
                flags: [],
                file: file,
                environment: [:],
                reader: .blind
            )
        }
        return problems.errors
    }
}
