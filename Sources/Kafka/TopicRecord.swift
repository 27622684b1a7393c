import Core

/// A record as it stands in a topic.
package struct TopicRecord: Hashable, Sendable {
    /// A header; names can repeat.
    package struct Header: Hashable, Sendable {
        package var name: String
        package var value: [UInt8]?
    }

    package var key: [UInt8]?
    /// Nil for a tombstone.
    package var value: [UInt8]?
    package var offset: Int64
    /// Milliseconds since 1970.
    package var timestamp: Int64
    /// Read only where the reader asked for them.
    package var headers: [Header] = []

    /// What an event says of where it comes from, whatever its envelope: `/stripe/acme/charges`; nil for any other record.
    package var source: String? {
        self[header: "\(EventHeader.source)"] ?? self[header: "\(EventHeader.plainSource)"]
    }

    /// The first header of that name, as text.
    package subscript(header name: String) -> String? {
        headers.first { $0.name == name }.map { String(decoding: $0.value ?? [], as: UTF8.self) }
    }
}
