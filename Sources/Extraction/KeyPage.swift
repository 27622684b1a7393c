package import Core
import JSON

/// A page of a list of keys.
package struct KeyPage: Sendable {
    /// As events bear them.
    package var keys: [[UInt8]]
    /// When each was deleted, as the list says; nil where it does not, empty for a list that never does.
    package var deletedAt: [Instant?]
    /// The place behind this page.
    package var progress: ListProgress
    package var times: AnswerTimes
    /// The requests that it took, retries and redirects included.
    package var requests: Int

    /// A page.
    package init(
        keys: [[UInt8]],
        deletedAt: [Instant?],
        progress: ListProgress,
        times: AnswerTimes,
        requests: Int
    ) {
        self.keys = keys
        self.deletedAt = deletedAt
        self.progress = progress
        self.times = times
        self.requests = requests
    }
}

/// Reads a list that is of interest for its keys alone.
struct KeyListReader: Sendable {
    private let subject: RequestSubject
    private let list: ListReader
    private let at: Deletes.Time?
    private let access: AccountAccess

    init(subject: RequestSubject, list: ListReader, at: Deletes.Time?, access: AccountAccess) {
        self.subject = subject
        self.list = list
        self.at = at
        self.access = access
    }

    var progress: ListProgress { list.progress }

    func next() async throws -> KeyPage? {
        guard let page = try await list.next() else { return nil }
        var keys: [[UInt8]] = []
        var times: [Instant?] = []
        let hasTimes = at != nil
        for record in page.page.records.indices {
            keys.append(list.reader.keyText(ofRecord: record, in: page.page))
            if hasTimes { times.append(try time(ofRecord: record, in: page)) }
        }
        return KeyPage(
            keys: keys,
            deletedAt: times,
            progress: page.progress,
            times: page.times,
            requests: page.requests
        )
    }

    private func time(ofRecord record: Int, in page: ExtractedPage) throws(ExtractionError) -> Instant? {
        guard let at, let field = page.versionField else { return nil }
        let token = page.page.bytes[page.page.field(field, ofRecord: record).range]
        guard let first = token.first, first != UInt8(ascii: "n") else { return nil }
        if let time = at.format.instant(of: token) { return time }
        let said = access.secrets.excerpt(String(decoding: token, as: UTF8.self), characters: 40)
        throw subject.error(
            .badPage,
            "\(subject.place(page.progress.pages)), record \(record + 1): \(FieldPath.text(at.path)) is \(said), no"
                + " \(at.format.rawValue) time"
        )
    }
}
