/// The first part of every topic and id of one installation, and the names of its own topics.
package struct TopicPrefix: Hashable, Sendable, CustomStringConvertible {
    package let text: String

    /// A prefix: a-z, 0-9 and "-", at most 63.
    package init(_ text: String) throws(NameError) {
        try NameRule.prefix.check(text)
        self.text = text
    }

    package var description: String { text }

    /// Bookmarks, session records, ticks: compacted, the only durable store.
    package var stateTopic: String { "\(text).sluice.state" }
    /// The log of runs, skipped ticks and audit, that any node appends to.
    package var runsTopic: String { "\(text).sluice.runs" }
    /// What others ask of an account's owner.
    package var commandsTopic: String { "\(text).sluice.commands" }
    /// What a person should hear of, where that is asked for.
    package var alertsTopic: String { "\(text).sluice.alerts" }
    /// How records differ from their schemas: compacted, one record a stream, path and kind.
    package var schemasTopic: String { "\(text).sluice.schemas" }
    /// What each topic of events holds, where it comes from and how fresh it is: compacted, one record a topic and stream.
    package var catalogTopic: String { "\(text).sluice.catalog" }
    /// Records that could not be published: compacted, each until it is replayed, dropped or too old.
    package var deadTopic: String { "\(text).sluice.dead" }
    /// Remembered versions and content hashes.
    package var versionsTopic: String { "\(text).sluice.versions" }
    /// The topic of an entity.
    package func entityTopic(_ name: String) -> String { "\(text).entity.\(name)" }
    /// The daemon's consumer group.
    package var group: String { "\(text).sluice" }
    /// Fences who writes the layout record.
    ///
    /// Three parts, so it can be no account's.
    package var layoutTransactionalID: String { "\(text).sluice.layout" }
    /// What `sluice doctor` asks Kafka to fence, to see that it may.
    package var checkupTransactionalID: String { "\(text).sluice.doctor" }

    /// What fences the account's writers (I3).
    package func transactionalID(of account: AccountName) -> String {
        "\(text).sluice.\(account.extractor).\(account.account)"
    }
}
