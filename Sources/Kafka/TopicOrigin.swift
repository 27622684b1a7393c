import Core

/// Where the topics of a session come from.
package enum TopicOrigin: Sendable {
    /// Those that are missing are created, and how the others are set is checked.
    case createdHere
    /// All are there, as whoever made them wanted them: nothing is created and no setting is asked for.
    ///
    /// For brokers that know no admin requests, such as the embedded one.
    case asFound

    /// A topic's description, or nil where there is none and it is to be created.
    func describe(_ topic: String, by admin: KafkaAdmin) async throws(PublishError) -> TopicDescription? {
        switch self {
        case .createdHere: return try await admin.describeTopic(topic)
        case .asFound:
            if let found = try await admin.describeTopic(topic, withSettings: false) { return found }
            throw PublishError(
                .unknownTopic,
                "the topic \(topic) does not exist, and this session takes its topics as it finds them: create it"
            )
        }
    }
}
