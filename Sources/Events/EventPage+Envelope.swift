package import Core
import JSON

extension EventPage {
    /// The page as it is published: in structured mode each value becomes the event whole, and a null value follows a delete.
    ///
    /// Done last, when the events have their final ids.
    package consuming func enveloped() -> EventPage {
        guard envelope == .structured else { return self }
        return StructuredEvents(self).page
    }
}

/// Writes the events of a page as CloudEvents in structured mode.
///
/// JSON event format 1.0.2 and Kafka protocol binding 1.0.2 of CloudEvents: `data` is the record as it is, with every digit
/// (I4). An event without data is no tombstone there, so that a null value follows for compaction.
private struct StructuredEvents {
    private(set) var page: EventPage

    init(_ source: consuming EventPage) {
        let head = Array(#"{"specversion":"\#(EventHeader.specVersionValue)","id":"#.utf8)
        let from = Self.member("source", source.source)
        let upsert = from + Self.member("type", source.upsertType) + Self.timeName
        let delete = from + Self.member("type", source.deleteType) + Self.timeName
        let data = Array(#","datacontenttype":"\#(EventHeader.contentTypeValue)","data":"#.utf8)
        let extra = head.count + max(upsert.count, delete.count) + data.count
        var values: [UInt8] = []
        values.reserveCapacity(source.byteCount + source.events.count * (extra + 8))
        var events: [Event] = []
        events.reserveCapacity(source.events.count)
        for event in source.events {
            let start = values.count
            values.append(contentsOf: head)
            JSONText.appendQuoted(source.text[event.id.range], to: &values)
            values.append(contentsOf: event.kind == .delete ? delete : upsert)
            JSONText.appendQuoted(source.text[event.time.range], to: &values)
            if event.kind == .upsert {
                values.append(contentsOf: data)
                values.append(contentsOf: source.values[event.value.range])
            }
            values.append(UInt8(ascii: "}"))
            var whole = event
            whole.kind = .upsert
            whole.value = ByteSlice(offset: start, count: values.count - start)
            events.append(whole)
            if event.kind == .delete { events.append(event) }
        }
        source.values = values
        source.events = events
        page = source
    }

    private static let timeName = Array(#","time":"#.utf8)

    private static func member(_ name: String, _ text: String) -> [UInt8] {
        Array(",\"\(name)\":\(JSONValue.string(text).compactText)".utf8)
    }
}
