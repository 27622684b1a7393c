package import Core
import JSON

/// What the account's state remembers of how a stream's records differ from its schema: what was told is not told again.
package struct SchemaRecord: Hashable, Sendable {
    /// The format that this version writes.
    package static let format = 1

    /// One way in which they differ, since it was met first.
    package struct Entry: Hashable, Sendable {
        package var drift: SchemaDrift
        package var since: Instant

        /// An entry.
        package init(drift: SchemaDrift, since: Instant) {
            self.drift = drift
            self.since = since
        }
    }

    /// All entries together have so many bytes at most, and all steady fields (I7).
    private static let entryBytes = 40 << 10
    private static let steadyBytes = 16 << 10

    /// What the schema was known by when it was compared.
    package var schema: String
    /// The record's own fields that were in every record up to now; nil where too few were looked at.
    package private(set) var steady: [String]?
    /// In the order in which they were met.
    package private(set) var entries: [Entry]

    /// A record of a schema with which nothing was compared yet.
    package init(schema: String) {
        self.schema = schema
        entries = []
    }

    /// Takes note of a difference; false where it is known, or where there is no room for any more.
    package mutating func add(_ drift: SchemaDrift, at now: Instant) -> Bool {
        guard !entries.contains(where: { $0.drift.isSame(as: drift) }) else { return false }
        let entry = Entry(drift: drift, since: now)
        let size = (entries + [entry]).reduce(0) { $0 + Self.json(of: $1).bytes().count + 1 }
        guard size <= Self.entryBytes else { return false }
        entries.append(entry)
        return true
    }

    /// Forgets what is not so any more, and gives it.
    package mutating func remove(_ kind: SchemaDrift.Kind, _ paths: [String]) -> [Entry] {
        let gone = entries.filter { $0.drift.kind == kind && paths.contains($0.drift.path) }
        entries.removeAll { gone.contains($0) }
        return gone
    }

    /// Sets the steady fields; of very many the first ones.
    package mutating func set(steady fields: [String]?) {
        var bytes = 0
        steady = fields.map { fields in
            Array(
                fields.prefix { name in
                    bytes += JSONValue.string(name).bytes().count + 1
                    return bytes <= Self.steadyBytes
                }
            )
        }
    }

    // MARK: In the state

    /// The record of a stream; an older format is read, a newer one refused.
    package init(_ bytes: [UInt8], account: AccountName, stream: StreamName) throws(StateError) {
        let noun = Self.noun(account, stream)
        var document = try StateDocument(bytes, noun: noun, newestFormat: Self.format)
        schema = try document.text("schema")
        steady = try document.optionalTexts("steady")
        entries = []
        for var entry in try document.documents("drift") {
            let drift = SchemaDrift(
                path: try entry.text("path"),
                kind: try entry.word("kind"),
                expected: try entry.text("expected"),
                found: try entry.text("found")
            )
            entries.append(Entry(drift: drift, since: try entry.time("since")))
            try entry.finish()
        }
        try document.finish()
    }

    /// The record as it stands in the state topic.
    package func record(account: AccountName, stream: StreamName) throws(StateError) -> StateRecord {
        let value: JSONValue = .object([
            .init(name: "format", value: .number(Self.format)),
            .init(name: "schema", value: .string(schema)),
            .init(name: "steady", value: .optional(steady)),
            .init(name: "drift", value: .array(entries.map(Self.json))),
        ])
        return StateRecord(
            key: StateKey.schema(account, stream).bytes,
            value: try StateDocument.encode(value, noun: Self.noun(account, stream), hint: "this is a defect")
        )
    }

    private static func json(of entry: Entry) -> JSONValue {
        .object([
            .init(name: "path", value: .string(entry.drift.path)),
            .init(name: "kind", value: .string(entry.drift.kind.rawValue)),
            .init(name: "expected", value: .string(entry.drift.expected)),
            .init(name: "found", value: .string(entry.drift.found)),
            .init(name: "since", value: .time(entry.since)),
        ])
    }

    private static func noun(_ account: AccountName, _ stream: StreamName) -> String {
        "the schema record of \(account), stream \(stream)"
    }
}
