package import Core
package import Kafka
package import Runs

/// Where runs publish to, and by what way they reach their APIs.
package struct RunPlace: Sendable {
    package var kafka: KafkaSettings
    package var prefix: TopicPrefix
    package var host: String
    package var lockFolder: LockFolder
    package var cacheFolder: CacheFolder?
    package var topicOrigin = TopicOrigin.createdHere
    /// The registry that must know the schemas of what is published; nil where there is none.
    package var registry: SchemaRegistry?
    /// The time that an account goes by, where that is not the daemon's; nil for all others.
    package var time: @Sendable (AccountName) -> AccountTime? = { _ in nil }
    /// What makes the way to an account's API; the second part ends it.
    package var transports: @Sendable (AccountSetup) throws -> (any HTTPTransport, @Sendable () async -> Void)

    /// A place.
    package init(
        kafka: KafkaSettings,
        prefix: TopicPrefix,
        host: String,
        lockFolder: LockFolder,
        cacheFolder: CacheFolder? = nil,
        transports:
            @escaping @Sendable (AccountSetup) throws -> (
                any HTTPTransport, @Sendable () async -> Void
            )
    ) {
        self.kafka = kafka
        self.prefix = prefix
        self.host = host
        self.lockFolder = lockFolder
        self.cacheFolder = cacheFolder
        self.transports = transports
    }

    /// The installation that all of it belongs to.
    var installation: Installation {
        var installation = Installation(kafka: kafka, prefix: prefix, lockFolder: lockFolder)
        installation.topicOrigin = topicOrigin
        return installation
    }

    /// A session of an account: it waits where another one is live, since its tick can wait.
    func session(_ account: AccountName, run: String, topics: [EventTopic]) -> SessionSettings {
        var settings = SessionSettings(
            kafka: kafka,
            prefix: prefix,
            account: account,
            run: run,
            host: host,
            lockFolder: lockFolder,
            eventTopics: topics
        )
        settings.cacheFolder = cacheFolder
        settings.topicOrigin = topicOrigin
        settings.waits = true
        return settings
    }
}
