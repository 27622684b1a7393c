import Core
import JSON

/// Reads a list beside a stream's own for its keys, page by page.
package final class KeyListReader: Sendable {
    private let subject: RequestSubject
    private let list: ListReader
    private let at: KeyList.Time?
    private let access: AccountAccess

    /// A reader from a place on; `noun` is what errors call the list of the stream.
    package init(
        _ keys: KeyList,
        noun: String,
        of stream: StreamDefinition,
        requester: Requester,
        from progress: ListProgress = .start,
        discovered: Discovered = .none
    ) throws(ExtractionError) {
        var subject = RequestSubject(stream, noun, keys.request)
        // Where it goes on at a place, that can be lost as the stream's own.
        subject.lost = stream.lost
        self.subject = subject
        list = ListReader(
            subject: subject,
            shape: RecordShape(recordsPath: keys.recordsPath, key: keys.key, version: keys.at?.path),
            paging: keys.paging,
            first: try requester.access.request(keys.request, place: subject.text, discovered.variables),
            requester: requester,
            from: progress
        )
        at = keys.at
        access = requester.access
    }

    /// Where the reading stands: behind the last page that `next` gave.
    package var progress: ListProgress { list.progress }

    /// The next page, or nil where the list was read to its end.
    package func next() async throws -> KeyPage? {
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
