/// A stream and the topic, or the file, that its events go to.
package struct EventTopic: Hashable, Sendable {
    package var stream: StreamName
    package var topic: String

    /// A stream's topic.
    package init(stream: StreamName, topic: String) {
        self.stream = stream
        self.topic = topic
    }
}
