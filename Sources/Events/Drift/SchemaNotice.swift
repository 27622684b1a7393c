package import Core
package import JSON

/// What the topic of schemas is told of one path of a stream: an event of CloudEvents 1.0 in JSON, or that it is over.
package struct SchemaNotice: Hashable, Sendable {
    package var account: AccountName
    package var stream: StreamName
    package var entry: SchemaRecord.Entry
    /// Whether records are as the schema says again, or the schema as they are: then the value is null.
    package var isOver: Bool

    /// A notice.
    package init(account: AccountName, stream: StreamName, entry: SchemaRecord.Entry, isOver: Bool = false) {
        self.account = account
        self.stream = stream
        self.entry = entry
        self.isOver = isOver
    }

    /// The notice of a record's value; nil for one that says nothing that this version knows.
    package init?(_ value: [UInt8]) {
        guard let event = try? JSONValue.parse(value), let data = event["data"],
            let account = data["account"]?.text.flatMap({ try? AccountName($0) }),
            let stream = data["stream"]?.text.flatMap({ try? StreamName($0) }),
            let path = data["path"]?.text,
            let kind = data["kind"]?.text.flatMap(SchemaDrift.Kind.init),
            let since = event["time"]?.text.flatMap({ Instant(rfc3339: $0) })
        else { return nil }
        let drift = SchemaDrift(
            path: path,
            kind: kind,
            expected: data["expected"]?.text ?? "",
            found: data["found"]?.text ?? ""
        )
        self.init(account: account, stream: stream, entry: .init(drift: drift, since: since))
    }

    /// What compaction goes by: `["stripe/acme","charges","a.b","type"]`.
    package var key: [UInt8] {
        JSONValue.array(
            [account.text, stream.text, entry.drift.path, entry.drift.kind.rawValue].map(JSONValue.string)
        ).bytes()
    }

    /// The record of the topic.
    package var record: StateRecord { StateRecord(key: key, value: isOver ? nil : json.bytes()) }

    /// The event; its id is the same however often it is told.
    package var json: JSONValue {
        let drift = entry.drift
        return .object([
            .init(name: "specversion", value: "1.0"),
            .init(
                name: "id",
                value: .string(
                    "\(drift.path):\(drift.kind.rawValue):\(drift.found):\(entry.since.recordText)"
                )
            ),
            .init(name: "source", value: .string("/\(account.text)/\(stream.text)")),
            .init(name: "type", value: .string("sluice.schema.\(drift.kind.rawValue)")),
            .init(name: "time", value: .string(entry.since.rfc3339(fractionDigits: 3))),
            .init(name: "subject", value: .string(drift.path)),
            .init(name: "datacontenttype", value: "application/json"),
            .init(
                name: "data",
                value: .object([
                    .init(name: "account", value: .string(account.text)),
                    .init(name: "stream", value: .string(stream.text)),
                    .init(name: "path", value: .string(drift.path)),
                    .init(name: "kind", value: .string(drift.kind.rawValue)),
                    .init(name: "expected", value: .string(drift.expected)),
                    .init(name: "found", value: .string(drift.found)),
                    .init(name: "text", value: .string("\(drift)")),
                ])
            ),
        ])
    }
}
