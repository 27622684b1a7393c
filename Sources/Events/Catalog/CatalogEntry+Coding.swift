package import Core
import Cryptography
package import JSON

extension CatalogEntry {
    /// What compaction goes by: `["retail.stripe.acme.charges","stripe/acme","charges"]`.
    package static func key(topic: String, account: AccountName, stream: StreamName) -> [UInt8] {
        JSONValue.array([topic, account.text, stream.text].map(JSONValue.string)).bytes()
    }

    /// The record of the catalogue's topic: a CloudEvent in JSON.
    package var record: StateRecord {
        StateRecord(key: Self.key(topic: topic, account: account, stream: stream), value: event.bytes())
    }

    /// What says that a topic holds nothing of the stream any more.
    package static func end(topic: String, account: AccountName, stream: StreamName) -> StateRecord {
        StateRecord(key: key(topic: topic, account: account, stream: stream), value: nil)
    }

    /// What all but its freshness is known by.
    package var fingerprint: String {
        var lasting = self
        lasting.asOf = nil
        var text: [UInt8] = []
        Digest.appendHex128(ofSHA256: lasting.json.bytes(), to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    /// The event; its id is the same however often it is told.
    private var event: JSONValue {
        var members: [JSONValue.Member] = [
            .init(name: "specversion", value: "1.0"),
            .init(name: "id", value: .string("\(fingerprint):\(asOf?.recordText ?? "")")),
            .init(name: "source", value: .string("/\(account.text)/\(stream.text)")),
            .init(name: "type", value: "sluice.catalog.topic"),
        ]
        if let asOf { members.append(.init(name: "time", value: .string(asOf.rfc3339(fractionDigits: 3)))) }
        return .object(
            members + [
                .init(name: "subject", value: .string(topic)),
                .init(name: "datacontenttype", value: "application/json"),
                .init(name: "data", value: json),
            ]
        )
    }

    /// What programs read of it, as the event's `data` has it.
    package var json: JSONValue {
        func text(_ value: String?) -> JSONValue { value.map(JSONValue.string) ?? .null }
        return .object([
            .init(name: "topic", value: .string(topic)),
            .init(name: "account", value: .string(account.text)),
            .init(name: "stream", value: .string(stream.text)),
            .init(name: "entity", value: text(entity)),
            .init(name: "owner", value: text(owner)),
            .init(name: "classification", value: text(classification)),
            .init(name: "protection", value: .string(protection.rawValue)),
            .init(name: "request", value: .string(request)),
            .init(name: "reading", value: .string(reading)),
            .init(name: "parent", value: text(parent)),
            .init(name: "key", value: .array(key.map(JSONValue.string))),
            .init(name: "version", value: text(version)),
            .init(name: "envelope", value: .string(envelope.rawValue)),
            .init(name: "others", value: .array(others.map(JSONValue.string))),
            .init(name: "schema", value: text(schema)),
            .init(name: "as_of", value: asOf.map(JSONValue.time) ?? .null),
            .init(name: "fields", value: .array(fields.map(\.json))),
        ])
    }

    /// The entry of a record's value; nil for one that says nothing that this version knows.
    ///
    /// `withFields` leaves the fields out of what is only listed: all of them may be too many to hold (I7).
    package init?(_ value: [UInt8], withFields: Bool = true) {
        guard let data = (try? JSONValue.parse(value))?["data"],
            let topic = data["topic"]?.text,
            let account = data["account"]?.text.flatMap({ try? AccountName($0) }),
            let stream = data["stream"]?.text.flatMap({ try? StreamName($0) }),
            let request = data["request"]?.text, let reading = data["reading"]?.text,
            let envelope = data["envelope"]?.text.flatMap(Envelope.init)
        else { return nil }
        self.init(
            topic: topic,
            account: account,
            stream: stream,
            entity: data["entity"]?.text,
            owner: data["owner"]?.text,
            classification: data["classification"]?.text,
            request: request,
            reading: reading,
            parent: data["parent"]?.text,
            key: data["key"]?.elements?.compactMap(\.text) ?? [],
            version: data["version"]?.text,
            envelope: envelope,
            others: data["others"]?.elements?.compactMap(\.text) ?? [],
            schema: data["schema"]?.text,
            fields: withFields ? data["fields"]?.elements?.compactMap { CatalogField($0) } ?? [] : [],
            asOf: data["as_of"]?.text.flatMap { Instant(rfc3339: $0) }
        )
    }
}
