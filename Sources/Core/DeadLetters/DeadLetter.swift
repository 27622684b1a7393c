import JSON

/// A record that could not be published: its bytes, the reason, and where it was.
///
/// It stands in the topic of dead letters, written in the transaction of its page, until it is replayed or dropped.
package struct DeadLetter: Hashable, Sendable {
    /// The format that this version writes.
    package static let format = 1
    /// So much is kept of a record that is too large for a topic.
    package static let headBytes = 64 << 10
    /// A record with more bytes than this is not kept whole: with what stands around it, it must fit into a topic as Kafka
    /// makes them (I7).
    package static let wholeBytes = 768 << 10
    /// A bookmark with more bytes than this is left out.
    package static let bookmarkBytes = 8 << 10

    /// Why a record could not be published.
    package struct Reason: Hashable, Sendable {
        /// The code of an error: `event.bad_entity`.
        package var code: String
        /// What was found, and the remedy.
        package var text: String

        /// A reason.
        package init(code: String, text: String) {
            self.code = code
            self.text = text
        }
    }

    /// What is kept of the record's bytes, as compact JSON.
    package enum Content: Hashable, Sendable {
        case whole([UInt8])
        /// The first bytes of one that is too large.
        case head([UInt8])
    }

    /// The key in its topic: the same for the same bytes of the same stream, however often they are read.
    package var id: String
    package var account: AccountName
    package var stream: StreamName
    /// Where its event would have gone.
    package var topic: String
    /// The event's key.
    package var key: [UInt8]
    /// The key of the parent whose child it is.
    package var parent: [UInt8]?
    package var reason: Reason
    package var run: String
    /// When it could not be published.
    package var at: Instant
    /// When the answer was given at the latest: nothing later can be in it.
    package var seen: Instant
    /// The number of the full read that had it; nil where nothing is remembered of the stream.
    package var read: Int?
    /// The bookmark that commits with its page, as JSON; nil where none does, or a very long one.
    package var bookmark: [UInt8]?
    /// How many bytes the record has.
    package var size: Int
    /// Of the record's bytes, hexadecimal.
    package var sha256: String
    package var content: Content

    /// A letter.
    package init(
        id: String,
        account: AccountName,
        stream: StreamName,
        topic: String,
        key: [UInt8],
        parent: [UInt8]? = nil,
        reason: Reason,
        run: String,
        at: Instant,
        seen: Instant,
        read: Int? = nil,
        bookmark: [UInt8]? = nil,
        size: Int,
        sha256: String,
        content: Content
    ) {
        self.id = id
        self.account = account
        self.stream = stream
        self.topic = topic
        self.key = key
        self.parent = parent
        self.reason = reason
        self.run = run
        self.at = at
        self.seen = seen
        self.read = read
        self.bookmark = bookmark
        self.size = size
        self.sha256 = sha256
        self.content = content
    }

    /// What is kept of a record's bytes where `limit` of them fit.
    package static func content(of record: some Collection<UInt8>, limit: Int = wholeBytes) -> Content {
        record.count <= limit ? .whole(Array(record)) : .head(Array(record.prefix(headBytes)))
    }

    /// The letter for a topic that takes values of so many bytes: without what does not fit.
    package func fitting(_ bytes: Int) -> DeadLetter {
        guard case .whole(let record) = content, self.bytes.count > bytes else { return self }
        var letter = self
        letter.content = Self.content(of: record, limit: 0)
        return letter
    }
}

extension DeadLetter {
    /// Its record's key for a message: cut, since it comes from outside.
    package var keyText: String {
        let text = String(decoding: key.prefix(120), as: UTF8.self)
        return key.count > 120 ? text + "…" : text
    }

    /// Whether all of the record is kept.
    package var isWhole: Bool { if case .whole = content { true } else { false } }

    /// The bytes that are kept.
    package var kept: [UInt8] {
        switch content {
        case .whole(let bytes), .head(let bytes): bytes
        }
    }

    /// The letter without what is kept of its record.
    package var withoutBytes: DeadLetter {
        var letter = self
        letter.content = isWhole ? .whole([]) : .head([])
        return letter
    }

    /// What a run says of it.
    package var warning: String {
        "record \(keyText) is the dead letter \(id): \(reason.text) [\(reason.code)]"
    }
}
