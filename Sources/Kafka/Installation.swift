package import Core

/// One installation of sluice: a prefix on a cluster, and how its own topics come to be.
package struct Installation: Sendable {
    package var kafka: KafkaSettings
    package var prefix: TopicPrefix
    package var lockFolder: LockFolder
    /// Whether topics that are not there are created, and how those that are there are set is checked.
    package var topicOrigin = TopicOrigin.createdHere
    package var stateLayout = TopicLayout.state
    package var monotonic = Monotonic.system

    /// An installation, the rest as the design has it.
    package init(kafka: KafkaSettings, prefix: TopicPrefix, lockFolder: LockFolder) {
        self.kafka = kafka
        self.prefix = prefix
        self.lockFolder = lockFolder
    }
}

extension SessionSettings {
    /// The installation that the session is of.
    var installation: Installation {
        var installation = Installation(kafka: kafka, prefix: prefix, lockFolder: lockFolder)
        installation.topicOrigin = topicOrigin
        installation.stateLayout = stateLayout
        installation.monotonic = monotonic
        return installation
    }
}
