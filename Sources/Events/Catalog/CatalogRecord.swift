package import Core
import JSON

/// What the account's state remembers of what the catalogue was told of a stream: the same is not told again.
package struct CatalogRecord: Hashable, Sendable {
    /// The format that this version writes.
    package static let format = 1

    /// What the entry of each topic is known by, but for its freshness.
    package var fingerprints: [String: String]
    /// The freshness that was told last; nil where the stream was never read to its end.
    package var asOf: Instant?

    /// A record.
    package init(fingerprints: [String: String] = [:], asOf: Instant? = nil) {
        self.fingerprints = fingerprints
        self.asOf = asOf
    }

    /// The record of a stream; an older format is read, a newer one refused.
    package init(_ bytes: [UInt8], account: AccountName, stream: StreamName) throws(StateError) {
        var document = try StateDocument(
            bytes,
            noun: Self.noun(account, stream),
            newestFormat: Self.format
        )
        fingerprints = [:]
        for var entry in try document.documents("topics") {
            fingerprints[try entry.text("topic")] = try entry.text("fingerprint")
            try entry.finish()
        }
        asOf = try document.optionalTime("as_of")
        try document.finish()
    }

    /// The record as it stands in the state topic.
    package func record(account: AccountName, stream: StreamName) throws(StateError) -> StateRecord {
        let members: [JSONValue.Member] = [
            .init(name: "format", value: .number(Self.format)),
            .init(
                name: "topics",
                value: .array(
                    fingerprints.sorted { $0.key < $1.key }.map {
                        ["topic": .string($0.key), "fingerprint": .string($0.value)]
                    }
                )
            ),
            .init(name: "as_of", value: asOf.map(JSONValue.time) ?? .null),
        ]
        return StateRecord(
            key: StateKey.catalog(account, stream).bytes,
            value: try StateDocument.encode(
                .object(members),
                noun: Self.noun(account, stream),
                hint: "this is a defect"
            )
        )
    }

    private static func noun(_ account: AccountName, _ stream: StreamName) -> String {
        "what the catalogue was told of \(account), stream \(stream)"
    }
}
