package import Core
import Cryptography
import JSON

/// One entry of a feed.
package struct FeedEntry: Hashable, Sendable {
    /// As decoded text.
    package var id: [UInt8]
    package var time: Instant
    package var type: String
    /// The object that it is about, as decoded text; empty where it names none.
    package var object: [UInt8]
    /// What the object was then: over the bytes that a look at it would have given, as they are published.
    package var snapshot: ContentHash?

    /// An entry.
    package init(id: [UInt8], time: Instant, type: String, object: [UInt8], snapshot: ContentHash?) {
        self.id = id
        self.time = time
        self.type = type
        self.object = object
        self.snapshot = snapshot
    }
}

/// The entries of a feed between two times, all of them.
package struct FeedWindow: Sendable {
    /// The oldest first; entries of one time in the feed's own order.
    package var entries: [FeedEntry]
    /// When the first page was asked for, or the API's `Date` where that is earlier.
    package var now: Instant
    /// Where the window ends; nil where it was read up to now.
    package var end: Instant?
    /// The requests that it took, retries and redirects included.
    package var requests: Int

    /// A window.
    package init(entries: [FeedEntry], now: Instant, end: Instant? = nil, requests: Int) {
        self.entries = entries
        self.now = now
        self.end = end
        self.requests = requests
    }
}

