package import Core

/// The settings of a daemon as far as they could be worked out, and what is wrong with the rest.
package struct DaemonDraft: Sendable {
    package var kafka: KafkaClientSettings?
    package var topicPrefix: TopicPrefix?
    package var schedules: String?
    package var extractors: String?
    package var listen: ListenAddress?
    package var token: Secret?
    package var pools: [String: Int]
    package var drain: Duration?
    package var stateKeys: [Secret]
    package var cacheFolder: String?
    package var lockFolder: String?
    package var registry: RegistrySettings?
    package var alerts: DaemonSettings.Alerts?
    package var privacy: PlacedText?
    /// Those that somebody gave or that have a default, in the order of the documentation.
    package var rows: [DaemonSettings.Row]
    /// All that is wrong, those of the file first and in its order.
    package var error: ConfigurationError?

    /// Settings that nobody gave and that mean something by that, in the order of the documentation.
    package var unset: [String] {
        let known = Set(rows.map(\.name))
        return [
            "extractors", "token", "state_key", "cache_folder", "lock_folder", "privacy", "registry.url",
            "alerts.webhook", "alerts.secret",
        ]
        .filter { !known.contains($0) }
    }

    /// The secret values, for a `Redaction`.
    package var secrets: [String] {
        let own = ([token] + stateKeys + [alerts?.webhook, alerts?.secret]).compactMap { $0?.revealed }
        return ((kafka?.secrets ?? []) + (registry?.secrets ?? []) + own).filter { !$0.isEmpty }
    }

    /// All of them; throws what is wrong.
    package func settings() throws(ConfigurationError) -> DaemonSettings {
        if let error { throw error }
        guard let kafka, let topicPrefix, let schedules, let listen, let drain, let alerts else {
            preconditionFailure("a setting is neither there nor told to be wrong")
        }
        return DaemonSettings(
            kafka: kafka,
            topicPrefix: topicPrefix,
            schedules: schedules,
            extractors: extractors,
            listen: listen,
            token: token,
            pools: pools,
            drain: drain,
            stateKeys: stateKeys,
            cacheFolder: cacheFolder,
            lockFolder: lockFolder,
            registry: registry,
            alerts: alerts,
            privacy: privacy,
            rows: rows
        )
    }
}

extension DaemonDraft: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// A line for each setting: name, value or bullets, origin.
    package var description: String {
        rows.map { "\($0.name) = \($0.value) (\($0.origin))" }.joined(separator: "\n")
    }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
