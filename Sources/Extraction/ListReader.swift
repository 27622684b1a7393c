import Core
import JSON
import Synchronization

/// Reads a list page by page.
///
/// `next()` depends on nothing but the pages before it, never on whether they were committed. So who publishes
/// overlaps the two without any machinery of this type: `async let following = reader.next()`, commit the page at
/// hand, then await `following`. One call at a time; after an error the reader stands where it stood.
///
/// A limit ends the reading after so many records. Where the list goes on behind any record
/// (`Paging.splitsPages`), that is exact. Elsewhere a place within a page has no name, and a page taken in part
/// would have to be published again: the last page is taken whole (I1).
package final class ListReader: Sendable {
    /// There is no such list: thrown of a subject that may be gone.
    struct Gone: Error {
        var times: AnswerTimes
        var requests: Int
        var doubt: ExtractionError?
    }

    private struct Place {
        var progress: ListProgress
        var repetition: RepetitionGuard
        var remaining: Int?
        var isReading = false
    }

    private let subject: RequestSubject
    private let paging: Paging
    private let requester: Requester
    private let first: PageRequest
    private let hydrator: Hydrator?
    /// What the records begin with.
    private let additions: [UInt8]
    let reader: PageReader
    private let place: Locked<Place>

    /// A reader from a bookmark's place on, at most so many records far.
    package convenience init(
        stream: StreamDefinition,
        requester: Requester,
        from progress: ListProgress = .start,
        limit: Int? = nil,
        discovered: Discovered = .none
    ) throws(ExtractionError) {
        guard let paging = stream.paging else {
            preconditionFailure("\(stream.name) is no list: read its tokens or windows")
        }
        let subject = RequestSubject(stream)
        try self.init(
            subject: subject,
            shape: RecordShape(stream),
            paging: paging,
            first: stream.since(
                progress.since,
                in: requester.access.request(of: stream, discovered.variables)
            ),
            requester: requester,
            hydrator: Hydrator(
                stream,
                subject: subject,
                requester: requester,
                discovered: discovered,
                paging: paging
            ),
            from: progress,
            limit: limit
        )
    }

    /// A reader of any list that begins with a request.
    init(
        subject: RequestSubject,
        shape: RecordShape,
        paging: Paging,
        first: PageRequest,
        requester: Requester,
        hydrator: Hydrator? = nil,
        adding additions: [UInt8] = [],
        from progress: ListProgress = .start,
        limit: Int? = nil
    ) {
        precondition(limit ?? 0 >= 0, "a limit is a number of records")
        self.subject = subject
        self.requester = requester
        self.paging = paging
        self.first = first
        self.hydrator = hydrator
        self.additions = additions
        reader = PageReader(subject: subject, shape: shape, paging: paging, access: requester.access)
        place = Locked(
            Place(progress: progress, repetition: RepetitionGuard(token: progress.token), remaining: limit)
        )
    }

    /// Where the reading stands: behind the last page that `next` gave.
    package var progress: ListProgress { place.withLock { $0.progress } }

    /// The next page, or nil where the list was read to its end or to the limit.
    package func next() async throws -> ExtractedPage? {
        let start = place.withLock { place in
            precondition(!place.isReading, "a list is read one page at a time")
            place.isReading = true
            return place
        }
        defer { place.withLock { $0.isReading = false } }
        guard !start.progress.isDone, start.remaining != 0 else { return nil }
        let number = start.progress.pages + 1
        let request = try request(at: start.progress.token, page: number)
        var subject = subject
        if start.progress.token == nil { subject.lost = nil }
        var answer = try await requester.ask(request, for: subject, page: number)
        if answer.isGone { throw Gone(times: answer.times, requests: answer.requests, doubt: answer.doubt) }
        var (page, after) = try take(&answer, from: start)
        if let hydrator { page = try await hydrator.hydrate(page, number: number) }
        place.withLock { place in
            place.progress = after.progress
            place.repetition = after.repetition
            place.remaining = after.remaining
        }
        return page
    }

    /// The request for the page that a token leads to.
    private func request(at token: JSONValue?, page: Int) throws(ExtractionError) -> PageRequest {
        guard let token else { return first }
        let text = token.lexeme
        switch paging {
        case .lastRecord(let parameter, _, _), .cursor(_, let parameter, _):
            if text != nil { return first.setting(parameter, to: token) }
        case .offset(let parameter, _), .number(let parameter, _, _):
            if token.int != nil { return first.setting(parameter, to: token) }
        case .nextLink, .linkHeader:
            if let text, let address = try? HTTPAddress(parsing: text) {
                return PageRequest(address, body: first.body, accept: first.accept)
            }
        case .singlePage: break
        }
        throw subject.error(
            .badBookmark,
            "\(subject.place(page)): the bookmark's page token does not fit the stream's paging;"
                + " read the stream anew with --resync"
        )
    }

    private func take(
        _ answer: inout Requester.Answer,
        from start: Place
    ) throws(ExtractionError) -> (ExtractedPage, Place) {
        var after = start
        let number = start.progress.pages + 1
        var (page, links) = try reader.scan(&answer, page: number, adding: additions)
        let next = try reader.next(
            after: page,
            links: links,
            from: answer.address,
            asked: start.progress.token,
            page: number
        )
        let mark = reader.mark(of: page)
        if let problem = after.repetition.check(mark, next: next) {
            throw subject.error(
                .noProgress,
                "\(subject.place(number)): \(problem); the bookmark stays before this page"
            )
        }
        let count = page.records.count
        after.progress.token = next
        after.progress.isDone = next == nil
        after.progress.pages = number
        after.remaining = start.remaining.map { $0 - min(count, $0) }
        after.progress.records += count
        if let remaining = start.remaining, remaining < count, paging.splitsPages {
            after.progress.records -= count - remaining
            page.keep(first: remaining)
            after.progress.token = try reader.token(ofRecord: remaining - 1, in: page, page: number)
            after.progress.isDone = false
        }
        let extracted = try reader.extracted(
            page,
            progress: after.progress,
            times: answer.times,
            requests: answer.requests,
            number: number
        )
        return (extracted, after)
    }
}

extension StreamDefinition {
    /// A request for its list that begins at a time.
    func since(_ since: Instant?, in request: PageRequest) throws(ExtractionError) -> PageRequest {
        guard let since else { return request }
        guard let parameter = self.since else {
            throw ExtractionError(
                .noSince,
                "stream \(name) cannot begin at a time: its list has no parameter for it (since: in the"
                    + " definition); read it whole, without --since",
                stream: name
            )
        }
        let time = parameter.format.floor(since)
        return request.setting(parameter.parameter, to: .string(parameter.format.text(time)))
    }
}

extension ScannedPage {
    /// Leaves out the records behind the first so many; the bytes stay.
    fileprivate mutating func keep(first count: Int) {
        records.removeLast(records.count - count)
        fields.removeLast(fields.count - count * fieldsPerRecord)
    }
}
