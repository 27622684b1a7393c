import JSON

/// How long an event topic was when its account's session last looked: a shorter one was deleted or cut (I2).
package struct KeptTopic: Hashable, Sendable {
    /// The format that this version writes.
    package static let format = 1

    package var topic: String
    /// The end offset of each partition.
    package var ends: [Int64]

    /// A topic's length.
    package init(topic: String, ends: [Int64]) {
        self.topic = topic
        self.ends = ends
    }

    /// The record in the state topic; an older format is read, a newer one refused.
    package init(_ bytes: [UInt8], account: AccountName, topic: String) throws(StateError) {
        let noun = Self.noun(account, topic)
        var document = try StateDocument(bytes, noun: noun, newestFormat: Self.format)
        self.topic = try document.text("topic")
        guard self.topic == topic else {
            throw StateError(.unreadable, "\(noun) cannot be read: it is about \(self.topic)")
        }
        ends = try document.ints("ends").map(Int64.init)
        try document.finish()
    }

    /// The record as it stands in the state topic.
    package func record(account: AccountName) throws(StateError) -> StateRecord {
        let value: JSONValue = .object([
            .init(name: "format", value: .number(Self.format)),
            .init(name: "topic", value: .string(topic)),
            .init(name: "ends", value: .array(ends.map { .number($0) })),
        ])
        return StateRecord(
            key: StateKey.topic(account, topic).bytes,
            value: try StateDocument.encode(value, noun: Self.noun(account, topic))
        )
    }

    /// Whether anything was ever published to it.
    package var hasEvents: Bool { ends.contains { $0 > 0 } }

    /// Refuses a topic that has become shorter: the events that its bookmarks stand for are gone (I2).
    ///
    /// Compaction and retention leave end offsets alone; only deleting and creating anew lowers them. More
    /// partitions than before are a new length, not a shorter one.
    package func check(found: [Int64]?) throws(StateError) {
        guard let found else {
            guard hasEvents else { return }
            throw shrank("is gone")
        }
        for (partition, end) in ends.enumerated() {
            guard partition < found.count else {
                throw shrank("has \(found.count) partitions, had \(ends.count)")
            }
            if found[partition] < end {
                throw shrank("ends at \(found[partition]) in partition \(partition), had reached \(end)")
            }
        }
    }

    private func shrank(_ how: String) -> StateError {
        StateError(
            .topicShrank,
            "\(topic) \(how): it was deleted or created anew, and the bookmarks stand for events that it no longer has; "
                + "publish them again with --resync, or go on from the bookmarks with --accept"
        )
    }

    private static func noun(_ account: AccountName, _ topic: String) -> String {
        "the length of \(topic) kept for \(account)"
    }
}
