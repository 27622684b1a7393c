package import Core

/// The rights that an installation needs where Kafka has access control lists, as commands to paste.
package struct KafkaRights: Sendable {
    package var bootstrap: String
    package var prefix: TopicPrefix
    /// The principal; nil where nothing names one.
    package var user: String?
    /// Topics of events whose names do not begin with the prefix.
    package var otherTopics: [String] = []
    /// Whether the brokers are older than 2.8.
    package var needsIdempotentWrite = false

    /// The rights of an installation.
    package init(bootstrap: String, prefix: TopicPrefix, user: String?) {
        self.bootstrap = bootstrap
        self.prefix = prefix
        self.user = user
    }

    private var head: String {
        "kafka-acls.sh --bootstrap-server \(bootstrap) --add --allow-principal \(Self.quoted("User:\(user ?? "NAME")"))"
    }

    private static let topicOperations = ["Read", "Write", "Describe", "Create", "DescribeConfigs"]

    /// Topics: that of the prefix, each, and those of other names.
    package var topics: [String] {
        [line("topic", "\(prefix).", isPrefix: true, Self.topicOperations)]
            + otherTopics.map { line("topic", $0, isPrefix: false, Self.topicOperations) }
    }

    /// The transactional ids of the accounts and of sluice's own.
    package var transactionalIDs: String {
        line("transactional-id", "\(prefix).sluice.", isPrefix: true, ["Write", "Describe"])
    }

    /// The group whose one member is the daemon.
    package var group: String { line("group", prefix.group, isPrefix: false, ["Read", "Describe"]) }

    /// All of them.
    package var commands: [String] {
        topics + [transactionalIDs, group]
            + (needsIdempotentWrite ? ["\(head) --cluster --operation IdempotentWrite"] : [])
    }

    private func line(_ kind: String, _ name: String, isPrefix: Bool, _ operations: [String]) -> String {
        head + (isPrefix ? " --resource-pattern-type prefixed" : "") + " --\(kind) \(Self.quoted(name))"
            + operations.map { " --operation \($0)" }.joined()
    }

    /// A word that a shell takes as it is.
    private static func quoted(_ text: String) -> String {
        let isPlain = text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "._-:@".contains($0)) }
        return isPlain ? text : "'" + text.replacing("'", with: "'\\''") + "'"
    }
}
