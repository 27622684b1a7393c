import Core

extension PublishError {
    /// What is named in a stream's place where the topic of schemas refuses; no stream can be called so.
    static let schemas = "sluice.schemas"
}

/// The topic of schemas of a session: looked at once, when there is something for it, and never what stops a run.
struct SchemasTopic {
    private let settings: SessionSettings
    private let admin: KafkaAdmin
    private enum Standing {
        case unknown, there, refused
    }
    private var standing = Standing.unknown

    init(settings: SessionSettings, admin: KafkaAdmin) {
        self.settings = settings
        self.admin = admin
    }

    private var topic: String { settings.prefix.schemasTopic }

    /// What of a group may be committed: without the topic nothing that goes to it, and nothing that says it went.
    mutating func admit(_ group: TransactionGroup) async throws -> TransactionGroup {
        guard !group.schemas.isEmpty || standing == .refused else { return group }
        if standing == .unknown { try await look() }
        guard standing == .refused else { return group }
        var group = group
        group.schemas = []
        group.state.removeAll { record in
            if case .schema? = try? StateKey(record.key) { true } else { false }
        }
        return group
    }

    private mutating func look() async throws {
        do {
            let found = try await settings.topicOrigin.describe(topic, by: admin)
            if found == nil {
                try await TopicLayout.schemas.create(topic, brokers: try await admin.brokerCount(), by: admin)
            }
            standing = .there
        } catch let error as PublishError {
            refuse(error)
        }
    }

    /// The topic cannot be had; said once a session.
    mutating func refuse(_ error: PublishError) {
        standing = .refused
        settings.kafka.onLog(
            KafkaSettings.LogLine(
                level: 4,
                facility: "SCHEMAS",
                text:
                    "how records differ from their schemas is told by the runs alone, as \(topic) cannot be had: "
                    + "\(error.message)"
            )
        )
    }
}
