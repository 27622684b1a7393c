import JSON

/// How a state topic was laid out when it was created: what must never change under the accounts in it.
package struct LayoutRecord: Hashable, Sendable {
    /// The format that this version writes.
    package static let format = 1

    package var partitions: Int
    package var prefix: String
    /// Random, so that a topic that was deleted and created again shows.
    package var id: String

    /// A layout.
    package init(partitions: Int, prefix: String, id: String) {
        self.partitions = partitions
        self.prefix = prefix
        self.id = id
    }

    /// The record in partition 0; an older format is read, a newer one refused.
    package init(_ bytes: [UInt8], topic: String) throws(StateError) {
        var document = try StateDocument(bytes, noun: Self.noun(topic), newestFormat: Self.format)
        partitions = try document.int("partitions")
        prefix = try document.text("prefix")
        id = try document.text("id")
        try document.finish()
    }

    /// The record as it stands in the state topic.
    package func record(topic: String) throws(StateError) -> StateRecord {
        let value: JSONValue = .object([
            .init(name: "format", value: .number(Self.format)),
            .init(name: "partitions", value: .number(partitions)),
            .init(name: "prefix", value: .string(prefix)),
            .init(name: "id", value: .string(id)),
        ])
        return StateRecord(
            key: StateKey.layout.bytes,
            value: try StateDocument.encode(value, noun: Self.noun(topic))
        )
    }

    /// Refuses a topic of another partition count: accounts would have moved, and their bookmarks read as absent (I2).
    package func check(topic: String, partitions found: Int, prefix expected: TopicPrefix) throws(StateError)
    {
        guard partitions == found else {
            throw StateError(
                .otherLayout,
                "\(topic) was laid out with \(partitions) partitions and now has \(found): bookmarks would be looked for "
                    + "in the wrong ones; create a topic of \(partitions) partitions under another prefix, import the "
                    + "state there (sluice state export, import), and delete this one"
            )
        }
        guard prefix == expected.text else {
            throw StateError(
                .otherLayout,
                "\(topic) was laid out for the prefix \"\(prefix)\", not \"\(expected)\"; was it copied?"
            )
        }
    }

    private static func noun(_ topic: String) -> String { "the layout record of \(topic)" }
}
