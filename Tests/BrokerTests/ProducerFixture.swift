import Core
import JSON

/// Builds pages as the events layer would.
enum ProducerFixture {
    /// A page of one stream from keys and values; nil is a delete.
    static func page(topic: String, stream: String = "charges", _ records: [(key: String, value: String?)])
        -> EventPage
    {
        var values: [UInt8] = []
        var text: [UInt8] = []
        func add(_ part: String, to buffer: inout [UInt8]) -> ByteSlice {
            defer { buffer += Array(part.utf8) }
            return ByteSlice(offset: buffer.count, count: part.utf8.count)
        }
        let events = records.map { record in
            Event(
                kind: record.value == nil ? .delete : .upsert,
                value: add(record.value ?? "", to: &values),
                key: add(record.key, to: &text),
                id: add("\(record.key):7", to: &text),
                time: add("2026-01-02T03:04:05Z", to: &text)
            )
        }
        return EventPage(
            stream: stream,
            topic: topic,
            source: "/stripe/acme/\(stream)",
            upsertType: "stripe.\(stream).upsert",
            deleteType: "stripe.\(stream).delete",
            values: values,
            text: text,
            events: events
        )
    }

    /// A bookmark of the account.
    static func bookmark(_ value: String?) -> StateRecord {
        StateRecord(
            key: Array(#"["bookmark","stripe/acme","charges"]"#.utf8),
            value: value.map { Array($0.utf8) }
        )
    }
}
