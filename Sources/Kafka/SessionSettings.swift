package import Core

/// What a session of an account needs.
package struct SessionSettings: Sendable {
    package var kafka: KafkaSettings
    package var prefix: TopicPrefix
    package var account: AccountName
    package var run: String
    package var host: String
    package var lockFolder: LockFolder
    /// Takes the account from a live session on another host.
    package var takesOver = false
    /// Waits for a live session to end instead of being refused.
    package var waits = false
    /// Those that are known at the start.
    package var eventTopics: [EventTopic]
    /// Goes on although an event topic became shorter, or a bookmark is missing where events exist (`--accept`).
    package var acceptsLoss = false
    /// Streams that are read anew anyhow: nothing about their topics or bookmarks is refused (`--resync`).
    package var resyncs: StreamChoice = []
    /// Ends without leaving a record of the account, its own and the topics' lengths included.
    package var leavesNothing = false
    /// Whether topics that are not there are created, and how those that are there are set is checked.
    package var topicOrigin = TopicOrigin.createdHere
    /// How event topics are created that are not there.
    package var eventLayout = TopicLayout.events
    package var stateLayout = TopicLayout.state
    package var versionsLayout = TopicLayout.versions
    /// Where the cache of what is remembered lies; nil for the user's own.
    package var cacheFolder: CacheFolder?
    /// The most that it may take, in bytes (I7).
    package var cacheLimit = 64 << 30
    package var monotonic = Monotonic.system
    package var wallClock: WallClock = Instant.systemClock

    /// The settings of a session, the rest as the design has it.
    package init(
        kafka: KafkaSettings,
        prefix: TopicPrefix,
        account: AccountName,
        run: String,
        host: String,
        lockFolder: LockFolder,
        eventTopics: [EventTopic]
    ) {
        self.kafka = kafka
        self.prefix = prefix
        self.account = account
        self.run = run
        self.host = host
        self.lockFolder = lockFolder
        self.eventTopics = eventTopics
    }
}
