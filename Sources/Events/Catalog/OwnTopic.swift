package import Core
package import JSON

/// A topic that an installation keeps for itself, as the catalogue has it.
package struct OwnTopic: Hashable, Sendable {
    package var name: String
    /// What is in it, in words.
    package var holds: String
    /// Whether what records hold of persons can be in it.
    package var isPersonal: Bool

    private init(_ name: String, _ holds: String, isPersonal: Bool = false) {
        self.name = name
        self.holds = holds
        self.isPersonal = isPersonal
    }

    /// All that there can be.
    package static func all(_ prefix: TopicPrefix) -> [OwnTopic] {
        [
            OwnTopic(
                prefix.stateTopic,
                "how far each stream is read, who writes each account, what schedules ran"
            ),
            OwnTopic(
                prefix.versionsTopic,
                "the keys of records with the version and a hash of what was published of them",
                isPersonal: true
            ),
            OwnTopic(
                prefix.deadTopic,
                "records that could not be published, with the reason",
                isPersonal: true
            ),
            OwnTopic(
                prefix.runsTopic,
                "runs, skipped ticks, the ends of logs, who asked for what",
                isPersonal: true
            ),
            OwnTopic(prefix.commandsTopic, "what was asked of the daemon in the last days", isPersonal: true),
            OwnTopic(prefix.alertsTopic, "what a person should hear of"),
            OwnTopic(
                prefix.schemasTopic,
                "how records differ from their schemas: fields and types, never values"
            ),
            OwnTopic(prefix.catalogTopic, "this catalogue"),
        ]
    }

    /// What programs read of it.
    package var json: JSONValue {
        ["topic": .string(name), "holds": .string(holds), "personal": .bool(isPersonal)]
    }
}
