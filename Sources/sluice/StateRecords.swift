import CommandLine
import Configuration
import Core
import Kafka

/// The committed state of an installation, read without any session and without disturbing one.
struct StateRecords {
    /// The last records of all keys that this version knows.
    let all: [(key: StateKey, value: [UInt8])]
    private let extractor: String?
    private let account: String?

    /// Reads every partition, up to its end, of the installation that a command's options name.
    init(program: Program, command: ParsedCommand) async throws {
        let options = try KafkaOptions(program: program, command: command, file: nil)
        extractor = try command.value("extractor").map {
            try program.extractorName(PlacedText($0, at: .flag("--extractor")), command)
        }
        account = command.value("account")
        let topic = options.prefix.stateTopic
        let reader = try TopicReader(settings: options.settings)
        do {
            all = try await closing(reader, by: { await $0.close() }) { reader in
                try await Self.read(topic, reader)
            }
        } catch let error as PublishError where error.code == .unknownTopic {
            throw PublishError(
                .unknownTopic,
                "nothing was ever synced under the prefix \(options.prefix.text): there is no topic \(topic); look at "
                    + "--topic-prefix and --kafka"
            )
        }
    }

    /// Whether the command's options ask for an account.
    func isWanted(_ name: AccountName) -> Bool {
        (extractor.map { $0 == name.extractor } ?? true) && (account.map { $0 == name.account } ?? true)
    }

    private static func read(_ topic: String, _ reader: TopicReader) async throws
        -> [(key: StateKey, value: [UInt8])]
    {
        var records: [(key: StateKey, value: [UInt8])] = []
        let ends = try await reader.endOffsets(topic: topic)
        for (partition, end) in ends.enumerated() where end > 0 {
            var last: [[UInt8]: [UInt8]] = [:]
            let position = try await reader.read(
                topic: topic,
                partition: Int32(partition),
                committed: true,
                from: nil,
                upTo: end,
                deadline: .seconds(20)
            ) { record in
                if let key = record.key { last[key] = record.value }
            }
            guard position >= end else {
                throw PublishError(
                    .timedOut,
                    "\(topic)/\(partition) could be read to \(position) of \(end) only: an open transaction holds the rest back; "
                        + "try again in a minute"
                )
            }
            for (key, value) in last {
                if let key = try StateKey(key) { records.append((key, value)) }
            }
        }
        return records
    }
}
