import Configuration
package import Core

/// Where the events of an account go: little enough to be kept of each of ten thousand schedules.
package struct AccountTopics: Sendable {
    let account: AccountName
    let template: TopicTemplate
    /// Those that are known before anything is asked: of families, the account's objects decide.
    let streams: [String]
    /// What they become beside their own events, by name.
    let entities: [(stream: String, entity: String)]

    /// The topics that are known, in the streams' order; two that Kafka could not tell apart are refused.
    package func known(_ prefix: TopicPrefix) throws -> [EventTopic] {
        try Self.topics(streams, account, template, prefix)
            + entities.map {
                EventTopic(stream: try StreamName($0.stream), topic: prefix.entityTopic($0.entity))
            }
    }

    /// The topics of streams, in their order; two that Kafka could not tell apart are refused.
    static func topics(
        _ streams: [String],
        _ account: AccountName,
        _ template: TopicTemplate,
        _ prefix: TopicPrefix
    ) throws -> [EventTopic] {
        var topics: [EventTopic] = []
        for stream in streams {
            let name = try StreamName(stream)
            let topic = try template.topic(prefix: prefix, account: account, stream: name)
            if let other = topics.first(where: {
                $0.topic == topic || TopicTemplate.collide($0.topic, topic)
            }) {
                throw ConfigurationError(
                    .badSetting,
                    "the topic template \"\(template)\" would lead the streams \(other.stream) and \(name) into "
                        + "one topic: \(other.topic) and \(topic) are the same to Kafka; change the template"
                )
            }
            topics.append(EventTopic(stream: name, topic: topic))
        }
        return topics
    }
}
