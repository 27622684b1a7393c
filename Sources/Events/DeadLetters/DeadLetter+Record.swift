package import Core
import Cryptography
import JSON

extension DeadLetter {
    /// Where a record was when it could not be published.
    package struct Place: Sendable {
        package var account: AccountName
        package var stream: StreamName
        package var run: String
        package var parent: [UInt8]?
        package var at: Instant
        package var seen: Instant
        package var read: Int?
        package var bookmark: [UInt8]?

        /// A place.
        package init(
            account: AccountName,
            stream: StreamName,
            run: String,
            parent: [UInt8]?,
            at: Instant,
            seen: Instant,
            read: Int?,
            bookmark: [UInt8]?
        ) {
            self.account = account
            self.stream = stream
            self.run = run
            self.parent = parent
            self.at = at
            self.seen = seen
            self.read = read
            self.bookmark = bookmark
        }
    }

    /// The letter of a record that a page's stream cannot publish.
    package init(_ refused: RefusedRecord, of page: EventPage, at place: Place) {
        let record = Array(page.values[refused.record.range])
        let sha256 = Digest.hex(Digest.sha256(record))
        self.init(
            id: Self.id(account: place.account, stream: place.stream, sha256: sha256),
            account: place.account,
            stream: place.stream,
            topic: page.topic,
            key: Array(page.text[refused.key.range]),
            parent: place.parent,
            reason: refused.reason,
            run: place.run,
            at: place.at,
            seen: place.seen,
            read: place.read,
            bookmark: place.bookmark.flatMap { $0.count <= Self.bookmarkBytes ? $0 : nil },
            size: record.count,
            sha256: sha256,
            content: Self.content(of: record)
        )
    }

    /// 64 bits: the letters of an installation are few, and the text is to be typed.
    private static func id(account: AccountName, stream: StreamName, sha256: String) -> String {
        let text = "\(account)/\(stream):\(sha256)"
        return String(Digest.hex(Digest.sha256(Array(text.utf8))).prefix(16))
    }
}