/// Reads windows of a feed, each whole or not at all (I2).
package final class FeedReader: Sendable {
    private let feed: FeedDefinition
    private let requester: Requester
    private let maximumEntries: Int
    private let published: @Sendable (String, [UInt8]) -> [UInt8]
    private let subject: RequestSubject

    /// How many entries of a window are held at once.
    package static let usualMaximum = 250_000

    /// A reader; of a window that has more entries than `maximumEntries`, nothing is held (I7).
    ///
    /// An entry takes some 250 bytes. One bulk update gives its object's whole collection an entry in the same second,
    /// and no window is shorter. `published` is how an object that an entry of a type has is published.
    package init(
        feed: FeedDefinition,
        requester: Requester,
        maximumEntries: Int = FeedReader.usualMaximum,
        published: @escaping @Sendable (_ type: String, _ object: [UInt8]) -> [UInt8] = { $1 }
    ) {
        self.feed = feed
        self.requester = requester
        self.maximumEntries = maximumEntries
        self.published = published
        subject = RequestSubject(feed)
    }

    /// All entries from a time on, up to another where one is given.
    ///
    /// What the feed's time cannot express is rounded away from the window's middle: entries of up to one such
    /// unit beside it may come along. Throws `feedExpired` where the feed no longer has what follows `from`, and
    /// `windowTooLarge` for a window that must be divided.
    package func read(from: Instant, to: Instant?) async throws -> FeedWindow {
        let format = feed.timeFormat
        let start = format.floor(from)
        let end = to.map { format.ceiling($0) }
        var address = try requester.access.address(of: feed)
        address = address.setting(query: feed.window.from, to: format.text(start))
        if let end { address = address.setting(query: feed.window.to, to: format.text(end)) }
        let list = ListReader(
            subject: subject,
            shape: RecordShape(feed),
            paging: feed.paging,
            first: PageRequest(address),
            requester: requester
        )
        var entries: [FeedEntry] = []
        var known: Set<[UInt8]> = []
        // Of the few types that there are each is held once.
        var types: [String: String] = [:]
        var window: FeedWindow?
        while let page = try await list.next() {
            if window == nil { window = FeedWindow(entries: [], now: page.times.asked, end: to, requests: 0) }
            window?.requests += page.requests
            for record in page.page.records.indices {
                var entry = try entry(record, of: page.page, fields: list.reader, page: page.progress.pages)
                entry.type = types[entry.type] ?? entry.type
                types[entry.type] = entry.type
                try check(entry, from: start, to: end, page: page.progress.pages)
                // A list may repeat an entry where others came in between.
                if known.insert(entry.id).inserted { entries.append(entry) }
            }
            if entries.count > maximumEntries { throw tooLarge(from, to) }
        }
        guard var window else { preconditionFailure("a list that was not read to its end has a page") }
        window.entries = sorted(entries)
        return window
    }

    private func entry(
        _ record: Int,
        of page: ScannedPage,
        fields: PageReader,
        page number: Int
    ) throws(ExtractionError) -> FeedEntry {
        let slices = fields.otherFields.map { page.field($0, ofRecord: record) }
        let time = page.bytes[slices[0].range]
        guard let time = feed.timeFormat.instant(of: time) else {
            throw bad(
                "\(FieldPath.text(feed.time)) is \(said(time)), no \(feed.timeFormat.rawValue) time",
                record,
                number
            )
        }
        let type = page.bytes[slices[1].range]
        guard type.first == UInt8(ascii: "\""), type.count > 2 else {
            throw bad("\(FieldPath.text(feed.type)) is \(said(type)), no text", record, number)
        }
        let object = page.bytes[slices[2].range]
        let isNamed = object.first.map { "\"-0123456789".utf8.contains($0) } ?? false
        let hasSnapshot = slices.count > 3 && page.bytes[slices[3].range].first == UInt8(ascii: "{")
        let typeText = String(decoding: page.text(of: slices[1]), as: UTF8.self)
        return FeedEntry(
            id: fields.keyText(ofRecord: record, in: page),
            time: time,
            type: typeText,
            object: isNamed ? page.text(of: slices[2]) : [],
            snapshot: hasSnapshot
                ? ContentHash(over: published(typeText, Array(page.bytes[slices[3].range]))) : nil
        )
    }

    /// A filter that was ignored would let a bookmark pass what was never asked for.
    private func check(_ entry: FeedEntry, from start: Instant, to end: Instant?, page: Int)
        throws(ExtractionError)
    {
        // Whether the end belongs to the window is the API's own affair.
        guard entry.time < start || end.map({ entry.time > $0 }) ?? false else { return }
        let asked = "from \(start.rfc3339())" + (end.map { " to \($0.rfc3339())" } ?? "")
        throw subject.error(
            .ignoredFilter,
            "\(subject.place(page)): an entry of \(entry.time.rfc3339()) came, and those \(asked) were asked for:"
                + " the API ignores \(feed.window.from) or \(feed.window.to); the bookmark stays"
        )
    }

    private func sorted(_ entries: [FeedEntry]) -> [FeedEntry] {
        var entries = entries
        if feed.isNewestFirst { entries.reverse() }
        // As they should come, they are not copied.
        guard zip(entries, entries.dropFirst()).contains(where: { $0.time > $1.time }) else { return entries }
        return entries.indices.sorted { (entries[$0].time, $0) < (entries[$1].time, $1) }
            .map { entries[$0] }
    }

    private func tooLarge(_ from: Instant, _ to: Instant?) -> ExtractionError {
        subject.error(
            .windowTooLarge,
            "\(subject.text): more than \(maximumEntries) entries from \(from.rfc3339()) to"
                + " \(to?.rfc3339() ?? "now"); a smaller window is needed"
        )
    }

    private func said(_ token: ArraySlice<UInt8>) -> String {
        guard !token.isEmpty else { return "missing" }
        return requester.access.secrets.excerpt(String(decoding: token, as: UTF8.self), characters: 40)
    }

    private func bad(_ problem: String, _ record: Int, _ number: Int) -> ExtractionError {
        subject.error(
            .badPage,
            "\(subject.place(number)), entry \(record + 1): \(problem); the bookmark stays before this window"
        )
    }
}

extension ContentHash {
    /// The hash of some bytes.
    init(over bytes: [UInt8]) {
        let digest = Digest.sha256(bytes)
        func half(_ range: Range<Int>) -> UInt64 { digest[range].reduce(0) { $0 << 8 | UInt64($1) } }
        self.init(high: half(0..<8), low: half(8..<16))
    }
}
