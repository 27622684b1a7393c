package import JSON

/// Whether an event sets its key or deletes it.
package enum EventKind: UInt8, Sendable {
    case upsert, delete
}

/// One event, as slices of its page's buffers.
package struct Event: Sendable {
    package var kind: EventKind
    /// Of `EventPage.values`: the record as compact JSON.
    ///
    /// Ignored for a delete, whose value is null.
    package var value: ByteSlice
    /// Of `EventPage.text`.
    package var key: ByteSlice
    /// Of `EventPage.text`: `ce_id`.
    package var id: ByteSlice
    /// Of `EventPage.text`: `ce_time`, RFC 3339.
    package var time: ByteSlice
    /// What the record is known by; only of pages that are compared with what is remembered.
    package var content: ContentHash?

    /// An event of a page.
    package init(
        kind: EventKind,
        value: ByteSlice,
        key: ByteSlice,
        id: ByteSlice,
        time: ByteSlice,
        content: ContentHash? = nil
    ) {
        self.kind = kind
        self.value = value
        self.key = key
        self.id = id
        self.time = time
        self.content = content
    }

    /// Where in `EventPage.text` the version stands: behind the key in the id, which is `<key>:<version>`.
    package var version: Range<Int> {
        let end = id.range.upperBound
        return min(key.range.upperBound + 1, end)..<end
    }
}

/// The events of one page of one stream: two byte buffers and a flat array of slices, ready to publish.
package struct EventPage: Sendable {
    package var stream: String
    package var topic: String
    /// `ce_source`.
    package var source: String
    /// `ce_type` of an upsert and of a delete.
    package var upsertType: String
    package var deleteType: String
    /// The page's bytes, as scanned.
    package var values: [UInt8]
    /// Keys, ids and times, back to back.
    package var text: [UInt8]
    package var events: [Event]
    /// How they are published.
    package var envelope: Envelope
    /// The records of the page that make no events.
    package var refused: [RefusedRecord] = []

    /// A page.
    package init(
        stream: String,
        topic: String,
        source: String,
        upsertType: String,
        deleteType: String,
        values: [UInt8],
        text: [UInt8],
        events: [Event],
        envelope: Envelope = .binary
    ) {
        self.stream = stream
        self.topic = topic
        self.source = source
        self.upsertType = upsertType
        self.deleteType = deleteType
        self.values = values
        self.text = text
        self.events = events
        self.envelope = envelope
    }

    /// The bytes that publishing takes, near enough to bound a transaction.
    package var byteCount: Int { values.count + text.count }
}
