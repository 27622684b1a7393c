/// Where Kafka is and how to talk to it.
///
/// Overrides can hold passwords: the description names them and shows no value (I6).
package struct KafkaSettings: Sendable, CustomStringConvertible {
    /// One line of the client library's own log.
    package struct LogLine: Sendable {
        /// As syslog: 3 is an error, 4 a warning, 7 debugging.
        package var level: Int
        package var facility: String
        package var text: String
    }

    /// `host:port`, comma-separated.
    package var bootstrap: String
    /// librdkafka's own settings, by its names; those that exactly-once depends on are refused.
    package var overrides: [(String, String)]
    package var clientID: String
    /// Takes the client library's log; called on a poll thread and must not block.
    package var onLog: @Sendable (LogLine) -> Void

    /// Settings; without `onLog` the client library's log is dropped.
    package init(
        bootstrap: String,
        overrides: [(String, String)] = [],
        clientID: String = "sluice",
        onLog: @escaping @Sendable (LogLine) -> Void = { _ in }
    ) {
        self.bootstrap = bootstrap
        self.overrides = overrides
        self.clientID = clientID
        self.onLog = onLog
    }

    package var description: String {
        let names = overrides.map(\.0).joined(separator: ", ")
        return "Kafka at \(bootstrap)\(names.isEmpty ? "" : " (with \(names))")"
    }
}
