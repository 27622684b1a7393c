import Core
import JSON

/// Writes a page's events as lines, `{"key": …, "headers": {…}, "value": …}`; a delete's value is null.
///
/// Headers are Kafka's, by name. Values go over as they are.
struct EventLine {
    private let source: [UInt8]
    private let upsertType: [UInt8]
    private let deleteType: [UInt8]
    private let upsertEnd: [UInt8]
    private let deleteEnd: [UInt8]
    private let envelope: Envelope

    private static let headers = Array(#","headers":{"#.utf8)

    private static let head = Array(#"{"key":"#.utf8)

    /// The lines of a page in a transaction with a label.
    init(_ page: EventPage, transaction: String) {
        func quoted(_ text: String) -> String { JSONValue.string(text).compactText }
        func member(_ name: StaticString, _ json: String) -> String { "\"\(name)\":\(json)" }
        envelope = page.envelope
        let version = member(EventHeader.specVersion, "\"\(EventHeader.specVersionValue)\"")
        let source = member(EventHeader.source, quoted(page.source))
        self.source = Array(",\"headers\":{\(version),\(source),\"\(EventHeader.id)\":".utf8)
        func type(_ type: String) -> [UInt8] {
            Array(",\(member(EventHeader.type, quoted(type))),\"\(EventHeader.time)\":".utf8)
        }
        upsertType = type(page.upsertType)
        deleteType = type(page.deleteType)
        let label = member(EventHeader.transaction, quoted(transaction))
        func contentType(_ value: StaticString) -> String {
            member(EventHeader.contentType, "\"\(value)\",")
        }
        let plainSource = "\(member(EventHeader.plainSource, quoted(page.source))),"
        let (upsert, delete) =
            switch page.envelope {
            case .binary: (",\(contentType(EventHeader.contentTypeValue))", ",")
            case .structured: (contentType(EventHeader.structuredTypeValue) + plainSource, plainSource)
            case .plain: (plainSource, plainSource)
            }
        upsertEnd = Array("\(upsert)\(label)},\"value\":".utf8)
        deleteEnd = Array("\(delete)\(label)},\"value\":null}\n".utf8)
    }

    /// Appends the line of one event of the page.
    func append(_ event: Event, of page: EventPage, to lines: inout [UInt8]) {
        lines.append(contentsOf: Self.head)
        JSONText.appendQuoted(page.text[event.key.range], to: &lines)
        if envelope == .binary {
            lines.append(contentsOf: source)
            JSONText.appendQuoted(page.text[event.id.range], to: &lines)
            lines.append(contentsOf: event.kind == .delete ? deleteType : upsertType)
            JSONText.appendQuoted(page.text[event.time.range], to: &lines)
        } else {
            lines.append(contentsOf: Self.headers)
        }
        guard event.kind == .upsert else {
            lines.append(contentsOf: deleteEnd)
            return
        }
        lines.append(contentsOf: upsertEnd)
        lines.append(contentsOf: page.values[event.value.range])
        lines.append(UInt8(ascii: "}"))
        lines.append(UInt8(ascii: "\n"))
    }
}
