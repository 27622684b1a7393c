import CommandLine
import Configuration
import Core
import Kafka

/// Where Kafka is and how topics are named: from flags, file and environment.
struct KafkaOptions {
    let settings: KafkaSettings
    let prefix: TopicPrefix
    /// Secret values, for the redaction.
    let secrets: [String]

    init(
        program: Program,
        command: ParsedCommand,
        file: AccountFile?,
        onLog: @escaping @Sendable (KafkaSettings.LogLine) -> Void = { _ in }
    ) throws {
        let client = try KafkaClientSettings.resolve(
            // A flag beats the file, the file beats the variable that the option falls back to.
            bootstrap: command.source("kafka") == .commandLine || file?.bootstrap == nil
                ? command.value("kafka") : nil,
            flags: try SettingFlag.parse(command.values("kafka-set"), option: "--kafka-set"),
            file: file,
            environment: program.environment
        )
        secrets = client.secrets
        settings = KafkaSettings(
            bootstrap: client.bootstrap,
            overrides: client.overrides,
            clientID: "sluice",
            onLog: onLog
        )
        guard let text = command.given("topic-prefix", else: file?.topicPrefix) else {
            throw ConfigurationError(
                .missingSetting,
                "no topic prefix; give --topic-prefix NAME, topic_prefix in the file, or SLUICE_TOPIC_PREFIX"
            )
        }
        prefix = try text.read { try TopicPrefix($0) }
    }
}
