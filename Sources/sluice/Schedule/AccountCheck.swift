import CommandLine
import Configuration
import Core
import Daemon
import Extraction
import Kafka

/// What an account's file says of its account, looked at without reading what it refers to or asking anybody.
struct AccountCheck {
    let program: Program
    let command: ParsedCommand

    /// All that is wrong with it, but for when it runs.
    func errors(of file: AccountFile) throws -> [any SluiceError] {
        var problems = Problems()
        let extractor = try problems.take { try value("extractor", file.extractor, file) }
        let definition = try extractor.flatMap { extractor in
            try problems.take { try program.definition(of: extractor, command, file: file) }
        }
        _ = try problems.take {
            try value("account", file.account, file).read {
                try AccountName(extractor: definition?.name ?? "unknown", account: $0)
            }
        }
        if let definition {
            _ = try problems.take {
                try SettingsResolver(declarations: definition.settings, reader: .blind)
                    .resolve(file: file, flags: [])
            }
            _ = try problems.take { try AccountSetup.streams(of: definition, named: [], else: file.streams) }
        }
        _ = try problems.take {
            try StateKeys.resolve(file: file, flags: [], variable: nil, reader: .blind)
        }
        _ = try problems.take { try ConnectionSettings.resolve(file: file, flags: [], reader: .blind) }
        _ = try problems.take { try file.topicTemplate?.read { try TopicTemplate(parsing: $0) } }
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

    private func value(_ name: String, _ value: PlacedText?, _ file: AccountFile) throws -> PlacedText {
        guard let value else {
            throw ConfigurationError(
                .missingSetting,
                "\(file.path): no \(name); add \(name): NAME, or keep when: out of a file that is no schedule"
            )
        }
        return value
    }
}
