import Core

extension PublishError {
    /// What is named in a stream's place where a topic of notices refuses; no stream can be called so.
    static func refusing(_ topic: NoticeTopic) -> String {
        switch topic {
        case .schemas: "sluice.schemas"
        case .catalog: "sluice.catalog"
        }
    }

    /// The topic of notices that refused.
    var refusingNotices: NoticeTopic? {
        NoticeTopic.allCases.first { Self.refusing($0) == stream }
    }
}

/// A topic of notices of a session: looked at once, when there is something for it, and never what stops a run.
struct NoticePlace {
    private let kind: NoticeTopic
    private let settings: SessionSettings
    private let admin: KafkaAdmin
    private enum Standing {
        case unknown, there, refused
    }
    private var standing = Standing.unknown

    init(_ kind: NoticeTopic, settings: SessionSettings, admin: KafkaAdmin) {
        self.kind = kind
        self.settings = settings
        self.admin = admin
    }

    private var topic: String { kind.name(settings.prefix) }

    /// What of a group may be committed: without the topic nothing that goes to it, and nothing that says it went.
    mutating func admit(_ group: TransactionGroup) async throws -> TransactionGroup {
        guard group.notices.contains(where: { $0.topic == kind }) || standing == .refused else {
            return group
        }
        if standing == .unknown { try await look() }
        guard standing == .refused else { return group }
        var group = group
        group.notices.removeAll { $0.topic == kind }
        group.state.removeAll { record in
            (try? StateKey(record.key)).flatMap { $0 }.map(kind.isRemembered) ?? false
        }
        return group
    }

    private mutating func look() async throws {
        do {
            let found = try await settings.topicOrigin.describe(topic, by: admin)
            if found == nil {
                try await TopicLayout.notices.create(topic, brokers: try await admin.brokerCount(), by: admin)
            }
            standing = .there
        } catch let error as PublishError {
            refuse(error)
        }
    }

    /// The topic cannot be had; said once a session.
    mutating func refuse(_ error: PublishError) {
        standing = .refused
        let loss =
            switch kind {
            case .schemas: "how records differ from their schemas is told by the runs alone"
            case .catalog: "what the account's topics hold is not in the catalogue"
            }
        settings.kafka.onLog(
            KafkaSettings.LogLine(
                level: 4,
                facility: "NOTICES",
                text: "\(loss), as \(topic) cannot be had: \(error.message)"
            )
        )
    }
}
