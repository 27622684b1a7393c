import Core

/// The topic of dead letters of a session: looked at once, when there is a letter for it.
///
/// A record that cannot go there cannot be gone past: without the topic its stream fails (I2).
struct DeadTopic {
    private let settings: SessionSettings
    private let admin: KafkaAdmin
    /// The largest batch that it takes; nil where nobody may ask, or where it was not looked at yet.
    private var maximum: Int?
    private var isThere = false

    /// What a batch and a record have beside key and value, headers included.
    private static let overhead = 1 << 10
    /// What a topic takes that says nothing of it.
    private static let usualMaximum = 1_048_588

    init(settings: SessionSettings, admin: KafkaAdmin) {
        self.settings = settings
        self.admin = admin
    }

    private var topic: String { settings.prefix.deadTopic }

    /// The group, with letters that fit into the topic.
    mutating func admit(_ group: TransactionGroup) async throws -> TransactionGroup {
        guard let first = group.letters.first ?? group.settled.first else { return group }
        if !isThere { try await look(for: first) }
        var group = group
        let limit = (maximum ?? Self.usualMaximum) - Self.overhead
        group.letters = group.letters.map { $0.fitting(limit) }
        return group
    }

    private mutating func look(for letter: DeadLetter) async throws {
        do {
            var found = try await settings.topicOrigin.describe(topic, by: admin)
            if found == nil {
                try await TopicLayout.dead.create(topic, brokers: try await admin.brokerCount(), by: admin)
                found = try await settings.topicOrigin.describe(topic, by: admin)
            }
            maximum = found?.maximumMessageBytes
            isThere = true
        } catch let error as PublishError {
            switch error.code {
            case .unreachable, .timedOut, .authentication: throw error
            default:
                throw PublishError(
                    .unknownTopic,
                    "record \(letter.keyText) of stream \(letter.stream) cannot be published (\(letter.reason.text)), and its "
                        + "dead letter has no topic: \(error.message). With dead_letters: 0 such a record stops its stream",
                    stream: letter.stream.text
                )
            }
        }
    }
}
